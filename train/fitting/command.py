"""How the commands of `train`, `export` and `benchmarks` start and end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from runtime.errors import MezzoforteError


def start(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> NoReturn:
    """Run with the command line's options and leave with its status; an error of ours is told in one line (status 1),
    an interruption has status 130."""
    try:
        sys.exit(run(parser.parse_args()))
    except MezzoforteError as e:
        sys.exit(f"error: {e}")
    except KeyboardInterrupt:
        sys.exit(130)
