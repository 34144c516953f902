"""`python -m train.marks.page`: see `train.marks.page.fit`."""

from train.marks.page.fit import main

main()
