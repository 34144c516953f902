"""`python -m train.frames`: see `train.frames.fit`."""

from train.frames.fit import main

main()
