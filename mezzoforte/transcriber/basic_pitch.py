"""Run in an environment that has the package basic-pitch: its model file, without the package."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from runtime.errors import MezzoforteError, command
from runtime.write.atomic import write_bytes

FILE = Path("saved_models") / "icassp_2022" / "nmp.onnx"


def packaged_model() -> bytes:
    """The model in the installed package, which is not imported. Raises `MezzoforteError`."""
    found = importlib.util.find_spec("basic_pitch")
    if found is None or found.origin is None:
        raise MezzoforteError("the package basic-pitch is not installed", where=sys.prefix)
    path = Path(found.origin).parent / FILE
    try:
        return path.read_bytes()
    except OSError as e:
        raise MezzoforteError("the package basic-pitch has no such file", where=str(path), cause=str(e)) from e


@command
def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    write_bytes(options.out, packaged_model())
    return 0


if __name__ == "__main__":
    sys.exit(main())
