"""Plans into score files of every supported kind, written whole or not at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from runtime.errors import OutputError
from runtime.score.plan import Plan
from runtime.score.read.files import Source, parse
from runtime.score.table import Mark, Score
from runtime.score.write import midi as write_midi
from runtime.score.write import mscx as write_mscx
from runtime.score.write import musicxml as write_musicxml
from runtime.score.write.midi import MidiMode
from runtime.write.atomic import make_folder, write_bytes

_KINDS = {
    "musicxml": (".musicxml", ".xml", ".mxl"),
    "mscx": (".mscx", ".mscz"),
    "midi": (".mid", ".midi"),
}
_ZIPPED = (".mxl", ".mscz")


def marked(source: Source, edits: Plan, midi_mode: MidiMode = "velocity") -> bytes:
    """The score file with exactly the plan's marks of ours and everything else unchanged.

    Raises `ScoreError` when the plan was made for other music.
    """
    if source.format == "midi":
        return source.packed(write_midi.apply(source.text, edits, source.name, midi_mode))
    writer = write_musicxml if source.format == "musicxml" else write_mscx
    return source.packed(writer.apply(source.text, edits, source.name))


def unmarked(source: Source) -> bytes:
    """The score file without any mark of ours, and with the marks that had made way for them."""
    writer = {"musicxml": write_musicxml, "mscx": write_mscx, "midi": write_midi}[source.format]
    return source.packed(writer.remove(source.text, source.name))


def hidden_marks(source: Source, score: Score) -> tuple[Mark, ...]:
    """The human marks that an earlier run put out of sight; `score` is the table of `source` as it stands."""
    if source.format == "midi":
        return ()
    writer = write_musicxml if source.format == "musicxml" else write_mscx
    clean = writer.remove(source.text, source.name)
    if clean == source.text:
        return ()
    seen = Counter(m for m in score.marks if not m.ours)
    return tuple((Counter(parse(replace(source, text=clean)).marks) - seen).elements())


def check_output(source: Source, out: Path) -> None:
    """Raises `OutputError` when `out` names another kind of file than the score is."""
    suffix = out.suffix.lower()
    zipped = source.container is not None
    allowed = [s for s in _KINDS[source.format] if (s in _ZIPPED) == zipped]
    if zipped and Path(source.name).suffix.lower() not in _ZIPPED:
        allowed.append(Path(source.name).suffix.lower())
    if suffix not in allowed:
        raise OutputError(
            f"a {Path(source.name).suffix} score cannot be written as {suffix or 'a file without suffix'}",
            where=str(out),
            cause="marks are written into the score as it is, not into another format",
            advice=f"Name the output *{allowed[0]}, or convert the score in a notation program first",
        )


def save(out: Path, data: bytes, original: Path) -> Path | None:
    """Write a score atomically; its folder is made. Over its original, a ``.bak`` copy is left beside it, once.

    Returns the backup's path when one was made now. Raises `OutputError` when writing fails.
    """
    backup = None
    make_folder(out.parent)
    if out.exists() and original.exists() and out.samefile(original):
        old = original.read_bytes()
        candidate = original.with_name(original.name + ".bak")
        if old != data and not candidate.exists():
            write_bytes(candidate, old)
            backup = candidate
    write_bytes(out, data)
    return backup
