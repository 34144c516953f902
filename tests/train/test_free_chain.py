"""From a free score to a free card: performed, rendered, packed, learned from and exported by the commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from export import notes as export_notes
from runtime.errors import MezzoforteError
from runtime.network.card import load_card
from runtime.score.read.files import read_score
from tests.runtime.score.make import measure, note, score, two_staves
from train.data.corpora.performed import COLUMNS
from train.data.written import WrittenPiece
from train.frames import pack
from train.notes import fit
from train.onsets.designed import designed_players
from train.onsets.perform import performed, save
from train.onsets.performer import Players
from train.onsets.written import Written, on_beats
from train.rendering import render
from train.sources import credits_of

SOUNDFONTS = Path("/usr/share/sounds/sf2")
needs_pianos = pytest.mark.skipif(
    not shutil.which("fluidsynth") or not (SOUNDFONTS / "FluidR3_GM.sf2").is_file(), reason="no fluidsynth or SoundFont"
)


def played(folder: Path) -> Path:
    """A folder as `train.onsets.perform` makes it, of one score."""
    eighths = "".join(note(step, 5, 1) for step in "CDEFGABC")
    page = folder / "s.musicxml"
    page.write_bytes(score([two_staves(1, first=True), *(measure(k, eighths) for k in range(2, 20))]))
    notes, place = on_beats(read_score(page))
    piece = WrittenPiece("polish_scores", "a/s.krn", "Somebody", "CC-BY-4.0", page)
    written = Written(piece.id, piece.corpus, "a/s", notes, place)
    made = performed(read_score(page), written, Players(designed_players()), np.random.default_rng(0))
    row = (piece.corpus, piece.path, "a/s", piece.composer, save(folder, piece, made))
    sources = '"corpus/polish_scores,player/designed"'
    (folder / "index.csv").write_text(",".join(COLUMNS) + "\n" + ",".join((*row, sources)) + "\n")
    return folder


def packed(folder: Path, midi: Path, instrument: str, *data: str) -> Path:
    words = [str(midi), str(folder), "--pianos", "none", "--instruments", instrument, "--max-s", "12", "--jobs", "1"]
    assert render.run(render.main.parse([*words, *data])) == 0
    pack.run(pack.main.parse([str(folder / "p.h5"), "--corpus", "performed", str(midi), str(folder)]))
    return folder / "p.h5"


@pytest.mark.slow
@needs_pianos
def test_a_free_score_on_a_free_piano_makes_a_free_card(tmp_path: Path) -> None:
    midi, free = played(tmp_path), tmp_path / "free"
    made = packed(free, midi, "fluid", "--data", "free")
    words = ["--pack", str(made), "--renders", str(midi), str(free), "--out", str(tmp_path / "run"), "--steps", "1"]
    fit.run(fit.main.parse([*words, "--batch", "1", "--data", "free"]))
    out = tmp_path / "mezzoforte-free.notes.onnx"
    export_notes.run(export_notes.main.parse([str(tmp_path / "run" / "last.pt"), "--out", str(out)]))
    card = load_card(out.with_suffix(".json"))
    assert card.licence == "CC-BY-4.0" and card.attribution == credits_of(card.sources)
    assert card.sources == ("corpus/performed", "corpus/polish_scores", "piano/fluid", "player/designed")


@pytest.mark.slow
@needs_pianos
@pytest.mark.skipif(not (SOUNDFONTS / "TimGM6mb.sf2").is_file(), reason="no TimGM6mb")
def test_a_piano_that_is_not_free_reaches_no_free_run(tmp_path: Path) -> None:
    midi, other = played(tmp_path), tmp_path / "other"
    with pytest.raises(MezzoforteError, match="piano/timgm"):
        packed(other, midi, "timgm", "--data", "free")
    made = packed(other, midi, "timgm")
    assert json.loads(next(other.rglob("*.json")).read_text())["instrument"] == "timgm"
    words = ["--pack", str(made), "--renders", str(midi), str(other), "--out", str(tmp_path / "run"), "--steps", "1"]
    with pytest.raises(MezzoforteError, match="piano/timgm"):
        fit.run(fit.main.parse([*words, "--batch", "1", "--data", "free"]))
    assert not (tmp_path / "run" / "last.pt").exists()
