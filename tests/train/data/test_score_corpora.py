"""The readers of scores: what they make of small files, of the corpora themselves, and of damaged ones."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest

from runtime.errors import MezzoforteError
from runtime.score import unfold
from runtime.score.table import Score
from tests.train.data.paths import data_folder
from train.data.corpora import dcml
from train.data.errors import DataError
from train.data.score_corpora import SCORE_CORPORA, counts, read_corpus
from train.data.scores.kern import read_kern
from train.data.scores.store import from_json, kept, to_json
from train.data.scores.tables import read_tables

KERN = """!!!COM: Somebody
**kern\t**kern\t**dynam
*staff2\t*staff1\t*staff1/2
*clefF4\t*clefG2\t*
*M3/4\t*M3/4\t*
=1-\t=1-\t=1-
4C 4E\t[4c\tp
4D\t8c]\t<
.\t8dq\t.
.\t8d\t.
4E\t12eL\t[[
.\t12f\t.
.\t12gJ\t.
=2\t=2\t=2
!\t!\t!LO:HP:t=dim.
2.C\t4g\tf >
.\t4a\t.
.\t4b\t]
=3:|!|:\t=3:|!|:\t=3:|!|:
*M2/4\t*M2/4\t*
*\t*^\t*
2C\t4c\t2e\tsf
.\t4d\t.\tppyy
*\t*v\t*v\t*
==\t==\t==
*-\t*-\t*-
"""

MEASURES = """mc\tmn\ttimesig\tact_dur\tmc_offset\trepeats\tvolta\tnext
1\t0\t3/4\t1/4\t1/2\tfirstMeasure\t\t2
2\t1\t3/4\t3/4\t0\tstart\t\t3
3\t2\t3/4\t3/4\t0\tend\t1\t2, 4
4\t2\t3/4\t3/4\t0\tlastMeasure\t2\t-1
"""
NOTES = """mc\tmn\ttimesig\tmc_onset\tstaff\tvoice\tduration\tgracenote\ttied\tmidi
1\t0\t3/4\t0\t1\t1\t1/4\t\t\t67
2\t1\t3/4\t0\t1\t1\t0\tacciaccatura\t\t73
2\t1\t3/4\t0\t1\t1\t3/4\t\t1\t72
2\t1\t3/4\t0\t2\t1\t3/4\t\t\t48
3\t2\t3/4\t0\t1\t1\t3/4\t\t-1\t72
4\t2\t3/4\t1/4\t1\t1\t1/2\t\t\t72
"""
CHORDS = """mc\tmc_onset\tevent\tstaff\tduration\tdynamics\tcrescendo_hairpin\tdiminuendo_line
1\t0\tDynamic\t1\t0\tp\t\t
1\t0\tChord\t1\t1/4\tp\t0\t
2\t0\tChord\t1\t3/4\t\t0\t
3\t0\tDynamic\t1\t0\tsf\t\t
3\t0\tChord\t1\t3/4\tsf\t\t1
4\t0\tDynamic\t1\t0\tother-dynamics\t\t
"""


@pytest.fixture
def kern(tmp_path: Path) -> Path:
    path = tmp_path / "a.krn"
    path.write_text(KERN, encoding="utf-8")
    return path


def test_kern_notes_stand_where_they_are_written_with_ties_graces_and_voices(kern: Path) -> None:
    score = read_kern(kern)
    assert [(m.start, m.duration) for m in score.measures] == [(0, 3), (3, 3), (6, 2)]
    assert [(m.repeat_times, m.repeat_start) for m in score.measures] == [(0, False), (2, False), (0, True)]
    high = [(n.onset, n.duration, n.pitch, n.grace, n.tied) for n in score.notes if n.staff == 1]
    assert high[:5] == [
        (0, 1, 60, False, False), (1, F(1, 2), 60, False, True), (F(3, 2), 0, 62, True, False),
        (F(3, 2), F(1, 2), 62, False, False), (2, F(1, 3), 64, False, False),
    ]  # fmt: skip
    assert {n.voice for n in score.notes if n.onset == 6 and n.staff == 1} == {"1", "2"}
    assert [(n.onset, n.pitch) for n in score.notes if n.staff == 2][:2] == [(0, 48), (0, 52)]


def test_kern_dynamics_are_read_token_by_token_and_what_is_invisible_is_not(kern: Path) -> None:
    marks = [(m.kind, m.value, m.start, m.end) for m in read_kern(kern).marks]
    assert marks == [
        ("dynamic", "p", 0, 0),
        ("hairpin", "crescendo", 1, F(7, 3)),
        ("dynamic", "f", 3, 3),
        ("words", "diminuendo", 3, 3),
        ("dynamic", "sf", 6, 6),
    ]


def test_numbered_sections_are_voltas_and_lead_through_the_repeat(tmp_path: Path) -> None:
    bars = ["*>A", "=1", "1c", "=2", "1d", "=3", "*>A1", "1e", "=4:|!", "*>A2", "1f", "=5", "*>B", "1g", "==", "*-"]
    lines = ["**kern", "*M4/4", "*>[A,A1,A,A2,B]", *bars]
    (tmp_path / "v.krn").write_text("".join(f"{x}\t{x}\n" for x in lines))
    score = read_kern(tmp_path / "v.krn")
    assert [m.endings for m in score.measures] == [(), (), (1,), (2,), ()]
    assert tuple(unfold.written(score).measures) == (0, 1, 2, 0, 1, 3, 4)


def test_a_file_that_is_no_kern_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.krn").write_text("nothing\n")
    with pytest.raises(DataError, match=r"b\.krn"):
        read_kern(tmp_path / "b.krn")
    with pytest.raises(DataError, match="opened"):
        read_kern(tmp_path / "c.krn")


def write_tables(folder: Path) -> tuple[Path, Path, Path]:
    paths = []
    for kind, text in (("notes", NOTES), ("measures", MEASURES), ("chords", CHORDS)):
        path = folder / "some_bach" / kind / f"op1.{kind}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths[0], paths[1], paths[2]


def test_tables_keep_pickup_volta_graces_ties_and_the_span_of_a_hairpin(tmp_path: Path) -> None:
    score = read_tables(*write_tables(tmp_path))
    assert [(m.number, m.start, m.duration, m.offset, m.endings) for m in score.measures] == [
        ("0", 0, 1, 2, ()), ("1", 1, 3, 0, ()), ("2", 4, 3, 0, (1,)), ("2", 7, 3, 0, (2,)),
    ]  # fmt: skip
    assert [m.repeat_start for m in score.measures] == [False, True, False, False]
    assert [m.repeat_times for m in score.measures] == [0, 0, 2, 0]
    assert [(n.onset, n.pitch, n.grace, n.tied) for n in score.notes] == [
        (0, 67, False, False), (1, 73, True, False), (1, 72, False, False), (1, 48, False, False),
        (4, 72, False, True), (8, 72, False, False),
    ]  # fmt: skip
    assert [(m.kind, m.value, m.start, m.end) for m in score.marks] == [
        ("dynamic", "p", 0, 0), ("hairpin", "crescendo", 0, 4), ("dynamic", "sf", 4, 4),
        ("hairpin", "diminuendo", 4, 7),
    ]  # fmt: skip
    (piece,) = dcml.pieces(tmp_path)
    assert (piece.composer, dcml.read(piece)) == ("Some", score)


def test_a_table_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    notes, measures, chords = write_tables(tmp_path)
    notes.write_text(NOTES[:-8], encoding="utf-8")
    with pytest.raises(DataError, match=r"op1\.notes\.tsv"):
        read_tables(notes, measures, chords)
    measures.write_text("mc\tmn\n1\t1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"op1\.measures\.tsv"):
        read_tables(notes, measures, chords)


def test_a_stored_score_is_the_same_score_and_is_read_anew_when_its_file_changes(kern: Path, tmp_path: Path) -> None:
    score = replace(read_kern(kern), tempos=((F(1, 3), 90.5),), warnings=("…",))
    assert from_json(to_json(score)) == score
    assert kept(tmp_path / "kept", kern, lambda: score) == score
    assert kept(tmp_path / "kept", kern, lambda: pytest.fail("read again")) == score
    kern.write_text(KERN.replace("4C 4E", "4C 4F"))
    other = kept(tmp_path / "kept", kern, lambda: read_kern(kern))
    assert {n.pitch for n in other.notes if n.onset == 0} == {48, 53, 60}


def test_a_refusal_is_remembered(kern: Path, tmp_path: Path) -> None:
    def refuse() -> Score:
        raise DataError("no bars")

    for read in (refuse, lambda: pytest.fail("read again")):
        with pytest.raises(DataError, match="no bars"):
            kept(tmp_path / "kept", kern, read)


@pytest.mark.parametrize("name", sorted(SCORE_CORPORA))
def test_a_folder_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        SCORE_CORPORA[name].pieces(tmp_path)


@pytest.mark.parametrize("name", sorted(SCORE_CORPORA))
def test_every_corpus_says_what_it_is_and_has_the_pieces_that_it_should(name: str) -> None:
    corpus = SCORE_CORPORA[name]
    assert corpus.name == name and corpus.title and corpus.licence and corpus.citation
    assert corpus.address.startswith("https://")
    pieces = corpus.pieces(data_folder(name))
    assert len(pieces) == corpus.counts["pieces"]
    assert len({p.id for p in pieces}) == len(pieces)
    assert all(p.composer and p.composer[0].isupper() for p in pieces)


@pytest.mark.parametrize("name", sorted(SCORE_CORPORA))
def test_a_sample_of_every_corpus_is_whole(name: str) -> None:
    corpus = SCORE_CORPORA[name]
    pieces = sorted(corpus.pieces(data_folder(name)), key=lambda p: p.file.stat().st_size)
    total: Counter[str] = Counter()
    for piece in pieces[:: max(1, len(pieces) // 6)][:6]:
        score = corpus.read(piece)
        total += counts(score)
        assert len(score.staves) >= 2 or name == "asap", piece.id
        assert all(a.end == b.start for a, b in zip(score.measures, score.measures[1:], strict=False)), piece.id
        bars = score.measures
        assert all(bars[n.measure].start <= n.onset <= bars[n.measure].end for n in score.notes), piece.id
        assert all(0 <= m.start <= m.end <= score.end for m in score.marks), piece.id
        assert all(21 <= n.pitch <= 108 for n in score.notes if n.staff in score.keyboard_staves()), piece.id
    assert total["notes"] > 300 and total["measures"] > 30


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SCORE_CORPORA))
def test_a_whole_corpus_has_the_counts_that_are_known_of_it(name: str) -> None:
    """With MEZZOFORTE_SCORES, the folder that `python -m train.data.score_corpora` filled, this takes seconds."""
    corpus, cache = SCORE_CORPORA[name], os.environ.get("MEZZOFORTE_SCORES")
    total: Counter[str] = Counter()
    refused = []
    for piece, score in read_corpus(name, data_folder(name).parent, Path(cache) if cache else None):
        if isinstance(score, MezzoforteError):
            refused.append(piece.id)
        else:
            total += counts(score)
    assert {what: total[what] for what in corpus.counts} == pytest.approx(dict(corpus.counts), rel=0.04), refused
