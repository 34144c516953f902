"""Everything written from an `Analysis`: `save` puts any of the `WRITERS` formats into a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.analysis import Analysis
from runtime.errors import OutputError
from runtime.write.atomic import write_bytes
from runtime.write.click import render_click
from runtime.write.daw import render_daw
from runtime.write.dawproject import render_dawproject
from runtime.write.midi import render_midi
from runtime.write.options import Envelope, WriteOptions
from runtime.write.plot import render_png
from runtime.write.reaper import render_rpp
from runtime.write.report import render_html
from runtime.write.svl import render_svl
from runtime.write.text import render_csv, render_jams, render_json, render_labels

__all__ = ["WRITERS", "Envelope", "WriteOptions", "Writer", "save", "write_bytes"]


@dataclass(frozen=True)
class Writer:
    """A file format: how its file name ends, what makes its bytes, and what it is for in a few words."""

    suffix: str
    render: Callable[[Analysis, WriteOptions], bytes]
    summary: str


WRITERS: dict[str, Writer] = {
    "json": Writer(".json", render_json, "everything, schema 1"),
    "csv": Writer(".csv", render_csv, "one row per beat with bar, position, level and confidence"),
    "midi": Writer(".mid", render_midi, "tempo map, time signatures, markers and a controller lane"),
    "labels": Writer(".labels.txt", render_labels, "Audacity label track"),
    "jams": Writer(".jams", render_jams, "JAMS annotations"),
    "svl": Writer(".svl", render_svl, "Sonic Visualiser layers"),
    "dawproject": Writer(".dawproject", render_dawproject, "Bitwig, Studio One, Cubase project"),
    "rpp": Writer(".rpp", render_rpp, "REAPER project"),
    "daw": Writer(".daw.json", render_daw, "what the Ardour and REAPER scripts read"),
    "png": Writer(".png", render_png, "picture"),
    "html": Writer(".html", render_html, "report: one page for any browser"),
    "click": Writer(".click.flac", render_click, "the recording with clicks on bars and beats"),
}
_DEFAULTS = WriteOptions()


def save(analysis: Analysis, path: str | Path, fmt: str, options: WriteOptions = _DEFAULTS) -> Path:
    """Write one file and return its path; the file appears whole or not at all, replacing an older one.

    Raises `OutputError` for an unknown format, a missing or unwritable folder, a full disk, and for an analysis
    that the format cannot hold.
    """
    if fmt not in WRITERS:
        raise OutputError(f"format {fmt!r} is not one of {', '.join(WRITERS)}")
    path = Path(path)
    write_bytes(path, WRITERS[fmt].render(analysis, replace(options, folder=options.folder or path.parent)))
    return path
