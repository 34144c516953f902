"""How the commands of `train`, `export` and `benchmarks` are told what to do, and how they end."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from runtime.errors import MezzoforteError, command


@dataclass(frozen=True)
class Command:
    """What `python -m MODULE` does: `add_options` says what may be asked for, `run` does it and may return a status.

    The help begins with the first paragraph of the docstring of the module that `run` is in.
    """

    add_options: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int | None]

    def parse(self, words: Sequence[str] | None = None) -> Namespace:
        """The options that these words, or those of the command line, ask for; wrong ones end the process."""
        spec = sys.modules["__main__"].__spec__
        name = f"python -m {spec.name.removesuffix('.__main__')}" if spec else None
        parser = ArgumentParser(name, description=(sys.modules[self.run.__module__].__doc__ or "").split("\n\n")[0])
        self.add_options(parser)
        return parser.parse_args(words)

    def __call__(self) -> NoReturn:
        """Run with the command line's options and leave with the status (0 for none); an error of ours, a file that
        cannot be opened and one that should be JSON are told in one line (status 1), an interruption has status 130."""
        sys.exit(command(self._run)(self.parse()))

    def _run(self, args: Namespace) -> int | None:
        try:
            return self.run(args)
        except json.JSONDecodeError as e:
            raise MezzoforteError(f"a file that was named is no JSON: {e}") from e
        except OSError as e:
            if e.filename is None:
                raise
            raise MezzoforteError(str(e.strerror).lower(), where=os.fsdecode(e.filename)) from e


def data_folder() -> Path:
    """The folder with the public data sets. Raises `MezzoforteError` when MEZZOFORTE_DATA names none."""
    folder = os.environ.get("MEZZOFORTE_DATA")
    if not folder or not Path(folder).is_dir():
        raise MezzoforteError("MEZZOFORTE_DATA names no folder", advice="Set it to the folder with the data sets")
    return Path(folder)
