"""Splits: by piece, the same whatever part of the data is there, and never across a piece."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from train.data.corpora.asap import read_asap
from train.data.corpora.batik import read_batik
from train.data.pieces import mazurka_piece
from train.data.splits import (
    ASAP_TEST_PIECES,
    BATIK_PIECES_IN_ASAP,
    FOLD_OF_MAZURKA,
    REAL_AUDIO_PIECES,
    choose_asap_test_pieces,
    split_of,
    split_of_recording,
)

needs_data = pytest.mark.skipif("MEZZOFORTE_DATA" not in os.environ, reason="MEZZOFORTE_DATA is not set")


def test_every_mazurka_is_tested_in_exactly_one_fold() -> None:
    assert len(FOLD_OF_MAZURKA) == 44
    for piece, own in FOLD_OF_MAZURKA.items():
        assert [fold for fold in range(5) if split_of(piece, fold) == "test"] == [own]
        assert split_of(piece, None) != "test"


def test_pieces_of_the_real_recordings_are_never_trained_on() -> None:
    assert REAL_AUDIO_PIECES <= ASAP_TEST_PIECES
    assert all(split_of(piece, fold) == "test" for piece in REAL_AUDIO_PIECES for fold in (None, 0, 4))


def test_corpora_kept_for_tests_are_in_no_other_split() -> None:
    pieces = ["mozart/kv279/1", "mozart/kv545/1", "bach/prelude_bwv_846", *(f"mozart/kv{n}/1" for n in range(100, 200))]
    for corpus in ("batik_mozart", "real_audio"):
        assert {split_of_recording(corpus, p, 0) for p in pieces} == {"test"}
    assert {split_of_recording("asap", p, 0) for p in pieces} == {"train", "valid", "test"}
    assert {split_of_recording("real_piano", p, 0) for p in pieces} == {"valid"}


@needs_data
def test_movements_that_two_data_sets_share_are_no_test_of_the_unheard() -> None:
    data = Path(os.environ["MEZZOFORTE_DATA"])
    asap = {i.piece_id for i in read_asap(data / "asap", levels=False).items}
    batik = {i.piece_id for i in read_batik(data / "batik_mozart").items}
    shared = {p for p in batik & asap if p not in ASAP_TEST_PIECES}
    assert {p for p in batik if split_of_recording("batik_mozart", p, 0) is None} == shared == BATIK_PIECES_IN_ASAP


@needs_data
def test_the_written_test_pieces_are_the_ones_that_the_rule_chooses() -> None:
    reading = read_asap(Path(os.environ["MEZZOFORTE_DATA"]) / "asap", levels=False)
    pieces = {i.piece_id for i in reading.items}
    assert choose_asap_test_pieces(pieces) == ASAP_TEST_PIECES
    counts = Counter(split_of(p, 0) for p in pieces)
    assert counts["test"] >= 30 and counts["valid"] >= 5 and counts["train"] >= 120


@needs_data
def test_folds_are_those_of_the_index() -> None:
    index = Path(os.environ["MEZZOFORTE_DATA"]) / "mazurka_resynth" / "index.csv"
    with index.open() as stream:
        rows = {row["mazurka"]: int(row["test_fold"]) for row in csv.DictReader(stream)}
    assert {mazurka_piece(m): fold for m, fold in rows.items()} == FOLD_OF_MAZURKA
