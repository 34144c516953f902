"""The bytes of a Standard MIDI File, parsed safely: for scores and for performances."""

from __future__ import annotations

import io

import mido

from runtime.errors import ScoreError

MAX_BYTES = 50 * 2**20


def parse(data: bytes, where: str) -> mido.MidiFile:
    """Parse MIDI bytes. Raises `ScoreError` when they are damaged, too large or have no musical time."""
    if len(data) > MAX_BYTES:
        raise ScoreError(f"{len(data) / 2**20:.0f} MiB of MIDI, too large", where=where)
    try:
        midi = mido.MidiFile(file=io.BytesIO(data))
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError, LookupError) as e:
        raise ScoreError(f"not a readable MIDI file ({e})", where=where, cause="a damaged file") from e
    if midi.ticks_per_beat <= 0 or midi.type == 2:
        raise ScoreError(
            "the MIDI file has no musical time",
            where=where,
            cause="it counts film frames, or it holds independent patterns (type 2)",
            advice="Export it again as type 0 or 1 with ticks per beat",
        )
    return midi
