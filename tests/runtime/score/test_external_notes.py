"""Other programs read scores that are made of notes alone (``--notes``): performances of ASAP on annotated beats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.scores import reading as score_reading
from benchmarks.transcription.engraving_truth import annotated_analysis, truth_of
from runtime.analysis import Dynamic, Hairpin
from runtime.engrave import PlayedNotes, engrave, read_notes
from runtime.score.read import musicxml as read_musicxml
from tests.runtime.score.make import data_folder

pytestmark = pytest.mark.slow

PERFORMANCES = (
    "Bach/Prelude/bwv_846/Shi05M",
    "Chopin/Etudes_op_10/1/Avdeeva02",
    "Mozart/Piano_Sonatas/8-1/Bogdanovitch01",
    "Schumann/Kreisleriana/3/ParkJH06",
    "Ravel/Miroirs/4_Alborada_del_gracioso/Chan02",
)
LONGEST_S = 60.0


def first_minute(notes: PlayedNotes) -> PlayedNotes:
    kept = notes.onset_s < LONGEST_S
    pedal = tuple(p for p in notes.pedal if p[1] < LONGEST_S)
    return replace(
        notes, onset_s=notes.onset_s[kept], offset_s=notes.offset_s[kept], pitch=notes.pitch[kept],
        velocity=notes.velocity[kept], pedal=pedal,
    )  # fmt: skip


@pytest.fixture(scope="module", params=PERFORMANCES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The score of a performance's first minute, with a level every eight beats and hairpins between."""
    midi = data_folder("asap", *request.param.split("/")[:-1]) / (request.param.split("/")[-1] + ".mid")
    if not midi.exists():
        pytest.skip(f"{request.param} is not in the data folder")
    truth = truth_of(
        read_notes(midi), midi.with_name(midi.stem + "_annotations.txt"), midi.with_name("midi_score.mid"),
        midi.with_name("midi_score_annotations.txt"),
    )  # fmt: skip
    heard = truth.beats_s < LONGEST_S
    truth = replace(truth, beats_s=truth.beats_s[heard], position=truth.position[heard], per_bar=truth.per_bar[heard])
    analysis = annotated_analysis(truth, LONGEST_S)
    at = [b.time_s for b in analysis.beats]
    levels = [Dynamic(at[i], i, ("p", "f", "mf", "ff", "pp")[i // 8 % 5], 0.9) for i in range(0, len(at), 8)]
    pins = [Hairpin(at[i + 4], at[i + 8], "crescendo", 0.9) for i in range(0, len(at) - 8, 16)]
    analysis = replace(analysis, dynamics=tuple(levels), hairpins=tuple(pins))
    path = tmp_path_factory.mktemp("made") / "made.musicxml"
    path.write_bytes(engrave(first_minute(read_notes(midi)), analysis).data)
    return path


def test_a_score_made_of_notes_is_valid_musicxml(made: Path) -> None:
    try:
        assert score_reading.schema_errors(made.read_bytes()) == []
    except score_reading.ReaderMissing as e:
        pytest.skip(str(e))


@pytest.mark.parametrize("reader", ["music21", "partitura", "musescore"])
def test_a_score_made_of_notes_is_read_with_all_its_notes_and_marks(made: Path, reader: str) -> None:
    expected = score_reading.text_counts(made.read_bytes())
    assert expected.notes > 100 and expected.dynamics > 0
    try:
        if reader == "musescore":
            saved = score_reading.musescore_score(made)
            assert score_reading.counts_of(saved) == expected
            kept, of = score_reading.in_place(read_musicxml.read(made.read_bytes(), "made"), saved)
            assert kept == of
        else:
            assert getattr(score_reading, f"by_{reader}")(made) == expected
    except score_reading.ReaderMissing as e:
        pytest.skip(str(e))
