"""Zip containers of scores (.mxl, .mscz): bounded reading, and rewriting one member in place."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.parsers.expat import ExpatError

from runtime.errors import ScoreError
from runtime.score.xml.text import XmlDocument

MAX_ENTRIES = 200
MAX_TOTAL_BYTES = 64 * 1024 * 1024
MAX_RATIO = 200
_RATIO_FREE_BYTES = 1024 * 1024
_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Container:
    """A zip file in memory: its bytes, the member that holds the score and that member's bytes."""

    data: bytes
    member: str
    score: bytes

    def rewritten(self, score: bytes) -> bytes:
        """The container with the score member replaced; other members keep bytes, order, names and dates.

        Returns the original bytes when nothing changes.
        """
        if score == self.score:
            return self.data
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.data)) as old, zipfile.ZipFile(out, "w") as new:
            new.comment = old.comment
            for info in old.infolist():
                content = score if info.filename == self.member else old.read(info)
                info.filename = _meant(info.filename)  # zipfile writes names as UTF-8 and says so
                new.writestr(info, content, compress_type=info.compress_type)
        return out.getvalue()


def open_container(data: bytes, where: str, suffix: str) -> Container:
    """Read a zipped score whose main file ends in `suffix` when the container does not name it.

    Raises `ScoreError` for a damaged or encrypted zip, one that unpacks to too much, members with
    unsafe or repeated names, or no score inside.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _checked_names(archive, where)
            left_bytes = MAX_TOTAL_BYTES
            for name in names:
                left_bytes -= len(_read(archive, name, where, left_bytes))
            member = _main_member(archive, names, where, suffix)
            return Container(data, member, _read(archive, member, where, MAX_TOTAL_BYTES))
    except ScoreError:
        raise
    except Exception as e:  # zipfile and what unpacks for it stumble over crafted files, each in its own way
        raise ScoreError(f"not a readable zip file ({e})", where=where, cause="a damaged file") from e


def _bomb(where: str) -> ScoreError:
    return ScoreError(
        f"the zip file unpacks to more than {MAX_TOTAL_BYTES // 2**20} MiB or {MAX_RATIO} times its size",
        where=where,
        cause="a zip bomb",
    )


def _checked_names(archive: zipfile.ZipFile, where: str) -> list[str]:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise ScoreError(f"{len(infos)} files in the zip, more than {MAX_ENTRIES}", where=where)
    names = [i.filename for i in infos if not i.filename.endswith("/")]
    if len(set(names)) != len(names):
        raise ScoreError("two members of the zip have the same name", where=where, cause="a crafted file")
    for info in infos:
        # Nothing is ever unpacked to disk; a title may hold a colon, and some programs on Windows write backslashes.
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:[/\\]", info.filename):
            raise ScoreError(
                f"the zip has a member with an unsafe path, {info.filename!r}",
                where=where,
                cause="a crafted file",
            )
        if info.flag_bits & 1:
            raise ScoreError(f"the member {info.filename!r} is encrypted", where=where)
    return names


def _meant(name: str) -> str:
    """A member's name as it was meant: UTF-8 that the zip does not call so is read as code page 437."""
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _listed(data: bytes, where: str) -> list[str]:
    """The files that the container names, none when it is not well-formed: MuseScore 3 writes an ampersand bare."""
    try:
        root = XmlDocument(data, where).root
    except ScoreError as e:
        if isinstance(e.__cause__, ExpatError):
            return []
        raise
    return [e.attributes.get("full-path", "") for e in root.iter() if e.tag.endswith("rootfile")]


def _read(archive: zipfile.ZipFile, name: str, where: str, limit: int) -> bytes:
    """One member, never trusting the sizes that the directory states."""
    info = archive.getinfo(name)
    out = bytearray()
    with archive.open(info) as stream:
        while block := stream.read(_BLOCK_BYTES):
            out += block
            crowded = len(out) > _RATIO_FREE_BYTES and len(out) > MAX_RATIO * max(1, info.compress_size)
            if len(out) > limit or crowded:
                raise _bomb(where)
    return bytes(out)


def _main_member(archive: zipfile.ZipFile, names: list[str], where: str, suffix: str) -> str:
    by_path = {_comparable(_meant(n)): n for n in names}
    listed: list[str] = []
    if "META-INF/container.xml" in by_path:
        listed = _listed(_read(archive, by_path["META-INF/container.xml"], where, MAX_TOTAL_BYTES), where)
    suffixes = (suffix,) if suffix == ".mscx" else (suffix, ".musicxml", ".xml")
    candidates = [n for n in listed if n.lower().endswith(suffixes)] or sorted(
        (n for n in by_path if n.lower().endswith(suffixes) and not n.startswith("META-INF/")),
        key=lambda n: n.count("/"),  # not an excerpt in a folder of its own, if there is anything else
    )
    for name in map(_comparable, candidates):
        if name in by_path:
            return by_path[name]
    raise ScoreError(
        f"the zip holds no {suffix} score" if not candidates else f"{candidates[0]!r} is not in the zip",
        where=where,
        cause="not a zipped score, or a damaged one",
    )


def _comparable(name: str) -> str:
    """A path as it can be looked up: folders may be written with backslashes, accents as signs of their own."""
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
