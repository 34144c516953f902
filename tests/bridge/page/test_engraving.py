"""Pictures of scores that Verovio cannot read: engraved from our own reading, with every bar and note in its place."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.page.as_musicxml import as_musicxml
from runtime.score.read import musicxml
from runtime.score.read.files import open_source, parse
from tests.bridge.serve.server import ROOT
from tests.runtime.score import make

pytest.importorskip("verovio", reason="the score is engraved by Verovio (extra: page)")
from bridge.page.engraving import WIDTHS, Tree, engrave

MUSESCORE = shutil.which("musescore3") or shutil.which("mscore3")
MINUET = ROOT / "examples" / "minuet.musicxml"


def elements(tree: Tree, name: str) -> Iterator[dict[str, Any]]:
    """Attributes of every element of a class."""
    _, attributes, children = tree
    if name in attributes.get("class", "").split():
        yield attributes
    for child in children:
        if isinstance(child, list):
            yield from elements(child, name)


def onsets(path: Path) -> list[float]:
    """Where something is struck, in quarters, as our own reader has it."""
    return sorted({float(o) for o in parse(open_source(path)).onsets()})


def check(path: Path) -> None:
    """Every bar is in the picture, and every struck moment has an element there."""
    done = engrave(path, WIDTHS[-1])
    score = parse(open_source(path))
    assert sum(len(list(elements(page, "measure"))) for page in done.pages) == len(score.measures) == len(done.measures)
    ids = {a["id"] for page in done.pages for a in elements(page, "note")}
    struck = np.array([at for at, _, element in done.places if element in ids])
    missing = [at for at in onsets(path) if abs(struck - at).min() > 1 / 48]
    assert not missing, missing


@pytest.mark.parametrize("version", ["3.01", "4.20"])
def test_a_musescore_file_is_drawn(tmp_path: Path, version: str) -> None:
    path = tmp_path / "score.mscx"
    path.write_bytes(make.mscx(6, version))
    check(path)


@pytest.mark.slow
@pytest.mark.skipif(MUSESCORE is None, reason="MuseScore 3 makes the other formats (Debian: musescore3)")
@pytest.mark.parametrize("suffix", [".mscx", ".mscz", ".mid", ".mxl"])
def test_the_minuet_is_drawn_whatever_its_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"minuet{suffix}"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([str(MUSESCORE), "-o", path, MINUET], env=environment, check=True, capture_output=True, timeout=300)
    check(path)


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["Bach/Prelude/bwv_846", "Chopin/Etudes_op_10/12", "Beethoven/Piano_Sonatas/21-1"])
def test_scores_with_repeats_voices_and_tuplets_are_drawn_from_midi(piece: str) -> None:
    check(make.data_folder("asap", *piece.split("/"), "midi_score.mid"))


def test_what_is_engraved_from_our_reading_says_what_the_score_says() -> None:
    score = parse(open_source(MINUET))
    again = musicxml.read(as_musicxml(score).encode(), "again")
    assert [(m.number, m.duration, m.repeat_start, m.repeat_times) for m in again.measures] == [
        (m.number, m.duration, m.repeat_start, m.repeat_times) for m in score.measures
    ]

    def sounds(of: Any) -> list[tuple[float, int]]:
        return sorted((float(n.onset), n.pitch) for n in of.notes if not n.grace and not n.tied)

    assert sounds(again) == sounds(score)
