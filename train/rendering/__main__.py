"""`python -m train.rendering`: see `train.rendering.render`."""

from train.rendering.render import main

main()
