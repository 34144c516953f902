"""A recording that holds more than the score, or less: the score is found where it is, or it is said that it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runtime.errors import ScoreError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.marks.annotate import annotate
from runtime.marks.heard import evidence_of, hear
from runtime.score.align import features
from runtime.score.align.performance import play
from runtime.score.align.recording import POOR, Alignment, align, align_features
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.sound import read as audio_file
from tests.runtime.marks.playing import analysis_of
from tests.runtime.score import make, synth
from tests.runtime.score.align.test_recording import blocks, tune

BARS = 14
Played = tuple[np.ndarray, np.ndarray, np.ndarray]


def performed(score: Score, first: int = 0, last: int | None = None) -> Played:
    return synth.perform(play(score, list(range(first, (last or len(score.measures) - 1) + 1))), 1.0, 1.5)


def joined(*parts: Played) -> tuple[np.ndarray, list[float]]:
    """One recording, and the second at which each part begins."""
    starts_s = np.concatenate([[0], np.cumsum([len(p[0]) for p in parts])])[:-1] / SAMPLE_RATE_HZ
    return np.concatenate([p[0] for p in parts]), starts_s.tolist()


def found_well(found: Alignment, part: Played, start_s: float) -> bool:
    _, positions, seconds = part
    return bool(np.percentile(np.abs(found.times_of(positions[:-1]) - seconds[:-1] - start_s), 90) < 0.1)


@pytest.fixture(scope="module")
def programme() -> tuple[list[Score], list[Played], np.ndarray, list[float]]:
    """Three pieces of the same keys, metre and rhythm, one after the other."""
    scores = [tune(BARS, seed=s) for s in (11, 12, 13)]
    parts = [performed(s) for s in scores]
    return scores, parts, *joined(*parts)


@pytest.mark.parametrize("which", range(3))
def test_each_piece_of_a_recital_is_found_where_it_is_played(programme, which):
    scores, parts, audio, starts_s = programme
    found = align(scores[which], blocks(audio))
    assert found.measures == tuple(range(BARS)) and found_well(found, parts[which], starts_s[which])
    assert f"played from {found.times_s[0]:.1f} s to" in found.remarks(scores[which])[0]


def test_a_piece_that_is_not_in_the_recital_is_refused_as_such(programme):
    _, _, audio, _ = programme
    with pytest.raises(ScoreError, match="does not play this score"):
        align(tune(BARS, seed=14), blocks(audio))


def test_a_false_start_and_a_passage_played_twice_are_told_apart_from_the_piece():
    score, talk = tune(BARS, seed=21), 0.01 * np.random.default_rng(1).standard_normal(6 * SAMPLE_RATE_HZ)
    parts = [performed(score, 0, 4), performed(score)]
    speech = (talk.astype(np.float32), np.zeros(2), np.zeros(2))
    audio, starts_s = joined(parts[0], speech, parts[1])
    found = align(score, blocks(audio))
    sure = [i for i, c in zip(found.measures, found.confidence, strict=True) if c >= POOR]
    assert sure[-BARS:] == list(range(BARS)) and sure[:4] == [0, 1, 2, 3]
    n = len(found.measures) - BARS
    downbeat_s = float(found.times_of(found.starts[n]))
    assert downbeat_s == pytest.approx(starts_s[2] + float(parts[1][2][0]), abs=0.1)


def album(pieces: list[Score]) -> Score:
    """One score with the bars of all."""
    measures, notes = [], []
    for piece in pieces:
        first, at = len(measures), measures[-1].end if measures else 0
        measures += [replace(m, index=m.index + first, start=m.start + at) for m in piece.measures]
        notes += [replace(n, onset=n.onset + at, measure=n.measure + first) for n in piece.notes]
    return replace(pieces[0], measures=tuple(measures), notes=tuple(notes))


@pytest.mark.parametrize("which", range(3))
def test_the_piece_that_is_played_is_found_in_an_album(programme, which):
    scores, parts, _, _ = programme
    found = align(album(scores), blocks(parts[which][0]))
    assert found.measures == tuple(range(which * BARS, (which + 1) * BARS)) and found_well(found, parts[which], 0.0)


@pytest.mark.parametrize(("first", "last"), [(0, 3), (22, 26), (36, 39), (8, 15)])
def test_an_excerpt_of_a_few_bars_is_found(first, last):
    score = tune(40, seed=31)
    part = performed(score, first, last)
    found = align(score, blocks(part[0]))
    assert found.measures == tuple(range(first, last + 1)) and found_well(found, part, 0.0)
    assert set(found.unplayed) == set(range(40)) - set(range(first, last + 1))


def test_of_bars_with_the_same_notes_the_first_are_taken_and_the_others_named():
    once = tune(20, seed=41)
    twice = album([once, tune(6, seed=42), once])
    part = performed(twice, 26 + 8, 26 + 13)
    found = align(twice, blocks(part[0]))
    assert found.measures == tuple(range(8, 14)) and found_well(found, part, 0.0)
    analysis = analysis_of()
    told = annotate(twice, found, analysis, hear(twice, found, evidence_of(analysis))).warnings
    numbers = [m.number for m in twice.measures]
    assert f"bars {numbers[34]}-{numbers[39]} have the same notes as bars {numbers[8]}-{numbers[13]}" in " ".join(told)


def test_a_reprise_an_octave_lower_is_told_from_the_theme_by_its_keys():
    theme = tune(8, seed=81)
    lower = replace(theme, notes=tuple(replace(n, pitch=n.pitch - 12) for n in theme.notes))
    score = album([theme, tune(8, seed=82), lower])
    part = performed(score, 16, 23)
    found = align(score, blocks(part[0]))
    assert found.measures == tuple(range(16, 24)) and found_well(found, part, 0.0)
    theme_part = performed(score, 0, 7)
    assert align(score, blocks(theme_part[0])).measures == tuple(range(8))


def with_reprise(change: dict[int, int], added: tuple[int, ...] = ()) -> Score:
    """A theme, a middle and the theme again, of whose notes some (by number) are moved by semitones, some doubled."""
    theme = tune(8, seed=85)
    notes = [replace(n, pitch=n.pitch + change.get(k, 0)) for k, n in enumerate(theme.notes)]
    notes += [replace(theme.notes[k], pitch=theme.notes[k].pitch + 12) for k in added]
    reprise = replace(theme, notes=tuple(sorted(notes, key=lambda n: n.onset)))
    return album([theme, tune(8, seed=86), reprise])


@pytest.mark.parametrize("first", [0, 16])
def test_two_notes_tell_a_reprise_from_its_theme(first):
    score = with_reprise({20: 3, 40: -4})
    part = performed(score, first, first + 7)
    found = align(score, blocks(part[0]))
    assert found.measures == tuple(range(first, first + 8)) and not found.alike


@pytest.mark.parametrize("first", [0, 16])
def test_where_too_little_tells_two_places_apart_the_other_one_is_named(first):
    score = with_reprise({}, added=(4,))
    found = align(score, blocks(performed(score, first, first + 7)[0]))
    assert found.measures == tuple(range(first, first + 8))
    bars = [f"{score.measures[m].number}-{score.measures[m + 7].number}" for m in (first, 16 - first)]
    assert f"bars {bars[1]} may be what is played instead of bars {bars[0]}" in " ".join(found.remarks(score))


def test_a_repeat_is_taken_rather_than_the_bars_between_it_and_the_reprise_hurried_over():
    theme = tune(8, seed=83)
    changed = {n.pitch for n in theme.notes if n.measure == 0}
    reprise = replace(
        theme, notes=tuple(replace(n, pitch=n.pitch + 2 * (n.measure == 7 and n.pitch in changed)) for n in theme.notes)
    )
    written = album([theme, tune(6, seed=84), reprise])
    bars = [replace(m, repeat_start=m.index == 0, repeat_times=2 * (m.index == 7)) for m in written.measures]
    score = replace(written, measures=tuple(bars))
    twice = [*range(8), *range(8)]
    part = synth.perform(play(score, twice), 1.0, 1.5)
    found = align(score, blocks(part[0]))
    assert found.measures == tuple(twice) and found_well(found, part, 0.0)


def test_another_piece_is_not_said_to_be_transposed():
    messages = []
    for seed in range(4):
        audio, *_ = performed(tune(10, seed=50 + seed))
        with pytest.raises(ScoreError) as e:
            align(tune(10, seed=60 + seed), blocks(audio))
        messages.append(str(e.value))
    assert not [m for m in messages if "semitone" in m]


def test_a_transposed_score_is_said_to_be_transposed():
    score = tune(12, seed=71)
    audio, *_ = performed(score)
    higher = replace(score, notes=tuple(replace(n, pitch=n.pitch + 2) for n in score.notes))
    with pytest.raises(ScoreError, match="2 semitones lower than the score"):
        align(higher, blocks(audio))


@pytest.mark.slow
def test_a_real_fugue_is_found_after_its_prelude():
    folder = make.data_folder("cases", "recital")
    score = read_score(folder / "fugue.musicxml")
    found = align_features(score, listened(folder / "prelude_then_fugue.ogg"))
    assert found.measures == tuple(range(27))
    assert 164 < found.times_s[0] < 166.5 and 275 < found.times_s[-1] < 281
    assert min(found.confidence) >= POOR


@pytest.mark.slow
@pytest.mark.parametrize("from_s", [184, 124])
def test_real_bars_cut_out_anywhere_are_found_also_after_another_piece(from_s: int):
    folder = make.data_folder("cases", "recital")
    samples = np.concatenate(list(audio_file.stream(folder / "prelude_then_fugue.ogg")))
    part = samples[from_s * SAMPLE_RATE_HZ : 224 * SAMPLE_RATE_HZ]
    found = align_features(read_score(folder / "fugue.musicxml"), features.listen(blocks(part)))
    first = 0 if from_s < 164 else 4
    assert found.measures == tuple(range(first, 15)) and min(found.confidence) >= POOR


@pytest.mark.slow
def test_two_real_bars_are_enough_where_every_key_is_struck():
    score = read_score(make.data_folder("cases") / "prelude.musicxml")
    found = align_features(score, listened(make.data_folder("cases", "audio") / "inverted.flac"))
    assert found.measures == (0, 1) and min(found.confidence) >= POOR


@pytest.mark.slow
def test_eight_real_bars_are_found_in_their_prelude():
    folder = make.data_folder("cases")
    score = read_score(folder / "prelude.musicxml")
    found = align_features(score, listened(folder / "excerpt" / "first_8_bars.ogg"))
    assert found.measures == tuple(range(8))


def listened(path: Path) -> features.Heard:
    return features.listen(audio_file.stream(path))
