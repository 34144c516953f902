"""`python -m train.data.resynthesis`: see `train.data.resynthesis.make`."""

from train.data.resynthesis.make import main

main()
