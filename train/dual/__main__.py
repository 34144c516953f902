"""`python -m train.dual`: see `train.dual.fit`."""

from train.dual.fit import main

main()
