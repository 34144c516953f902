"""A recording finds its place in the score, whatever its player did with the repeats."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from runtime.errors import ScoreError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score.align import features, recording
from runtime.score.align.fine import Evidence
from runtime.score.align.performance import play
from runtime.score.align.recording import POOR, Alignment, align, position_in
from runtime.score.read import musicxml as read_musicxml
from runtime.score.table import Score
from runtime.score.unfold import unfoldings, written
from tests.runtime.score import make, synth


def tune(n: int, seed: int = 0, repeats: bool = False) -> Score:
    """`n` bars of a random melody of eighths over half notes, with two repeated sections when asked."""
    random = np.random.default_rng(seed)
    bars = []
    for i in range(n):
        melody = "".join(make.note(make.STEPS[random.integers(7)], int(random.integers(4, 6)), 1) for _ in range(8))
        bass = "".join(make.note(make.STEPS[random.integers(7)], 3, 4, staff=2, voice=5) for _ in range(2))
        head = make.ATTRIBUTES.format(beats=4) if i == 0 else ""
        start = make.REPEAT_START if repeats and i == n // 2 else ""
        end = make.REPEAT_END if repeats and i in (n // 2 - 1, n - 1) else ""
        bars.append(
            make.measure(i + 1, head + start + melody + "      <backup><duration>8</duration></backup>\n" + bass + end)
        )
    return read_musicxml.read(make.score(bars), "tune")


def blocks(audio: np.ndarray) -> list[np.ndarray]:
    return [audio[i : i + 30_000] for i in range(0, len(audio), 30_000)]


def errors_s(found: Alignment, positions: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    return np.abs(found.times_of(positions[:-1]) - seconds[:-1])


def test_beats_are_found_within_a_few_milliseconds():
    score = tune(12)
    audio, positions, seconds = synth.perform(play(score, list(range(12))))
    found = align(score, blocks(audio))
    assert found.measures == tuple(range(12)) and found.breaks == ()
    errors = errors_s(found, positions, seconds)
    assert np.median(errors) <= 0.02 and np.percentile(errors, 95) <= 0.07 and errors.max() <= 0.25
    assert (found.confidence >= POOR).all()


@pytest.mark.parametrize("n", [1, 2])
def test_a_bar_or_two_have_as_many_confidences(n):
    played = play(tune(n), list(range(n)))
    sure = np.ones(len(played.attacks()))
    assert recording._confidence(played, played.attacks(), sure, sure).tolist() == [1.0] * n


def test_the_same_audio_in_other_blocks_gives_the_same_alignment():
    score = tune(6)
    audio, *_ = synth.perform(play(score, list(range(6))))
    one, many = align(score, [audio]), align(score, blocks(audio))
    assert np.array_equal(one.times_s, many.times_s) and one.measures == many.measures


@pytest.mark.parametrize("way", range(4))
def test_the_repeats_that_are_played_are_found(way):
    score = tune(12, seed=2, repeats=True)
    unfolding = unfoldings(score)[way]
    audio, positions, seconds = synth.perform(play(score, list(unfolding.measures)))
    found = align(score, blocks(audio))
    assert found.measures == unfolding.measures
    assert np.percentile(errors_s(found, positions, seconds), 95) <= 0.07


def test_ten_seconds_of_applause_and_silence_at_the_ends_do_no_harm():
    score = tune(12)
    audio, positions, seconds = synth.perform(play(score, list(range(12))))
    random = np.random.default_rng(7)
    clap = (0.05 * random.standard_normal(10 * SAMPLE_RATE_HZ) * (random.random(10 * SAMPLE_RATE_HZ) < 0.05)).astype(
        np.float32
    )
    silence = np.zeros(5 * SAMPLE_RATE_HZ, np.float32)
    found = align(score, blocks(np.concatenate([silence, audio, clap])))
    assert found.measures == tuple(range(12))
    assert np.percentile(errors_s(found, positions, seconds + 5), 95) <= 0.07


def test_a_cut_is_found_and_the_rest_stays_in_place():
    score = tune(24, seed=5)
    order = [*range(8), *range(14, 24)]
    audio, positions, seconds = synth.perform(play(score, order))
    found = align(score, blocks(audio))
    assert found.unplayed and set(found.unplayed) <= set(range(7, 15))
    for bar in (2, 5, 17, 21):
        k = order.index(bar)
        n = found.measures.index(bar)
        expected = np.interp(4 * k, positions, seconds)
        assert abs(found.times_of(found.starts[n]) - expected) < 0.07, bar


def test_a_false_start_is_a_break_and_not_a_disaster():
    score = tune(16, seed=6)
    order = [0, 1, 2, 3, 4, *range(16)]
    audio, positions, seconds = synth.perform(play(score, order))
    found = align(score, blocks(audio))
    n = len(found.measures) - 1 - found.measures[::-1].index(12)
    assert abs(found.times_of(found.starts[n]) - np.interp(4 * 17, positions, seconds)) < 0.07


def test_a_printed_tempo_that_is_never_taken_back_does_not_mislead():
    score = tune(40, seed=11)
    slow = replace(score, tempos=((Fraction(0), 120.0), (Fraction(80), 10.0), (Fraction(120), 120.0)))
    audio, positions, seconds = synth.perform(play(score, list(range(40))))
    found = align(slow, blocks(audio))
    assert found.measures == tuple(range(40)) and found.breaks == ()
    assert np.percentile(errors_s(found, positions, seconds), 95) <= 0.07


def test_the_opening_of_a_long_piece_is_aligned_and_its_last_chord_may_ring():
    score = tune(90, seed=12)
    played = play(score, list(range(14)))
    audio, positions, seconds = synth.perform(played)
    ringing = synth.render([(0.0, 14.0, int(p), 0.2) for p in played.pitches[-3:]], 14.0)
    found = align(score, blocks(np.concatenate([audio, ringing])))
    assert found.measures[:14] == tuple(range(14)) and len(found.measures) <= 15
    assert np.percentile(errors_s(found, positions, seconds), 95) <= 0.07


def test_another_piece_is_refused():
    audio, *_ = synth.perform(play(tune(16, seed=20), list(range(16))))
    with pytest.raises(ScoreError, match="does not play this score"):
        align(tune(16, seed=21), blocks(audio))


def test_noise_is_refused():
    noise = np.random.default_rng(0).standard_normal(20 * SAMPLE_RATE_HZ).astype(np.float32) * 0.1
    with pytest.raises(ScoreError):
        align(tune(10), blocks(noise))


def test_silence_is_refused():
    with pytest.raises(ScoreError, match="silent"):
        align(tune(4), [np.zeros(10 * SAMPLE_RATE_HZ, np.float32)])


def test_an_empty_recording_is_refused():
    with pytest.raises(ScoreError, match="silent"):
        align(tune(4), [])


@pytest.mark.parametrize("semitones", [2, -1])
def test_a_transposed_score_is_named_as_such(semitones):
    score = tune(16, seed=9)
    played = play(score, list(range(16)))
    positions, seconds = synth.tempo_map(played, 0.5)
    notes = [
        (np.interp(a, positions, seconds), 0.4, int(p) + semitones, 1.0)
        for a, p in zip(played.onsets, played.pitches, strict=True)
    ]
    with pytest.raises(ScoreError, match=f"{abs(semitones)} semitone.* {'higher' if semitones > 0 else 'lower'}"):
        align(score, blocks(synth.render(notes, seconds[-1] + 2)))


def test_beats_heard_by_a_model_do_not_spoil_a_clear_alignment():
    score = tune(12)
    audio, positions, seconds = synth.perform(play(score, list(range(12))))
    found = align(score, blocks(audio), Evidence(seconds, seconds[::4]))
    assert np.percentile(errors_s(found, positions, seconds), 95) <= 0.07


def test_times_and_places_are_inverse_to_each_other():
    score = tune(8)
    audio, *_ = synth.perform(play(score, list(range(8))))
    found = align(score, blocks(audio))
    for bar in range(8):
        index, at = position_in(score, found, float(found.times_of(4 * bar + 1)) + 1e-6)
        assert (index, at) == (bar, 4 * bar + 1)


def test_every_beat_of_the_score_is_listed_in_time_order():
    score = tune(8, repeats=True)
    audio, *_ = synth.perform(play(score, list(written(score).measures)))
    beats = align(score, blocks(audio)).beats(score)
    assert len(beats) == 16 * 4
    assert all(a.time_s < b.time_s for a, b in itertools.pairwise(beats))


def test_feature_frames_do_not_depend_on_how_the_audio_is_cut():
    audio = np.random.default_rng(1).standard_normal(70_001).astype(np.float32) * 0.1
    whole = features.listen([audio])
    parts = features.listen([audio[:1], audio[1:900], audio[900:50_000], audio[50_000:]])
    assert np.array_equal(whole.harmony, parts.harmony) and np.array_equal(whole.onset, parts.onset)
    assert len(whole.harmony) == 1 + 70_001 // 441


def test_nothing_lies_outside_a_recording_that_ends_with_the_last_attack():
    score = tune(12)
    audio, positions, seconds = synth.perform(play(score, list(range(12))))
    last_s = float(np.interp(max(float(n.onset) for n in score.notes), positions, seconds))
    found = align(score, blocks(audio[: int((last_s + 0.3) * SAMPLE_RATE_HZ)]))
    assert found.measures == tuple(range(12))
    assert found.times_s.min() >= 0 and found.times_s.max() <= found.duration_s < last_s + 0.4


def test_ends_are_within_the_recording_and_counted_bars_are_uncertain():
    played = play(tune(4), [0, 1, 2, 3])
    attacks = np.arange(2.0, 9.0)
    positions, times = recording._with_ends(played, attacks, attacks * 0.5, 1.0, 5.0)
    assert (positions[0], positions[-1]) == (0.0, 16.0) and times[0] == 0.0 and times[-1] == 5.0
    sure = recording._counted(played, attacks, [], np.ones(4))
    assert sure.tolist() == [1.0, 1.0, 1.0, recording._COUNTED] and sure[-1] < POOR
    assert recording._counted(played, attacks, [0], np.ones(4)).tolist() == [0.4, 1.0, 1.0, 0.4]
