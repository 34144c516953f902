"""The beats that were found go back into the onset stage, with what somebody said of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.corrections import Corrections, Pin
from runtime.decode import rounds
from runtime.decode.bars import BarGrid
from runtime.decode.beats import BeatPath
from runtime.decode.grid import Grid
from runtime.decode.options import DecodeOptions
from runtime.decode.rounds import knowing_notes, sure_beats
from runtime.frames import FRAME_S
from runtime.model import Model, load_model
from runtime.network.logits import FrameLogits
from runtime.notes.given import GIVEN, GivenBeats
from runtime.notes.onsets import COLUMNS
from runtime.notes.played import PlayedNotes
from runtime.stages.onsets import Mix, OnsetStage
from tests.stub_model import write_stub

_BEAT, _DOWN = GIVEN.index("beat"), GIVEN.index("downbeat")
ALONE = Mix(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
NOTES = PlayedNotes.of([(0.5 + k / 4, 0.7 + k / 4, 60, 100 if k % 2 == 0 else 40) for k in range(80)])


@dataclass
class Listening:
    """A session that takes loud onsets for beats and every fourth of those for a downbeat; it keeps what it is told."""

    told: list[np.ndarray] = field(default_factory=list)

    def run(self, _: list[str], feeds: dict[str, np.ndarray]) -> list[Any]:
        self.told.append(feeds["given"][0])
        loud = feeds["features"][..., 88 + COLUMNS.index("loudest")] > 0.5
        bars = loud & (np.cumsum(loud, axis=1) % 4 == 1)
        return [np.where(loud, 5.0, -6.0).astype(np.float32), np.where(bars, 6.0, -6.0).astype(np.float32)]


def flat(seconds: float) -> FrameLogits:
    n = int(seconds / FRAME_S)
    none = np.full(n, -5.0, np.float32)
    return FrameLogits(none, none, none, np.zeros((n, 5), np.float32), np.ones(n, np.float32))


def model(tmp_path: Path, session: Any, *, takes_given: bool = True) -> Model:
    return replace(load_model(write_stub(tmp_path), "cpu"), onsets=OnsetStage("t", session, ALONE, takes_given))


def test_every_later_round_is_told_the_beats_and_bars_of_the_one_before(tmp_path: Path) -> None:
    session = Listening()
    knowing_notes(flat(22), model(tmp_path, session), NOTES, options=DecodeOptions())
    assert len(session.told) == rounds.ROUNDS and not session.told[0].any()
    again = session.told[1]
    assert again[:, _BEAT].tolist() == [1.0, 0.0] * 40
    assert set(np.flatnonzero(again[:, _DOWN])) <= set(range(0, 80, 8)) and again[:, _DOWN].sum() >= 8


def test_bars_stay_as_first_heard_and_beats_are_the_mean_of_both_rounds(tmp_path: Path) -> None:
    class Wavering(Listening):
        """The second time it is less sure of beats and turns the bars round."""

        def run(self, outputs: list[str], feeds: dict[str, np.ndarray]) -> list[Any]:
            beat, downbeat = super().run(outputs, feeds)
            return [beat, downbeat] if len(self.told) == 1 else [beat - 2, -downbeat]

    heard = knowing_notes(flat(22), model(tmp_path, Wavering()), NOTES, options=DecodeOptions())
    once = model(tmp_path, Listening()).knowing(flat(22), NOTES)
    np.testing.assert_array_equal(heard.downbeat, once.downbeat)
    assert heard.beat[24:27].max() == pytest.approx(4.0, abs=0.2)
    said = Corrections(pins=(Pin(0.75, 1),))
    last = knowing_notes(flat(22), model(tmp_path, Wavering()), NOTES, said, DecodeOptions())
    np.testing.assert_array_equal(last.downbeat, once.downbeat)
    assert last.beat[24:27].max() == pytest.approx(3.0, abs=0.2)


def test_what_is_said_is_given_in_every_round(tmp_path: Path) -> None:
    session = Listening()
    said = Corrections(pins=(Pin(0.75, 1),))
    knowing_notes(flat(22), model(tmp_path, session), NOTES, said, DecodeOptions())
    assert not session.told[0].any() and len(session.told) == rounds.ROUNDS + 1
    assert all(told[1, _BEAT] == told[1, _DOWN] == 1 for told in session.told[1:])


def test_a_stage_that_takes_no_beats_hears_once(tmp_path: Path) -> None:
    @dataclass
    class Old(Listening):
        def run(self, _: list[str], feeds: dict[str, np.ndarray]) -> list[Any]:
            assert "given" not in feeds
            return super().run(_, feeds | {"given": feeds["features"][..., :4]})

    session = Old()
    knowing_notes(flat(22), model(tmp_path, session, takes_given=False), NOTES, options=DecodeOptions())
    assert len(session.told) == 1


def test_silence_is_not_heard_again(tmp_path: Path) -> None:
    session = Listening()
    silent = replace(flat(22), ntot_sone=np.zeros(int(22 / FRAME_S), np.float32))
    knowing_notes(silent, model(tmp_path, session), NOTES, options=DecodeOptions())
    assert len(session.told) == 1


def test_only_sure_beats_are_known_and_what_was_said_takes_their_place() -> None:
    path = BeatPath(np.array([50.0, 100.0, 150.0]), np.array([0.9, 0.4, 0.8]))
    bars = BarGrid(np.ones(3, int), np.array([1, 2, 3]), np.full(3, 3), np.array([0.95, 0.95, 0.5]))
    found = sure_beats(Grid(path, bars))
    assert found.time_s == pytest.approx([1.0, 3.0]) and found.position.tolist() == [1, 0]
    said = GivenBeats(np.array([1.05, 2.0]), np.array([2, 0]))
    both = sure_beats(Grid(path, bars), said)
    assert both.time_s == pytest.approx([1.05, 2.0, 3.0]) and both.position.tolist() == [2, 0, 0]
