"""Checkpoints and logs of training runs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import torch

from runtime.errors import MezzoforteError

CHECKPOINT = "last.pt"


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint without running code from it. Raises `MezzoforteError` when it is not one."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["schema"] != 1:
            raise KeyError("schema")
    except FileNotFoundError as e:
        raise MezzoforteError("there is no checkpoint", where=str(path)) from e
    except Exception as e:
        raise MezzoforteError("not a checkpoint of a training run", where=str(path), cause=str(e)[:200]) from e
    return dict(state)


class CsvLog:
    """Appends one row of mean losses per report; columns are fixed by the first row."""

    def __init__(self, path: Path, *, fresh: bool) -> None:
        self._path = path
        if fresh:
            path.unlink(missing_ok=True)

    def write(self, row: dict[str, float]) -> None:
        new = not self._path.exists()
        with self._path.open("a", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(row))
            if new:
                writer.writeheader()
            writer.writerow({k: f"{v:.6g}" for k, v in row.items()})
