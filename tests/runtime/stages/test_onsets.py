"""Onsets of known notes, and the onset stage: what is struck together, where a beat may fall, and who is believed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.decode.beats import track_beats
from runtime.decode.options import DecodeOptions
from runtime.errors import ModelError
from runtime.frames import FRAME_S
from runtime.model import load_model
from runtime.network.logits import FrameLogits
from runtime.network.session import LateSession
from runtime.notes.given import GIVEN, GivenBeats
from runtime.notes.onsets import COLUMNS, LONGEST_GAP_S, Onsets, features_of, onsets_of
from runtime.notes.played import PlayedNotes
from runtime.stages.onsets import FEWEST_ONSETS, WINDOW_ONSETS, Mix, OnsetStage, heard_at, raised
from runtime.stages.run import check_columns
from tests.stub_model import write_stub

NOTES_ALONE = Mix(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
STRUCK = COLUMNS.index("notes") + 88


def of(*notes: tuple[float, int, float]) -> Onsets:
    rows = np.array(notes, np.float64).reshape(-1, 3)
    return onsets_of(rows[:, 0], rows[:, 1].astype(np.int64), rows[:, 2])


def test_notes_within_40_ms_are_one_onset_at_the_time_of_the_louder_ones() -> None:
    found = of((1.0, 60, 20), (1.03, 64, 100), (1.05, 67, 60), (1.3, 60, 40))
    assert len(found.time_s) == 3 and not found.is_place.any()
    assert 1.02 < found.time_s[0] < 1.03
    assert found.velocity[0, 64 - 21] == pytest.approx(100 / 127) and found.velocity[1, 67 - 21] > 0


def test_notes_that_no_piano_has_are_left_out() -> None:
    assert len(of((0.0, 20, 64), (1.0, 109, 64), (2.0, 60, 64)).time_s) == 1
    assert features_of(of()).shape == (0, 88 + len(COLUMNS) + 1)


def test_a_gap_without_onsets_has_places_at_its_simple_shares() -> None:
    found = of((0.0, 60, 64), (1.2, 62, 64), (1.2 + LONGEST_GAP_S, 64, 64))
    assert found.is_place.tolist() == [False, True, True, True, True, True, False, False]
    np.testing.assert_allclose(found.time_s[found.is_place] / 1.2, [1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4], atol=1e-3)
    assert of((0.0, 60, 64), (9.0, 62, 64)).is_place.sum() > 15


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 90), st.integers(0, 127), st.floats(1, 127)), max_size=60))
def test_whatever_is_played_gives_ordered_onsets_and_finite_features(notes: list[tuple[float, int, float]]) -> None:
    found = of(*notes)
    features = features_of(found)
    assert (np.diff(found.time_s) >= 0).all() and np.isfinite(features).all()
    assert (np.diff(found.time_s[~found.is_place]) >= 0).all()
    assert features.shape == (len(found.time_s), 88 + len(COLUMNS) + 1)
    assert (features[found.is_place, STRUCK] == 0).all() and (features[~found.is_place, STRUCK] > 0).all()
    assert sum((found.velocity[~found.is_place] > 0).any(axis=1)) == (~found.is_place).sum()


def test_the_order_of_notes_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    notes = [(float(t), int(p), float(v)) for t, p, v in zip(rng.uniform(0, 20, 80), rng.integers(30, 90, 80),
                                                             rng.integers(1, 128, 80), strict=True)]  # fmt: skip
    np.testing.assert_allclose(features_of(of(*notes)), features_of(of(*notes[::-1])), atol=1e-6)


@dataclass
class LoudOnesAreBeats:
    """A session that takes loud onsets for beats."""

    lengths: list[int] = field(default_factory=list)

    def run(self, _: list[str], feeds: dict[str, np.ndarray]) -> list[Any]:
        features = feeds["features"]
        self.lengths.append(features.shape[1])
        beat = np.where(features[..., 88 + COLUMNS.index("loudest")] > 0.5, 3.0, -4.0).astype(np.float32)
        return [beat, np.full(beat.shape, -2.0, np.float32)]


def eighths(n: int) -> PlayedNotes:
    """Every quarter of a second a note, every other one loud, 10 ms beside the frames."""
    return PlayedNotes.of([(0.51 + k / 4, 0.7 + k / 4, 60 + k % 5, 100 if k % 2 == 0 else 40) for k in range(n)])


def flat(seconds: float) -> FrameLogits:
    n = int(seconds / FRAME_S)
    none = np.full(n, -5.0, np.float32)
    return FrameLogits(none, none, none, np.zeros((n, 5), np.float32), np.ones(n, np.float32))


def test_beats_are_where_the_notes_say_and_at_their_very_time() -> None:
    stage = OnsetStage("t", LoudOnesAreBeats(), NOTES_ALONE)
    refined = stage.refined(flat(20), eighths(60))
    path = track_beats(refined.beat, refined.downbeat, DecodeOptions())
    np.testing.assert_allclose(path.frames * FRAME_S, 0.51 + np.arange(0, 60, 2) / 4, atol=0.002)
    assert refined.change is not None and refined.ntot_sone.sum() == flat(20).ntot_sone.sum()


def test_a_long_recording_is_heard_in_overlapping_windows_that_agree() -> None:
    session = LoudOnesAreBeats()
    stage = OnsetStage("t", session, NOTES_ALONE)
    notes = eighths(1000)
    onsets = onsets_of(notes.onset_s, notes.pitch, notes.velocity.astype(np.float64))
    beat, downbeat = stage.run(onsets)
    assert set(session.lengths) == {WINDOW_ONSETS} and len(session.lengths) > 1000 // WINDOW_ONSETS
    assert ((beat > 0) == (np.arange(1000) % 2 == 0)).all() and downbeat == pytest.approx(-2.0)


@dataclass
class Believes:
    """A session that takes for beats what it is told, and remembers what that was."""

    told: list[np.ndarray] = field(default_factory=list)

    def run(self, _: list[str], feeds: dict[str, np.ndarray]) -> list[Any]:
        self.told.append(feeds["given"])
        beat = np.where(feeds["given"][..., GIVEN.index("beat")] > 0, 3.0, -4.0).astype(np.float32)
        return [beat, np.full(beat.shape, -2.0, np.float32)]


def test_given_beats_reach_the_graph_in_every_window() -> None:
    session, notes = Believes(), eighths(600)
    given = GivenBeats.of(np.array([10.26, 100.26]), np.array([50.01, 160.9]))
    refined = OnsetStage("t", session, NOTES_ALONE).refined(flat(170), notes, given)
    path = track_beats(refined.beat, refined.downbeat, replace(DecodeOptions(), tempo_stiffness=0))
    np.testing.assert_allclose(path.frames * FRAME_S, [10.26, 50.01, 100.26, 160.9], atol=0.002)
    assert max(t[..., GIVEN.index("downbeat")].sum() for t in session.told) == 1


def test_a_graph_of_before_given_beats_is_not_told_of_them() -> None:
    stage = OnsetStage("t", LoudOnesAreBeats(), NOTES_ALONE, takes_given=False)
    given = GivenBeats.of(np.array([5.3]), np.array([]))
    refined = stage.refined(flat(20), eighths(60), given)
    np.testing.assert_array_equal(refined.beat, stage.refined(flat(20), eighths(60)).beat)


def test_sound_counts_as_much_as_the_mix_says() -> None:
    logits, notes = flat(20), eighths(60)
    logits.beat[np.rint((0.76 + np.arange(0, 30) / 2) / FRAME_S).astype(int)] = 4.0
    stage = OnsetStage("t", LoudOnesAreBeats(), Mix(0.0, 1.0, 0.0, 0.0, 1.0, 0.0))
    refined = stage.refined(logits, notes)
    path = track_beats(refined.beat, refined.downbeat, DecodeOptions())
    np.testing.assert_allclose(path.frames * FRAME_S, 0.51 + np.arange(1, 60, 2) / 4, atol=0.002)
    onsets = onsets_of(notes.onset_s, notes.pitch, notes.velocity.astype(np.float64))
    assert heard_at(logits, onsets)[0].tolist()[:2] == [-5.0, 4.0]


def test_with_hardly_any_notes_the_sound_is_all_there_is() -> None:
    logits = flat(20)
    stage = OnsetStage("t", LoudOnesAreBeats(), NOTES_ALONE)
    assert stage.refined(logits, eighths(FEWEST_ONSETS - 1)) is logits


def test_bumps_beyond_the_ends_do_no_harm() -> None:
    logits = flat(2)
    out = raised(logits, np.array([-0.5, 0.0, 1.0, 2.5]), np.full(4, 3.0), np.full(4, 1.0))
    assert out.beat.max() == pytest.approx(3.0) and len(out.beat) == len(logits.beat)


def test_what_is_not_used_is_not_started_and_what_is_used_is_started_once() -> None:
    started: list[LoudOnesAreBeats] = []

    def make() -> LoudOnesAreBeats:
        started.append(LoudOnesAreBeats())
        return started[-1]

    stage = OnsetStage("t", LateSession(make), NOTES_ALONE)
    assert not started
    for _ in range(2):
        stage.refined(flat(20), eighths(60))
    assert len(started) == 1 and len(started[0].lengths) == 2


class Broken:
    def __init__(self, out: list[Any]) -> None:
        self.out = out

    def run(self, *_: Any) -> list[Any]:
        return self.out


def test_nonsense_from_the_graph_is_an_error() -> None:
    onsets = of((0.0, 60, 64), (0.3, 60, 64))
    for out, words in (
        ([np.zeros((1, 3)), np.zeros((1, 2))], "gave shapes"),
        ([np.zeros((1, 2)), np.full((1, 2), np.nan)], "not finite"),
    ):
        with pytest.raises(ModelError, match=words):
            OnsetStage("t", Broken(out), NOTES_ALONE).run(onsets)


def test_a_card_without_weights_or_for_other_columns_is_refused() -> None:
    with pytest.raises(ModelError, match=r"lacks .*onsets_beat_notes"):
        Mix.of({}, "x.json")
    with pytest.raises(ModelError, match="differ in place"):
        check_columns(COLUMNS[1:], COLUMNS, "x.json", "onsets")


def test_without_an_onset_stage_known_notes_leave_the_beats_as_they_are(tmp_path: Path) -> None:
    model = load_model(write_stub(tmp_path), "cpu")
    logits = flat(20)
    assert model.knowing(logits, eighths(60)) is logits
    staged = replace(model, onsets=OnsetStage("t", LoudOnesAreBeats(), NOTES_ALONE))
    assert staged.knowing(logits, eighths(60)).beat.max() > 0
