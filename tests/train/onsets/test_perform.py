"""Players by design, and whole scores played by them: timing, touch, marks, pedal, labels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from runtime.score.read.files import read_score
from runtime.score.table import Mark
from tests.runtime.score.make import measure, note, score, two_staves
from tests.train.onsets.test_written import quarters
from train.data import choose
from train.data.corpora.performed import COLUMNS, read_performed
from train.data.written import WrittenPiece
from train.onsets.designed import Design, arch_of, designed_player, designed_players
from train.onsets.perform import levels_at, meant_velocity, performed, save
from train.onsets.performer import Players
from train.onsets.written import Written, on_beats
from train.rendering.performance import read_performance


def test_designed_players_are_the_same_every_time_and_stay_within_their_design() -> None:
    players, again = list(designed_players()), list(designed_players())
    assert {p.metre for p in players} == {2, 3, 4, 6} and len(players) == 240
    for p, q in zip(players, again, strict=True):
        np.testing.assert_array_equal(p.octaves, q.octaves)
    design = Design()
    for p in players:
        assert np.isfinite(p.octaves).all() and np.abs(p.octaves).max() < 1.2
        assert design.onsets_per_s[0] <= p.onsets_per_s <= design.onsets_per_s[1]
        assert -0.035 < np.mean(p.apart_s[0]) < 0.005
        assert np.mean(p.touch[0]) > np.mean(p.touch[1])
        assert (p.ending > 0).all() and (np.diff(p.ending) > 0).all()


def test_an_arch_is_slow_at_its_ends_and_slowest_at_the_last() -> None:
    arch = arch_of(32, 0.5)
    assert arch.argmin() in (15, 16) and arch[-1] > arch[0] > 0.5 and arch.min() < 0.01


def test_the_faster_a_player_is_the_louder() -> None:
    design = Design(
        drift_octaves=(0, 0), hand_octaves=(0, 0), downbeat_octaves=(0, 0), beat_octaves=(0, 0),
        early_second_octaves=(0, 0),
    )  # fmt: skip
    player = designed_player(4, design, np.random.default_rng(0))
    assert np.corrcoef(player.octaves, player.loudness)[0, 1] == pytest.approx(-1)


def test_a_piece_ends_with_a_ritardando_and_a_crop_of_its_middle_does_not() -> None:
    players = Players([replace(p, octaves=0 * p.octaves) for p in designed_players() if p.metre == 3])
    piece = quarters()
    n = len(piece.beat_in_bar)
    whole_s = np.diff(players.perform(piece, 0, n, np.random.default_rng(0)).beats_s)
    middle_s = np.diff(players.perform(piece, 0, n - 30, np.random.default_rng(0)).beats_s)
    assert whole_s[-1] > 1.1 * whole_s[:60].mean()
    assert middle_s[-1] == pytest.approx(middle_s[0])


def dynamic(value: str, at: float, end: float | None = None, kind: str = "dynamic") -> Mark:
    start = Fraction(at)
    return Mark(kind, value, start, Fraction(end if end is not None else at), 0, 1)  # type: ignore[arg-type]


def test_marks_are_followed_and_lead_from_one_to_the_next() -> None:
    at_q = np.arange(40.0)
    marks = [
        dynamic("p", 4), dynamic("crescendo", 12, 16, "hairpin"), dynamic("f", 16), dynamic("sf", 20),
        dynamic("diminuendo", 24, kind="words"), dynamic("pp", 32),
    ]  # fmt: skip
    velocity = meant_velocity(marks, at_q, np.random.default_rng(0))
    assert (np.diff(velocity[4:12]) == 0).all() and (np.diff(velocity[12:17]) > 0).all()
    assert velocity[16] == velocity[19] < velocity[20] and velocity[21] == velocity[19]
    assert (np.diff(velocity[24:33]) < 0).all() and velocity[32] < velocity[4]
    levels = levels_at(marks, at_q)
    assert levels[:4].tolist() == [0] * 4 and levels[4] == 2 and levels[16] == 4 and levels[20] == 4 and levels[39] == 1


def test_a_hairpin_that_leads_nowhere_is_taken_back() -> None:
    marks = [dynamic("mf", 0), dynamic("crescendo", 8, 12, "hairpin")]
    velocity = meant_velocity(marks, np.arange(40.0), np.random.default_rng(1))
    assert velocity[12] > velocity[8] == velocity[0] and velocity[16] == pytest.approx(velocity[0])


def test_a_performed_score_is_read_back_with_its_sources(tmp_path: Path) -> None:
    eighths = "".join(note(step, 5, 1) for step in "CDEFGABC")
    path = tmp_path / "s.musicxml"
    path.write_bytes(score([two_staves(1, first=True), *(measure(k, eighths) for k in range(2, 20))]))
    page = read_score(path)
    notes, place = on_beats(page)
    piece = WrittenPiece("polish_scores", "a/s.krn", "Somebody", "CC-BY-4.0", path)
    written = Written(piece.id, piece.corpus, "a/s", notes, place)
    made = performed(page, written, Players(designed_players()), np.random.default_rng(0))
    row = (piece.corpus, piece.path, "a/s", piece.composer, save(tmp_path, piece, made))
    sources = "corpus/polish_scores,player/designed"
    (tmp_path / "index.csv").write_text(",".join(COLUMNS) + "\n" + ",".join(row) + f',"{sources}"\n')
    assert choose.performed(tmp_path) == [("a/s", "midi/polish_scores/a/s.krn.mid")]
    reading = read_performed(tmp_path)
    (item,) = reading.items
    assert not reading.dropped
    assert item.sources == ("corpus/performed", "corpus/polish_scores", "player/designed")
    assert item.labels.beat_in_bar.tolist() == place.tolist() and item.attributes["score"] == piece.id
    assert item.midi_path is not None
    events = read_performance(item.midi_path)
    struck_s = np.array([e.time_s for e in events if e.kind == "on"])
    assert len(struck_s) == len(notes) and struck_s[0] >= 0.15
    on_beat = np.array([np.abs(struck_s - b).min() for b in item.labels.beats_s[4:]])
    assert on_beat.max() < 0.09
    assert sum(e.kind == "control" for e in events) > 10
    item.midi_path.with_suffix(".json").write_text("{")
    assert [d.is_damage for d in read_performed(tmp_path).dropped] == [True]
