"""Where results go: decided and checked for the whole command before any work is done."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from runtime.errors import OutputError
from runtime.pipeline import Heard
from runtime.write import WRITERS, Envelope, WriteOptions, save

Targets = Mapping[Path, Mapping[str, Path]]
"""For each recording, the file of each format."""

_SUFFIXES = {name: writer.suffix for name, writer in WRITERS.items()}
_BY_SUFFIX = {**{suffix: name for name, suffix in _SUFFIXES.items()}, ".txt": "labels"}


def plan(inputs: Sequence[Path], out: str, formats: Sequence[str]) -> Targets:
    """The files that ``--out out`` and ``--format formats`` mean.

    A folder: `out` is one, ends with a slash, has no suffix, or several files are to be written. Raises
    `OutputError` for unknown formats and suffixes, for a place that cannot be written to, for two results
    in one file and for a result that would overwrite a recording.
    """
    for name in formats:
        if name not in WRITERS:
            raise OutputError(f"format {name!r} is not one of {', '.join(WRITERS)}")
    path = Path(out)
    several = len(inputs) > 1 or len(formats) > 1
    if several or path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix:
        targets = {i: {f: path / f"{i.stem}{_SUFFIXES[f]}" for f in formats or ["json"]} for i in inputs}
        _refuse_unwritable(path)
    else:
        targets = {inputs[0]: {formats[0] if formats else format_of(path): path}}
        if path.parent.exists():
            _refuse_unwritable(path.parent)
        else:
            raise OutputError("the folder does not exist", where=str(path.parent), advice="Make it first")
    _refuse_collisions(targets)
    return targets


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


def _refuse_collisions(targets: Targets) -> None:
    owner: dict[Path, Path] = {}
    recordings = {_identity(path) for path in targets}
    for recording, files in targets.items():
        for file in files.values():
            if _identity(file) in recordings:
                raise OutputError(
                    "a result would overwrite a recording", where=str(file), advice="Choose another --out"
                )
            if file in owner:
                raise OutputError(
                    f"{owner[file]} and {recording} would both be written here",
                    where=str(file),
                    advice="Analyse them with different --out folders",
                )
            owner[file] = recording


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
        audio_file=None if recording is None else str(recording.absolute()),
        audio_channels=heard.channels,
    )
    for name, path in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise OutputError(f"the folder cannot be made ({e.strerror or e})", where=str(path.parent)) from e
        save(heard.analysis, path, name, options)
