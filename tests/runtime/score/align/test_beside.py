"""An excerpt that ends with a last chord, or begins with a first one, that rings for long: its bar is found too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from runtime.score.align import features
from runtime.score.align.performance import play
from runtime.score.align.recording import POOR, align, align_features
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.sound import read as audio_file
from tests.runtime.score import make, synth
from tests.runtime.score.align.test_recording import blocks, tune

BARS, EXCERPT = 20, 10
CHORD = (36, 48, 64, 67, 72)


def with_chord(seed: int, bars: range) -> Score:
    """A tune in which one chord is held through these bars."""
    score = tune(BARS, seed=seed)
    chord = [
        replace(score.notes[0], onset=m.start, duration=m.duration, pitch=p, measure=m.index, tied=m.index > bars[0])
        for m in (score.measures[i] for i in bars)
        for p in CHORD
    ]
    notes = [*(n for n in score.notes if n.measure not in bars), *chord]
    return replace(score, notes=tuple(sorted(notes, key=lambda n: n.onset)))


def ringing(score: Score, first: int, struck: int, late_s: float) -> tuple[np.ndarray, float]:
    """Ten bars from `first` on and when the chord of bar `struck` is: its player waits before it, or after it."""
    played = play(score, list(range(first, first + EXCERPT)))
    positions, seconds = synth.tempo_map(played, 1.0)
    at_q = played.starts[struck - first]
    on, off = np.interp(played.onsets, positions, seconds), np.interp(played.ends, positions, seconds)
    moved = played.onsets >= at_q if struck > first else played.onsets > at_q
    on, off = on + late_s * moved, off + late_s * moved
    off += np.where(played.onsets == at_q, late_s, 0)
    notes = zip(on, off - on, played.pitches, np.ones(len(on)), strict=True)
    return synth.render([(a, n, int(p), v) for a, n, p, v in notes], float(off.max()) + 2), float(
        on[played.onsets == at_q][0]
    )


@pytest.mark.parametrize("seed", [31, 35])
@pytest.mark.parametrize("first_held", [17, 18, 19])
def test_the_last_chord_of_an_excerpt_is_its_bar_and_those_it_rings_through(seed: int, first_held: int) -> None:
    score = with_chord(seed, range(first_held, BARS))
    audio, at_s = ringing(score, BARS - EXCERPT, first_held, 0.5)
    found = align(score, blocks(audio))
    assert found.measures == tuple(range(BARS - EXCERPT, BARS))
    assert abs(float(found.times_of(found.starts[first_held - BARS + EXCERPT])) - at_s) < 0.07


@pytest.mark.parametrize("seed", [31, 35])
@pytest.mark.parametrize("last_held", [0, 1])
def test_the_first_chord_of_a_piece_is_its_bar_and_those_it_rings_through(seed: int, last_held: int) -> None:
    score = with_chord(seed, range(last_held + 1))
    audio, at_s = ringing(score, 0, 0, 1.0)
    found = align(score, blocks(audio))
    assert found.measures == tuple(range(EXCERPT))
    assert abs(float(found.times_of(0.0)) - at_s) < 0.07


def test_bars_that_are_laid_on_the_ringing_after_an_excerpt_are_uncertain() -> None:
    score = with_chord(31, range(18, BARS))
    audio, _ = ringing(score, 8, 8, 0.0)
    found = align(score, blocks(audio))
    assert found.measures[:EXCERPT] == tuple(range(8, 18)) and (found.confidence[:EXCERPT] >= POOR).all()
    assert (found.confidence[EXCERPT:] < POOR).all()


@pytest.mark.slow
def test_the_rolled_last_chord_of_a_real_recording_that_begins_in_the_middle_is_found() -> None:
    folder = make.data_folder("cases")
    samples = np.concatenate(list(audio_file.stream(folder / "bwv846.ogg")))[60 * 22_050 :]
    found = align_features(read_score(folder / "prelude.musicxml"), features.listen(blocks(samples)))
    assert found.measures == tuple(range(13, 35)) and found.confidence[-1] >= POOR  # of bar 14 the second half is heard
    assert abs(float(found.times_of(found.starts[-2])) - 91.92) < 0.1
