"""`python -m train.levels`: see `train.levels.fit`."""

from train.levels.fit import main

main()
