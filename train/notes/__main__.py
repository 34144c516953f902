"""`python -m train.notes`: see `train.notes.fit`."""

from train.notes.fit import main

main()
