"""Hours of a recording take no more memory than its notes: windows and rolls are let go of as they are read."""

from __future__ import annotations

import tracemalloc

import numpy as np

from runtime.frames import FRAMES_PER_S, HOP_SAMPLES, SAMPLE_RATE_HZ
from runtime.network import windows
from runtime.network.windows import Columns, Shape
from runtime.notes.keys import N_PITCHES
from runtime.sound.level import Samples
from runtime.transcribe.events import EventDecoder
from runtime.transcribe.own import rolls_of
from runtime.transcribe.rolls import RollOptions

SHAPE = Shape(15 * SAMPLE_RATE_HZ, FRAMES_PER_S, 1)


def a_note_each_second(samples: Samples) -> Columns:
    """Rolls with an onset wherever a sample says so."""
    columns = np.zeros((1 + samples.size // HOP_SAMPLES, 4 * N_PITCHES + 1), np.float32)
    struck = np.flatnonzero(samples[::HOP_SAMPLES])
    columns[struck, 40] = columns[struck, 2 * N_PITCHES + 40] = 0.9
    columns[:, N_PITCHES + 40] = 0.9
    return columns


def heard(hours: float) -> tuple[int, int]:
    """Notes that were found, and bytes that were held at most."""
    second = np.zeros(SAMPLE_RATE_HZ, np.float32)
    second[25 * HOP_SAMPLES] = 1.0
    decoder = EventDecoder(RollOptions())
    tracemalloc.start()
    for stretch in windows.stretches(a_note_each_second, (second for _ in range(round(3600 * hours))), shape=SHAPE):
        decoder.push(rolls_of(stretch))
    n = len(decoder.finish()[0].onset_s)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return n, peak


def test_two_more_hours_take_no_more_than_their_notes_and_the_pedal() -> None:
    (short, little), (long, more) = heard(0.5), heard(2.5)
    assert (short, long) == (1800, 9000)
    assert more - little < 600 * (long - short) + 2 * 3600 * FRAMES_PER_S * 12
    assert little < 25e6
