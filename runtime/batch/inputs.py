"""From what stands on the command line to the recordings: files, folders with all below them, patterns, manifests."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from runtime.batch.jobs import Item, Options
from runtime.batch.manifest import SUFFIXES as MANIFESTS
from runtime.batch.manifest import read_manifest
from runtime.batch.naming import Found, names_of
from runtime.batch.places import is_url, remote_files
from runtime.batch.store import State
from runtime.errors import MezzoforteError, OutputError
from runtime.sound.kinds import SUFFIXES

_BY_LIBSNDFILE = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".aifc", ".au", ".w64", ".rf64")
AUDIO = (*_BY_LIBSNDFILE, *(s for s in SUFFIXES if s != ".ts"))  # mostly programs and translations
"""What is taken out of folders; a file that is named itself may be called anything."""


@dataclass(frozen=True)
class _Wanted:
    found: Found
    options: Options
    score: str = ""


def find_items(
    inputs: Sequence[str], options: Options, states: Iterable[State] = (), say: Callable[[str], None] = lambda _: None
) -> list[Item]:
    """Every recording that `inputs` mean, each once, with a name for its results that no other has.

    `states` are those of earlier runs in the same place: recordings keep their names. Raises `OutputError` for
    folders, patterns and manifests in which there is nothing; a file that is not there is found, and fails alone.
    """
    wanted: dict[str, _Wanted] = {}
    for text in inputs:
        for one in _find(text, options, say):
            wanted.setdefault(one.found.recording, one)
    known = {s.recording: s.name for s in states}
    # A name of another recording that is still there belongs to it; one that has gone leaves it to who comes.
    taken = [name for recording, name in known.items() if recording not in wanted and _there(recording)]
    names = names_of([w.found for w in wanted.values()], known, taken)
    return [_item(name, one) for name, one in zip(names, wanted.values(), strict=True)]


def _find(text: str, options: Options, say: Callable[[str], None]) -> Iterator[_Wanted]:
    if text.lower().split("?")[0].endswith(MANIFESTS):
        rows, unknown = read_manifest(text, options)
        if unknown:
            say(f"note: {text}: columns not used: {', '.join(unknown)}")
        if not rows:
            raise OutputError("there is no recording in this manifest", where=text)
        for row in rows:
            yield _Wanted(Found(row.recording, 1, row.name), row.options, row.score)
        return
    found = list(_remote(text) if is_url(text) else _local(text))
    if not found:
        raise OutputError("there are no recordings here", where=text, cause=f"none ends in {' '.join(AUDIO[:8])} …")
    for one in found:
        yield _Wanted(one, options)


def _local(text: str) -> Iterator[Found]:
    path = Path(text.removeprefix("file://"))
    if path.is_dir():
        top = path.absolute()
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            for name in sorted(files):
                if _is_audio(name):
                    inside = (Path(folder) / name).relative_to(top)
                    yield Found((Path(folder) / name).as_posix(), len(inside.parts))
    elif glob.has_magic(text) and not path.exists():
        for match in sorted(glob.glob(text, recursive=True)):  # noqa: PTH207  # patterns with a root, and ** as in shells
            if Path(match).is_file():
                yield Found(Path(match).absolute().as_posix())
    else:
        yield Found(path.absolute().as_posix())


def _remote(url: str) -> Iterator[Found]:
    scheme = url.partition("://")[0]
    if scheme in ("http", "https"):
        yield Found(url)
        return
    fs, path = remote_files(url)
    try:
        if glob.has_magic(path):
            matches = sorted(p for p in fs.glob(path) if _is_audio(p.rpartition("/")[2]))
            yield from (Found(f"{scheme}://{p}") for p in matches)
        elif fs.isdir(path):
            base = len(PurePosixPath(path).parts)
            inside = sorted(p for p in fs.find(path) if _is_audio(p.rpartition("/")[2]))
            yield from (Found(f"{scheme}://{p}", len(PurePosixPath(p).parts) - base) for p in inside)
        else:
            yield Found(url)
    except Exception as e:  # every file system of fsspec has errors of its own
        raise OutputError("recordings cannot be looked for here", where=url, cause=str(e)) from e


def _is_audio(name: str) -> bool:
    return name.lower().endswith(AUDIO) and not name.startswith(".")


def _there(recording: str) -> bool:
    return is_url(recording) or os.path.exists(recording)  # noqa: PTH110  # says False where Path would raise


def _item(name: str, wanted: _Wanted) -> Item:
    size, stamp = _look(wanted.found.recording)
    if wanted.score:
        of_score = _look(wanted.score)[1]
        stamp = f"{stamp};{of_score}" if stamp and of_score else ""
    return Item(name, wanted.found.recording, size, stamp, wanted.options, wanted.score)


def _look(address: str) -> tuple[int, str]:
    """Size and a stamp that changes with the file; (0, "") for one that cannot be looked at."""
    try:
        if is_url(address):
            return _look_remote(address)
        status = Path(address).stat()
    except (OSError, ValueError, MezzoforteError):
        return 0, ""
    return status.st_size, f"{status.st_size}:{status.st_mtime_ns}"


def _look_remote(url: str) -> tuple[int, str]:
    fs, path = remote_files(url)
    try:
        info: Mapping[str, Any] = fs.info(path)
    except Exception:  # what is wrong is told when the recording is fetched
        return 0, ""
    marks = [
        str(info[k]) for k in ("ETag", "etag", "md5Hash", "LastModified", "mtime", "updated", "created") if k in info
    ]
    size = int(info.get("size") or 0)
    return size, f"{size}:{'|'.join(marks)}" if marks else ""
