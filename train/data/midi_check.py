"""Open every performance's MIDI file once: the readers themselves only look whether it is there."""

from __future__ import annotations

from runtime.errors import MezzoforteError
from train.data.items import Dropped, Reading
from train.rendering.performance import read_performance


def drop_broken_midi(reading: Reading) -> Reading:
    """`reading` without the items whose MIDI file is broken or has no notes; those are dropped with the reason."""
    kept, dropped = [], list(reading.dropped)
    for item in reading.items:
        try:
            if item.midi_path is not None:
                read_performance(item.midi_path)
            kept.append(item)
        except MezzoforteError as e:
            dropped.append(Dropped(item.id, "MIDI file broken or without notes", str(e), is_damage=True))
    return Reading(kept, dropped, reading.masked, reading.score_counts)
