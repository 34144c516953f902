"""What holds for every test."""

import os
import signal

from hypothesis import settings

# How long an example takes says more of what else the machine does than of our code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

# Tests end programs by Ctrl-C, which programs started from a shell's background would never hear.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Several processes of tests share the processors already.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
