"""Any supported score file to a `Score`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runtime.errors import ScoreError
from runtime.notes.signature import is_midi
from runtime.score.read import midi as read_midi
from runtime.score.read import mscx as read_mscx
from runtime.score.read import musicxml as read_musicxml
from runtime.score.read.container import Container, open_container
from runtime.score.table import Score
from runtime.score.xml.text import MAX_BYTES

SUFFIXES = (".musicxml", ".xml", ".mxl", ".mscx", ".mscz", ".mid", ".midi")
_READERS = {"musicxml": read_musicxml.read, "mscx": read_mscx.read, "midi": read_midi.read}


@dataclass(frozen=True)
class Source:
    """A score file in memory: `text` is the MusicXML, .mscx or MIDI itself, unzipped when it was zipped."""

    name: str
    format: str
    text: bytes
    container: Container | None = None

    def packed(self, text: bytes) -> bytes:
        """The whole file with `text` in place of its score."""
        return text if self.container is None else self.container.rewritten(text)


def open_source(path: Path) -> Source:
    """Load a score file and find out what it is, by its first bytes rather than its name.

    Raises `ScoreError` when the file cannot be opened, is too large or is of no supported kind.
    """
    try:
        if not path.is_file():
            raise ScoreError("no such score file", where=str(path), advice="Check the path after --score")
        if path.stat().st_size > MAX_BYTES:
            raise ScoreError(f"larger than {MAX_BYTES // 2**20} MiB", where=path.name, cause="not a score")
        return from_bytes(path.read_bytes(), path.name)
    except OSError as e:
        raise ScoreError(f"cannot be opened ({e.strerror})", where=str(path)) from e


def from_bytes(data: bytes, name: str) -> Source:
    """What `open_source` makes of a file's bytes; `name` gives the suffix and stands in messages."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise ScoreError(
            f"a {suffix or 'nameless'} file is no score that can be read",
            where=name,
            advice=f"Use one of {', '.join(SUFFIXES)}",
        )
    if data[:4] == b"PK\x03\x04":
        inner = ".mscx" if suffix in (".mscz", ".mscx") else ".musicxml"
        container = open_container(data, name, inner)
        return Source(name, "mscx" if inner == ".mscx" else "musicxml", container.score, container)
    if is_midi(data):
        return Source(name, "midi", data)
    if suffix in (".mid", ".midi", ".mxl", ".mscz"):
        raise ScoreError(f"the contents are not those of a {suffix} file", where=name, cause="a damaged file")
    return Source(name, "mscx" if suffix == ".mscx" else "musicxml", data)


def parse(source: Source) -> Score:
    """The note table of a loaded score.

    Raises `ScoreError` for damaged files and for scores without measures or notes.
    """
    score = _READERS[source.format](source.text, source.name)
    if not score.measures:
        raise ScoreError("the score has no measures", where=source.name)
    if not score.notes:
        raise ScoreError(
            "the score has no pitched notes",
            where=source.name,
            cause="; ".join(score.warnings) or "an empty or percussion-only score",
        )
    return score


def read_score(path: str | Path) -> Score:
    """Read a MusicXML, zipped MusicXML, MuseScore 3/4 or MIDI file.

    Raises `ScoreError` naming the file, what is wrong and what to do.
    """
    return parse(open_source(Path(path)))
