"""Scores that nobody recorded: notes on beats, and what players make of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import MezzoforteError
from runtime.score.read.files import read_score
from runtime.score.table import Score
from tests.runtime.score.make import measure, note, score, two_staves
from tests.train.onsets.test_fit import waltz
from train.data.score_corpora import SCORE_CORPORA
from train.data.written import NO_LICENCE, WrittenPiece
from train.onsets.data import SCORES, Drawer, Tempo, draw_written
from train.onsets.designed import designed_players
from train.onsets.performer import Players, lent_by, player_of
from train.onsets.written import FOLDS, WRITTEN, Written, collect_written, on_beats, read_written

TIE = '<tie type="{}"/>'


def written(tmp_path: Path, bars: list[str]) -> tuple[np.ndarray, np.ndarray]:
    (tmp_path / "s.musicxml").write_bytes(score(bars))
    return on_beats(read_score(tmp_path / "s.musicxml"))


def quarters(n_bars: int = 80, per_bar: int = 3) -> Written:
    """A bass on each first beat and eighths above."""
    rows = []
    for beat in range(n_bars * per_bar):
        rows += [(beat + k / 2, 0.5, 70 + (beat + k) % 5, 1, False) for k in range(2)]
        rows += [(beat, per_bar, 40, 2, False)] if beat % per_bar == 0 else [(beat, 1, 55, 2, False)]
    table = np.array(rows, WRITTEN)
    place = np.arange(n_bars * per_bar) % per_bar + 1
    return Written("w", "dcml", "a/w", table[np.argsort(table["at"], kind="stable")], place)


def test_notes_stand_on_the_beats_of_the_score(tmp_path: Path) -> None:
    eighths = "".join(note(step, 5, 1) for step in "CDEFGABC")
    notes, place = written(tmp_path, [two_staves(1, first=True), *(measure(k, eighths) for k in range(2, 9))])
    assert place[:5].tolist() == [1, 2, 3, 4, 1] and len(place) == 32
    struck = np.unique(notes["at"])
    np.testing.assert_allclose(struck[struck >= 4], np.arange(8, 64) / 2)


def test_tied_notes_are_struck_once_and_sound_to_the_end(tmp_path: Path) -> None:
    tied = note("E", 6, 8, extra=TIE.format("start")), note("E", 6, 8, extra=TIE.format("stop"))
    notes, _ = written(tmp_path, [two_staves(1, first=True), measure(2, tied[0]), measure(3, tied[1]), two_staves(4)])
    (one,) = notes[notes["pitch"] == 88]
    assert one["at"] == 4 and one["length"] == 8


def test_with_a_usual_beat_most_are_about_so_long() -> None:
    def beats_s(players: Players) -> np.ndarray:
        played = [players.perform(quarters(), 0, 20, np.random.default_rng(k)) for k in range(60)]
        return np.array([np.median(np.diff(p.beats_s)) for p in played])

    anyhow, usual = beats_s(Players(designed_players())), beats_s(Players(designed_players(), (0.3, 0.2)))
    assert np.mean(np.abs(np.log2(usual / 0.3)) < 0.5) > 0.8 > np.mean(np.abs(np.log2(anyhow / 0.3)) < 0.5)


def test_a_player_lengthens_what_the_performance_lengthened() -> None:
    played = waltz(n_bars=60)
    slow = played.beats_s.copy()
    slow[90:] += 0.3  # one beat in the middle waits
    notes = played.notes.copy()
    for name in ("onset_s", "offset_s"):
        notes[name] = np.interp(notes[name], played.beats_s, slow)
    player = player_of(type(played)("k", "asap", "a", notes, slow, played.beat_in_bar, played.trusted))
    assert player is not None and player.metre == 3
    assert player.octaves.argmax() == 89 and np.abs(np.delete(player.octaves, 89)).max() < 1e-6


def test_a_score_is_played_in_its_metre_with_every_note_near_its_beat() -> None:
    players = Players(lent_by(waltz(k) for k in range(3)))
    piece, rng = quarters(), np.random.default_rng(1)
    take = players.perform(piece, 30, 90, rng)
    assert take.beat_in_bar.tolist() == piece.beat_in_bar[30:90].tolist() and (np.diff(take.beats_s) > 0).all()
    bass = take.notes[take.notes["pitch"] == 40]
    assert len(bass) == 20
    off_s = np.abs(bass["onset_s"][:, None] - take.beats_s[None, ::3]).min(axis=1)
    assert off_s.max() < 0.08


def test_every_crop_of_a_score_has_its_truth() -> None:
    players, piece, rng = Players(lent_by(waltz(k) for k in range(3))), quarters(), np.random.default_rng(2)
    for _ in range(10):
        one = draw_written(piece, players, rng)
        assert one is not None and 0.15 < one.targets.beat[one.targets.inside].mean() < 0.75
        gaps_s = np.diff(one.onsets.time_s[one.targets.beat])
        assert gaps_s.std() / gaps_s.mean() > 0.002


def test_scores_are_drawn_beside_performances_by_share() -> None:
    drawer = Drawer([waltz()], [quarters(per_bar=2)], {"asap": 0.0, SCORES: 1.0})
    batch = drawer.draw(3, np.random.default_rng(0))
    assert (batch.targets["metre"][batch.mask > 0] == 0).float().mean() > 0.9


def test_scores_of_one_split_are_read_back(tmp_path: Path) -> None:
    piece = quarters()
    with h5py.File(tmp_path / "w.h5", "w") as file:
        group = file.create_group("w")
        group["written"], group["beat_in_bar"] = piece.notes, piece.beat_in_bar
        splits = ",".join("test" if fold == 0 else "train" for fold in FOLDS)
        group.attrs.update(corpus="dcml", piece_id="a/w", splits=splits, complete=True)
        assert not list(read_written(file, "train", 0))
        (found,) = read_written(file, "train", None)
    assert (found.notes == piece.notes).all() and found.piece_id == "a/w"


def test_scores_that_are_there_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tied = "".join(note(step, 5, 1) for step in "CDEFGABC")
    (tmp_path / "s.musicxml").write_bytes(score([two_staves(1, first=True), *(measure(k, tied) for k in range(2, 14))]))
    (tmp_path / "dcml").mkdir()
    names = "corpus,path,composer,title,piece_group,asap,mazurkabl,batik_mozart,vienna4x22,held_out"
    rows = [",".join(["dcml", f"s{k}", "X", "S", f"x/{k}", *[""] * 5]) for k in range(3)]
    (tmp_path / "overlaps.csv").write_text("\n".join([names, *rows]) + "\n")
    read: list[str] = []

    def reader(piece: WrittenPiece) -> Score:
        read.append(piece.path)
        return read_score(piece.file)

    licences = ["CC0-1.0", "CC0-1.0", NO_LICENCE]
    pieces = [
        WrittenPiece("dcml", f"s{k}", "X", licence, tmp_path / "s.musicxml") for k, licence in enumerate(licences)
    ]
    corpus = replace(SCORE_CORPORA["dcml"], pieces=lambda folder: pieces, read=reader)
    monkeypatch.setitem(SCORE_CORPORA, "dcml", corpus)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        assert collect_written(file, tmp_path, tmp_path / "cache") == {"dcml": 2, "dcml: no licence": 1}
        assert read == ["s0", "s1"]
        file["dcml|s1"].attrs["complete"] = False  # as when the run was killed there
        shutil.rmtree(tmp_path / "cache")
        assert collect_written(file, tmp_path, tmp_path / "cache")["dcml"] == 2
        assert read == ["s0", "s1", "s1"]
        assert {w.piece_id for w in read_written(file, "train", None)} | {
            w.piece_id for w in read_written(file, "valid", None)
        } == {"x/0", "x/1"}


@given(st.integers(0, 2**32 - 1), st.floats(0, 500), st.floats(0.5, 300), st.floats(0, 0.3))
def test_another_tempo_keeps_the_order_and_stays_near(seed: int, start_s: float, length_s: float, most: float) -> None:
    tempo = Tempo.drawn(start_s, start_s + length_s, (0.0, most), np.random.default_rng(seed))
    then_s = np.linspace(start_s, start_s + length_s, 50)
    now_s = tempo.of(then_s)
    assert (np.diff(now_s) > 0).all()
    octaves = np.log2(np.diff(now_s) / np.diff(then_s))
    assert (np.abs(octaves) <= 0.36 + 6 * most).all()


def test_performances_without_bars_lend_nobody() -> None:
    played = waltz()
    no_bars = type(played)("k", "asap", "a", played.notes, played.beats_s, 0 * played.beat_in_bar, played.trusted)
    assert player_of(no_bars) is None
    with pytest.raises(MezzoforteError, match="nobody can be lent"):
        Players(lent_by([no_bars])).perform(quarters(), 0, 20, np.random.default_rng(0))
