"""Odd and broken files (tests/data/odd): each reader says what is right or one clear sentence, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.analysis import read as read_analysis
from runtime.batch.jobs import Options
from runtime.batch.manifest import read_manifest
from runtime.corrections import read_file as read_corrections
from runtime.errors import MezzoforteError
from runtime.network.card import load_card
from runtime.notes.played import read_notes
from runtime.score.read.files import read_score
from runtime.sound.read import measure
from tests.data.odd.make import FOLDER, ODD, README, Odd, readme


def score(path: Path) -> str:
    found = read_score(path)
    pitches = [n.pitch for n in found.notes]
    words = [f"{len(found.measures)} bars", f"{len(pitches)} notes {min(pitches)}-{max(pitches)}"]
    words += [" ".join(m.value for m in found.marks if not m.ours)]
    return ", ".join(w for w in (*words, "warned" if found.warnings else "") if w)


def notes(path: Path) -> str:
    found = read_notes(path)
    return f"{len(found.pitch)} notes" + (", warned" if found.warnings else "")


def audio(path: Path) -> str:
    found = measure(path)
    return f"{found.duration_s:.2f} s" + (", warned" if found.warnings else "")


def manifest(path: Path) -> str:
    return f"{len(read_manifest(str(path), Options())[0])} rows"


READERS: dict[str, Callable[[Path], str]] = {
    "score": score,
    "notes": notes,
    "audio": audio,
    "manifest": manifest,
    "analysis": lambda path: f"{len(read_analysis(path).beats)} beats",
    "corrections": lambda path: str(read_corrections(path) and "corrections"),
    "card": lambda path: str(load_card(path) and "a card"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_every_reader_says_what_is_right_or_one_sentence_and_changes_nothing(odd: Odd, reader: str) -> None:
    path = FOLDER / odd.name
    before, right = path.read_bytes(), odd.right.get(reader)
    try:
        answer = READERS[reader](path)
    except MezzoforteError as e:
        told = str(e)
        assert told.endswith(".") and "\n" not in told and "Traceback" not in told
        assert right is None or right.startswith("!"), told
        assert re.search((right or "")[1:], told), told
    else:
        assert right is None or answer == right
    assert path.read_bytes() == before


def test_every_file_is_listed_and_named_with_what_it_is() -> None:
    others = {"README.md", "make.py", "__init__.py", "__pycache__"}
    assert {p.name for p in FOLDER.iterdir()} - others == {odd.name for odd in ODD}
    assert README.read_text(encoding="utf-8") == readme()


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_every_file_is_small_and_has_a_right_answer(odd: Odd) -> None:
    assert (FOLDER / odd.name).stat().st_size < 40_000
    assert all(reader in READERS for reader in odd.right)
