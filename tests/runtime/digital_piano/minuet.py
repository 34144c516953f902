"""The notes of the example as a digital piano would have kept them: `examples/minuet.ogg` is this performance."""

from __future__ import annotations

from pathlib import Path

from examples.make_example import perform
from runtime.notes.played import PlayedNotes
from runtime.transcribe.write_midi import to_midi
from train.rendering.notes import packed_notes

RECORDING = Path(__file__).parents[3] / "examples" / "minuet.ogg"
SCORE = RECORDING.with_suffix(".musicxml")


def notes(turned: bool = False) -> PlayedNotes:
    """What was played; `turned`: loud where it was soft and the other way round."""
    rows = packed_notes(perform())
    struck = [127 - int(r["velocity"]) if turned else int(r["velocity"]) for r in rows]
    return PlayedNotes.of(
        [(float(r["onset_s"]), float(r["offset_s"]), int(r["pitch"]), v) for r, v in zip(rows, struck, strict=True)]
    )


def write(path: Path, turned: bool = False) -> Path:
    """The same as a MIDI file."""
    path.write_bytes(to_midi(notes(turned)))
    return path
