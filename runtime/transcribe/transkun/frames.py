"""The sizes that Transkun was trained with, and a recording cut into its segments."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from runtime.notes.keys import LOWEST_PITCH, N_PITCHES
from runtime.sound.level import Samples

SAMPLE_RATE_HZ = 44_100
HOP_SAMPLES = 1024
FRAME_S = HOP_SAMPLES / SAMPLE_RATE_HZ
SEGMENT_SAMPLES = 16 * SAMPLE_RATE_HZ
N_FRAMES = math.ceil(SEGMENT_SAMPLES / HOP_SAMPLES) + 1
LAST_FRAME = round(SEGMENT_SAMPLES / HOP_SAMPLES)
"""An interval that reaches it may go on in the next segment."""
STEP_FRAMES = math.ceil(8 * SAMPLE_RATE_HZ / HOP_SAMPLES)
STEP_SAMPLES = STEP_FRAMES * HOP_SAMPLES
LEAD_SAMPLES = 8 * SAMPLE_RATE_HZ
"""Silence before the recording, and behind it."""
FIRST_FRAME = LEAD_SAMPLES // HOP_SAMPLES
"""Where the recording begins in the first segment."""
SIZE = 256
"""Numbers that the network gives per event and frame."""
SUSTAIN, SOFT = -64, -67
EVENTS = (SUSTAIN, SOFT, *range(LOWEST_PITCH, LOWEST_PITCH + N_PITCHES))
"""What is heard side by side: two pedals and 88 keys."""


def segments(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Segments of 16 s every 8 s, as the published program cuts them: silence before, after and in the last one."""
    held = np.zeros(LEAD_SAMPLES, np.float32)
    for block in blocks:
        held = np.concatenate((held, block))
        while held.size >= SEGMENT_SAMPLES:
            yield held[:SEGMENT_SAMPLES]
            held = held[STEP_SAMPLES:]
    held = np.concatenate((held, np.zeros(LEAD_SAMPLES, np.float32)))
    while held.size:
        yield np.pad(held[:SEGMENT_SAMPLES], (0, max(0, SEGMENT_SAMPLES - held.size)))
        held = held[STEP_SAMPLES:]
