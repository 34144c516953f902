"""What the results of each recording are called: by its place in the folder that was given, each name once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from runtime.errors import OutputError

RESERVED = ("tables", "summary.csv", "mezzoforte.log", ".mezzoforte")
"""What a batch itself puts into its output folder."""


@dataclass(frozen=True)
class Found:
    """A recording and how it was found."""

    recording: str
    """Absolute path or URL, ``/`` between folders."""
    depth: int = 1
    """How many last parts of it lie inside the folder that was given (1: the file itself was)."""
    wish: str = ""
    """The name that a manifest gives it, "" for none."""


def names_of(found: Sequence[Found], known: Mapping[str, str], taken: Collection[str]) -> list[str]:
    """A name for each, without suffix. `known` are the names that recordings had in earlier runs, `taken` those that
    belong to recordings that are not among these. Raises `OutputError` for a wish that is no name.

    A recording keeps its earlier name. Otherwise it is its path in the folder that was given; where two would have the
    same (on any file system: case does not tell apart) they get their suffix or the folders above, whatever is the
    shortest that tells them apart.
    """
    names: dict[int, str] = {}
    used = {name.casefold() for name in taken}
    for index, one in enumerate(found):
        earlier = known.get(one.recording)
        if earlier is not None and not one.wish:
            names[index] = earlier
            used.add(earlier.casefold())
    open_ = [i for i in range(len(found)) if i not in names]
    groups: dict[str, list[int]] = defaultdict(list)
    for index in open_:
        groups[_first(found[index]).casefold()].append(index)
    for members in groups.values():
        for index, name in zip(members, _apart([found[i] for i in members], used), strict=True):
            names[index] = name
            used.add(name.casefold())
    return [names[i] for i in range(len(found))]


def _apart(members: Sequence[Found], used: Collection[str]) -> list[str]:
    suffixes = len({PurePosixPath(m.recording).suffix.casefold() for m in members}) > 1
    for wanted in zip(*(_candidates(m, suffixes) for m in members), strict=False):
        folded = [name.casefold() for name in wanted]
        if len(set(folded)) == len(folded) and not any(n in used or _reserved(n) for n in folded):
            return list(wanted)
    raise AssertionError("the last candidate holds a hash of the address")


def _first(one: Found) -> str:
    return next(_candidates(one, False))


def _candidates(one: Found, suffixes: bool) -> Iterator[str]:
    """Names from the shortest to one that only this recording can have; `suffixes`: whether they can tell it apart."""
    parts = [
        p for p in one.recording.split("?")[0].partition("://")[2 if "://" in one.recording else 0].split("/") if p
    ]
    if one.wish:
        yield _checked(one.wish)
    for depth in range(min(one.depth, len(parts)), len(parts) + 1):
        whole = PurePosixPath(*[_plain(p) for p in parts[len(parts) - depth :]])
        yield whole.with_suffix("").as_posix()
        if suffixes:
            yield whole.as_posix()
    sha = hashlib.sha256(one.recording.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    for _ in range(1000):  # so that a deeper member of the same group is never the one that runs out first
        yield f"{PurePosixPath(_plain(parts[-1] if parts else 'recording')).with_suffix('').name}-{sha}"


def _plain(part: str) -> str:
    return part.replace(":", "_") if part not in (".", "..") else "_"


def _reserved(folded: str) -> bool:
    return folded.split("/")[0] in RESERVED


def _checked(wish: str) -> str:
    path = PurePosixPath(wish)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in wish or "\0" in wish:
        raise OutputError(f"{wish!r} is not a name for results", cause="a manifest's column 'name'",
                          advice="Names are relative, with / between folders and without ..")  # fmt: skip
    return path.as_posix()
