"""Whatever the music and however its tempo wanders, the written beats are found where they are played."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.notes.played import PlayedNotes
from runtime.score.align.in_notes import heard_in_notes
from runtime.score.align.performance import play
from runtime.score.align.recording import align_features
from tests.runtime.score import synth
from tests.runtime.score.align.test_recording import errors_s, tune


@settings(max_examples=10, deadline=None)
@given(
    music=st.integers(0, 2**31), bars=st.integers(6, 16), tempo=st.integers(0, 2**31), scale=st.floats(0.6, 1.7),
    start_s=st.floats(0, 20), jitter_s=st.floats(0, 0.02),
)  # fmt: skip
def test_beats_are_found_in_any_music_at_any_tempo(
    music: int, bars: int, tempo: int, scale: float, start_s: float, jitter_s: float
) -> None:
    score = tune(bars, seed=music)
    played = play(score, list(range(bars)))
    positions, seconds = synth.tempo_map(played, start_s, seed=tempo)
    seconds = start_s + scale * (seconds - start_s)
    late = np.random.default_rng(tempo).uniform(-jitter_s, jitter_s, len(played.onsets))
    on = np.maximum(0, np.interp(played.onsets, positions, seconds) + late)
    off = np.maximum(on + 0.03, np.interp(played.ends, positions, seconds) + late)
    notes = PlayedNotes.of([(a, b, int(p), 70) for a, b, p in zip(on, off, played.pitches, strict=True)])
    found = align_features(score, heard_in_notes(notes))
    assert found.measures == tuple(range(bars)) and found.breaks == ()
    times = found.times_of(positions)
    assert (np.diff(times) > 0).all()
    errors = errors_s(found, positions, seconds)
    assert np.median(errors) <= 0.03 and np.percentile(errors, 95) <= 0.1 and errors.max() <= 0.3
