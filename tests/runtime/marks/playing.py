"""A perfect performance of a small score at any loudness: what a digital piano would tell of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from runtime.analysis import Analysis, Beat, Loudness, ModelIdentity, Source
from runtime.decode.on_beats import SoundEvidence
from runtime.frames import FRAME_S
from runtime.marks.heard import HeardInScore, hear
from runtime.network.parts import parts_of
from runtime.notes.played import PlayedNotes
from runtime.score.align.performance import play
from runtime.score.align.recording import Alignment
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from runtime.score.unfold import written
from tests.runtime.score import make

QUARTER_S = 0.5
Touch = Callable[[float], float]
"""MIDI velocity at a position in quarters from the start of the performance."""


def steps(*levels: tuple[float, float]) -> Touch:
    """A velocity from each position on."""

    def at(position: float) -> float:
        return [v for q, v in levels if q <= position + 1e-6][-1]

    return at


def points(*corners: tuple[float, float]) -> Touch:
    """Straight lines between velocities at positions."""
    q, v = zip(*corners, strict=True)
    return lambda position: float(np.interp(position, q, v))


def alignment_of(score: Score, confidence: float = 1.0) -> Alignment:
    """A perfect performance at 120 quarters a minute, as written."""
    u = written(score)
    positions = np.arange(0, float(u.end) + 0.25, 0.25)
    starts = np.array([float(s) for s in (*u.starts, u.end)])
    sure = np.full(len(u.measures), confidence)
    return Alignment(u.measures, starts, positions, positions * QUARTER_S, sure, (), {}, (), 0.3)


def evidence_of(score: Score, alignment: Alignment, touch: Touch) -> SoundEvidence:
    """The notes with their velocities, as given."""
    page = play(score, list(alignment.measures))
    on_s, off_s = alignment.times_of(page.onsets), alignment.times_of(page.ends)
    rows = [
        (float(a), float(b), int(p), round(touch(float(q))))
        for a, b, p, q in zip(on_s, off_s, page.pitches, page.onsets, strict=True)
    ]
    frames = np.full(1 + int(float(off_s.max()) / FRAME_S), 5.0)
    return SoundEvidence(frames, parts_of()).knowing(PlayedNotes.of(rows), None, given=True)


def heard_of(score: Score, touch: Touch, alignment: Alignment | None = None) -> HeardInScore:
    """What is known of every written beat of it."""
    alignment = alignment or alignment_of(score)
    return hear(score, alignment, evidence_of(score, alignment, touch))


def analysis_of(ntot: tuple[float, ...] = (), quarters: int = 64) -> Analysis:
    """An analysis of such a performance: its beats, and a loudness curve every 50 ms."""
    beats = tuple(Beat(q * QUARTER_S, 1 + q // 4, 1 + q % 4, 1.0) for q in range(quarters))
    return Analysis(
        Source("t.wav", quarters * QUARTER_S, 44100), ModelIdentity("m", "1", "0", "cpu"), beats,
        loudness=Loudness(0.05, ntot),
    )  # fmt: skip


def score_of(n: int = 16, bars: dict[int, tuple[str, str]] | None = None) -> Score:
    """`n` bars of 4/4 on two staves; `bars` puts text before and after the notes of some."""
    said = bars or {}
    rows = [
        make.two_staves(i, before=said.get(i, ("", ""))[0], after=said.get(i, ("", ""))[1], first=i == 1)
        for i in range(1, n + 1)
    ]
    return read_musicxml.read(make.score(rows), "t")
