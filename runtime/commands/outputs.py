"""Where the results of one recording go: decided and checked before any work is done."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from runtime.errors import OutputError
from runtime.pipeline import Heard
from runtime.sound.read import stream
from runtime.write import WRITERS, Envelope, WriteOptions, save
from runtime.write.atomic import make_folder

_SUFFIXES = {name: writer.suffix for name, writer in WRITERS.items()}
_BY_SUFFIX = {**{suffix: name for name, suffix in _SUFFIXES.items()}, ".txt": "labels"}


def plan(
    recording: Path, out: str, formats: Sequence[str], more: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, Path]:
    """The file of each format that ``--out out`` and ``--format formats`` mean for one recording.

    `more`: formats besides those of `runtime.write`, and what their files are called in a folder.
    A folder: `out` is one, ends with a slash, has no suffix, or several formats are to be written. Folders that are
    missing will be made. Raises `OutputError` for unknown formats and suffixes, for a place that cannot be written to
    and for a result that would overwrite the recording.
    """
    for name in formats:
        if name not in WRITERS and name not in more:
            raise OutputError(f"format {name!r} is not one of {', '.join([*more, *WRITERS])}")
    path = Path(out)
    if len(formats) > 1 or path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix:
        names = {name: f"{recording.stem}{suffix}" for name, suffix in _SUFFIXES.items()} | dict(more)
        files = {f: path / names[f] for f in formats or ["json"]}
        _refuse_unwritable(path)
    else:
        files = {formats[0] if formats else format_of(path): path}
        _refuse_unwritable(path.parent)
    if _identity(recording) in map(_identity, files.values()):
        raise OutputError("a result would overwrite a recording", where=out, advice="Choose another --out")
    return files


def format_of(path: Path) -> str:
    """The format that a file name's end means. Raises `OutputError` when there is none."""
    for suffix, name in _BY_SUFFIX.items():
        if path.name.lower().endswith(suffix):
            return name
    raise OutputError(
        f"no format has the suffix {path.suffix!r}",
        where=str(path),
        advice=f"Name one of {', '.join(_BY_SUFFIX)}, say the format, or end the name with a slash if it is a folder",
    )


def _refuse_unwritable(folder: Path) -> None:
    """Check the folder, or where it would have to be made; nothing is made before there is a result."""
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise OutputError("this is a file, not a folder", where=str(existing), advice="Choose another --out")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise OutputError(
            "this folder cannot be written to",
            where=str(existing),
            cause="no permission, or a read-only disk",
            advice="Choose another --out",
        )


def _identity(path: Path) -> tuple[int, int] | str:
    """The same for two names of one file, also through links and on file systems that ignore case."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return str(path.absolute())
    return status.st_dev, status.st_ino


def write(heard: Heard, recording: Path | None, files: Mapping[str, Path]) -> None:
    """Write every format of one recording, each file whole or not at all. Raises `OutputError`.

    `recording` is None where there is no file that a result could refer to.
    """
    outline = heard.outline
    options = WriteOptions(
        envelope=Envelope(outline.hop_s, outline.low, outline.high) if outline.low.size else None,
        audio_file=None if recording is None else str(recording),
        audio_channels=heard.channels,
        sound=None if recording is None else partial(stream, recording),
    )
    for name, path in files.items():
        make_folder(path.parent)
        save(heard.analysis, path, name, options)
