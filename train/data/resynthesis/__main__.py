"""`python -m train.data.resynthesis`: see `train.data.resynthesis.make`."""

import sys

from train.data.resynthesis.make import main

sys.exit(main())
