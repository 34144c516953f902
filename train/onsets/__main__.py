"""`python -m train.onsets`: see `train.onsets.fit`."""

from train.onsets.fit import main

main()
