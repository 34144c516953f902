"""Scores that nobody recorded become takes with beats where they are written; test works and rubbish stay out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import MezzoforteError
from runtime.score.read.files import read_score
from tests.runtime.score.make import measure, note, plain, score, two_staves
from train.onsets import played
from train.onsets.data import Tempo, draw_one
from train.onsets.played import read_played
from train.onsets.unrecorded import CORPUS, takes, unrecorded, works

TIE = '<tie type="{}"/>'


def corpus(folder: Path) -> Path:
    """A folder like music21's, with a quartet, a chorale, a test work, a fragment and a file that is no score."""
    for name, data in (
        ("haydn/opus1.musicxml", plain(12)), ("bach/bwv1.6.xml", plain(9)), ("mozart/k545.musicxml", plain(12)),
        ("weber/fragment.musicxml", plain(2)), ("corelli/broken.xml", b"<score"), ("haydn/readme.txt", b"no score"),
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_works_of_test_pieces_and_other_files_are_left_out(tmp_path: Path) -> None:
    names = {p.name for p in works(corpus(tmp_path))}
    assert names == {"opus1.musicxml", "bwv1.6.xml", "fragment.musicxml", "broken.xml"}
    with pytest.raises(MezzoforteError, match="no scores of music21"):
        works(tmp_path / "haydn")


def test_what_cannot_be_read_or_is_too_short_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = [take.name for take in unrecorded(corpus(tmp_path))]
    assert found == ["haydn/opus1"] * 3 + ["bach/bwv1.6"] * 3
    told = capsys.readouterr().err
    assert "weber/fragment: too short" in told and "broken.xml" in told


def test_a_take_is_the_score_at_an_even_tempo_and_the_same_every_time(tmp_path: Path) -> None:
    eighths = "".join(note(step, 5, 1) for step in "CDEFGABC")
    bars = [two_staves(1, first=True), *(measure(k, eighths) for k in range(2, 9))]
    (tmp_path / "s.musicxml").write_bytes(score(bars))
    written = read_score(tmp_path / "s.musicxml")
    quick, middle, slow = (take.beats_s for take in takes(written, "s"))
    assert len(middle) == 32 and np.ptp(np.diff(middle)) == pytest.approx(0, abs=1e-9)
    assert quick[-1] < middle[-1] < slow[-1]
    first, again = next(takes(written, "s")), next(takes(written, "s"))
    assert (first.notes == again.notes).all() and list(first.beat_in_bar[:5]) == [1, 2, 3, 4, 1]
    struck_s = np.unique(first.notes["onset_s"])
    np.testing.assert_allclose(struck_s[4::2], first.beats_s[4:], atol=1e-4)


def test_tied_notes_are_struck_once_and_sound_to_the_end(tmp_path: Path) -> None:
    tied = note("E", 6, 8, extra=TIE.format("start")), note("E", 6, 8, extra=TIE.format("stop"))
    bars = [two_staves(1, first=True), measure(2, tied[0]), measure(3, tied[1]), two_staves(4)]
    (tmp_path / "s.musicxml").write_bytes(score(bars))
    take = next(takes(read_score(tmp_path / "s.musicxml"), "s"))
    (one,) = take.notes[take.notes["pitch"] == 88]
    assert one["offset_s"] - one["onset_s"] == pytest.approx(take.beats_s[12] - take.beats_s[4], rel=1e-4)


def test_takes_are_collected_and_drawn_with_rubato(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "n.h5"
    args = played.main.parse([str(out), "--scores", str(corpus(tmp_path / "corpus"))])
    assert played.run(args) == 0 and played.run(args) == 0
    assert capsys.readouterr().err.count(f"{CORPUS}: 6 takes") == 2
    found = [p for split in ("train", "valid") for p in read_played(out, split, 0)]  # type: ignore[arg-type]
    assert len(found) == 6 and {p.corpus for p in found} == {CORPUS}
    one = draw_one(found[0], np.random.default_rng(3))
    assert one is not None
    onsets, truth = one
    gaps_s = np.diff(onsets.time_s[truth.beat])
    assert truth.beat.sum() > 20 and gaps_s.std() / gaps_s.mean() > 0.02


@given(st.integers(0, 2**32 - 1), st.floats(0, 500), st.floats(0.5, 300), st.floats(0, 0.3))
def test_another_tempo_keeps_the_order_and_stays_near(seed: int, start_s: float, length_s: float, most: float) -> None:
    tempo = Tempo.drawn(start_s, start_s + length_s, (0.0, most), np.random.default_rng(seed))
    then_s = np.linspace(start_s, start_s + length_s, 50)
    now_s = tempo.of(then_s)
    assert (np.diff(now_s) > 0).all()
    octaves = np.log2(np.diff(now_s) / np.diff(then_s))
    assert (np.abs(octaves) <= 0.36 + 6 * most).all()
