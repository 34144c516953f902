"""What is a test piece: by its group, in every corpus, and never by luck."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.train.data.paths import data_folder
from train.data.corpora.asap import read_metadata
from train.data.corpora.batik import CORPUS as BATIK
from train.data.errors import DataError
from train.data.overlaps import Overlaps
from train.data.pieces import asap_piece
from train.data.score_corpora import SCORE_CORPORA
from train.data.splits import ASAP_TEST_PIECES, FOLD_OF_MAZURKA, REAL_AUDIO_PIECES

HEAD = (
    "corpus,path,composer,title,work,piece_group,asap,mazurkabl,batik_mozart,vienna4x22,content_share,held_out,note\n"
)
ROWS = """asap,Chopin/Etudes_op_10/2,Chopin,Etudes_op_10_2,w,chopin/op10/2,,,,,,,
asap,Chopin/Etudes_op_10/4,Chopin,Etudes_op_10_4,w,chopin/op10/4,,,,,,,
chopin_first_editions,kern/a.krn,Chopin,t,w,chopin/op10/2,,,,,,,
chopin_first_editions,kern/b.krn,Chopin,t,w,chopin/other,Chopin/Etudes_op_10/2,,,,0.9,,
dcml,x/notes/c.tsv,Chopin,t,w,chopin/op6/1,,M06-1,,,0.9,,
kern_piano,d.krn,Chopin,t,w,chopin/op6/2,,,,,,,
mazurkabl,M06-2,Chopin,t,w,chopin/op6/2,,,,,,,
kern_piano,e.krn,Mozart,t,w,mozart/k331/1,,,kv331_1,,0.9,,
dcml,x/notes/f.tsv,Mozart,t,w,mozart/k331/1,,,,,,,
dcml,x/notes/g.tsv,Mozart,t,w,mozart/k1,,,,,,vienna4x22,
dcml,x/notes/h.tsv,Grieg,t,w,grieg/1,,,,,,,
"""


@pytest.fixture
def small(tmp_path: Path) -> Overlaps:
    (tmp_path / "overlaps.csv").write_text(HEAD + ROWS, encoding="utf-8")
    return Overlaps.read(tmp_path / "overlaps.csv")


@pytest.fixture(scope="module")
def overlaps() -> Overlaps:
    return Overlaps.read(data_folder("dcml").parent / "overlaps.csv")


def test_a_test_piece_is_one_by_any_row_of_its_group_and_by_what_it_duplicates(small: Overlaps) -> None:
    tests = {(c, p) for c, p in small.rows if small.is_test_piece(c, p)}
    assert tests == {
        ("asap", "Chopin/Etudes_op_10/2"), ("chopin_first_editions", "kern/a.krn"),
        ("chopin_first_editions", "kern/b.krn"), ("kern_piano", "e.krn"), ("dcml", "x/notes/f.tsv"),
        ("dcml", "x/notes/g.tsv"), ("kern_piano", "d.krn"), ("mazurkabl", "M06-2"),
    }  # fmt: skip


def test_mazurkas_are_test_pieces_of_their_fold_alone(small: Overlaps) -> None:
    assert FOLD_OF_MAZURKA["chopin/mazurka_op6/1"] == 1 and FOLD_OF_MAZURKA["chopin/mazurka_op6/2"] == 0
    assert small.is_test_piece("dcml", "x/notes/c.tsv", fold=1)
    assert not small.is_test_piece("dcml", "x/notes/c.tsv", fold=0)
    assert not small.is_test_piece("kern_piano", "d.krn", fold=None)


def test_a_file_that_nobody_compared_is_refused_and_songs_are_known_to_be_elsewhere_nowhere(small: Overlaps) -> None:
    with pytest.raises(DataError, match=r"other\.krn"):
        small.is_test_piece("kern_piano", "other.krn")
    assert not small.is_test_piece("openscore_lieder", "scores/A/B/C/lc1.mxl")


def test_another_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no column"):
        Overlaps.read(tmp_path / "o.csv")
    with pytest.raises(DataError, match="no table"):
        Overlaps.read(tmp_path / "none.csv")


@pytest.mark.parametrize("name", sorted(SCORE_CORPORA))
def test_every_file_of_every_corpus_is_decided(name: str, overlaps: Overlaps) -> None:
    n_tests = sum(overlaps.is_test_piece(name, p.path) for p in SCORE_CORPORA[name].pieces(data_folder(name)))
    known = {"asap": 43, "chopin_first_editions": 31, "dcml": 56, "kern_piano": 73}
    assert n_tests == known.get(name, 0)


def test_every_piece_that_is_kept_for_tests_is_a_test_piece_in_every_corpus(overlaps: Overlaps) -> None:
    performed = {asap_piece(r["composer"], r["title"]) for r in read_metadata(data_folder("asap"))}
    found = {
        asap_piece(row["composer"], row["title"])
        for (corpus, path), row in overlaps.rows.items()
        if corpus == "asap" and overlaps.is_test_piece(corpus, path)
    }
    assert performed & (ASAP_TEST_PIECES | REAL_AUDIO_PIECES) <= found
    assert all(overlaps.is_test_piece(c, p) for c, p in overlaps.rows if c in (BATIK, "vienna4x22"))
    for (corpus, path), row in overlaps.rows.items():
        if "sonata14/1" in row["piece_group"] or row["piece_group"] in (
            "mozart/k331/1",
            "chopin/op38",
            "chopin/op10/3",
        ):
            assert overlaps.is_test_piece(corpus, path), (corpus, path)
