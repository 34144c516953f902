"""Zip containers of scores (.mxl, .mscz): bounded reading, and rewriting one member in place."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

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
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as e:
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
    names = [i.filename for i in infos if not i.is_dir()]
    if len(set(names)) != len(names):
        raise ScoreError("two members of the zip have the same name", where=where, cause="a crafted file")
    for info in infos:
        path = PurePosixPath(info.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename:
            raise ScoreError(
                f"the zip has a member with an unsafe path, {info.filename!r}",
                where=where,
                cause="a crafted file",
            )
        if info.flag_bits & 1:
            raise ScoreError(f"the member {info.filename!r} is encrypted", where=where)
    return names


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
    listed: list[str] = []
    if "META-INF/container.xml" in names:
        root = XmlDocument(_read(archive, "META-INF/container.xml", where, MAX_TOTAL_BYTES), where).root
        listed = [e.attributes.get("full-path", "") for e in root.iter() if e.tag.endswith("rootfile")]
    suffixes = (suffix,) if suffix == ".mscx" else (suffix, ".musicxml", ".xml")
    candidates = [n for n in listed if n.lower().endswith(suffixes)] or [
        n for n in names if n.lower().endswith(suffixes) and not n.startswith("META-INF/") and "/" not in n
    ]
    for name in candidates:
        if name in names:
            return name
    raise ScoreError(
        f"the zip holds no {suffix} score" if not candidates else f"{candidates[0]!r} is not in the zip",
        where=where,
        cause="not a zipped score, or a damaged one",
    )
