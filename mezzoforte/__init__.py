"""Mezzoforte from Python: a piano recording in; beats, bars, dynamics, notes and marked scores out.

    import mezzoforte

    analysis = mezzoforte.analyse("take.flac")                 # or a file object, or samples with their rate
    for mark in analysis.dynamics:
        print(f"{mark.time_s:.2f} s  {mark.level}")
    mezzoforte.write(analysis, "take.mid")                     # any format, named by the suffix

    mezzoforte.mark_score("take.flac", "piece.musicxml", "piece_marked.musicxml")
    notes = mezzoforte.transcribe("take.flac")

Everything that can go wrong for a reason that a user can mend is a `MezzoforteError` (its kinds are in
`mezzoforte.errors`). The types of results and options are in `mezzoforte.types`. docs/api.md tells more.
"""

# The public face: it forwards to `runtime` and `bridge`, its siblings, and decides nothing. Whoever imports this
# package gets nothing heavy: numpy and the like come with the first call.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mezzoforte import siblings as _siblings

_siblings.check()

from mezzoforte.api import (  # noqa: E402  # not before it is certain whose `runtime` that is
    analyse,
    engrave,
    mark_score,
    read,
    read_notes,
    read_score,
    transcribe,
    write,
)
from runtime.errors import MezzoforteError  # noqa: E402

if TYPE_CHECKING:
    from runtime.analysis import Analysis

__version__ = "0.1.0"
__all__ = [
    "Analysis", "MezzoforteError", "analyse", "engrave", "mark_score", "read", "read_notes", "read_score", "transcribe",
    "write",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """`Analysis`, and the modules `errors` and `types`, when they are first asked for."""
    import importlib

    if name == "Analysis":
        return importlib.import_module("runtime.analysis").Analysis
    if name in ("errors", "types"):
        return importlib.import_module(f"mezzoforte.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "errors", "types"})
