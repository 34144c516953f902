"""What holds for every test."""

from hypothesis import settings

# How long an example takes says more of what else the machine does than of our code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
