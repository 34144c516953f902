"""`python -m train.beats`: see `train.beats.fit`."""

from train.beats.fit import main

main()
