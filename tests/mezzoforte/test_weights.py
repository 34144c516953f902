"""`--model mezzoforte-free` from recording to file: everything that listens and chooses is of that set."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

import mezzoforte
from runtime.errors import ModelError
from runtime.network.parts import FREE_LICENCE, FREE_MODEL
from tests import stand_in
from tests.bridge.serve.server import write_recording

pytestmark = pytest.mark.slow
EXAMPLES = stand_in.ROOT / "examples"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with both sets, and a recording."""
    folder = stand_in.installed(tmp_path_factory.mktemp("installed"))
    write_recording(folder / "take.wav", 8.0)
    return folder


@pytest.fixture(scope="module")
def one_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation as it is shipped today, and a recording."""
    folder = stand_in.installed(tmp_path_factory.mktemp("one"), second=False)
    write_recording(folder / "take.wav")
    return folder


def confidences(value: Any) -> Iterator[float]:
    """Every mark's in a plan."""
    yield from (m["confidence"] for m in value["marks"] if m["kind"] == "hairpin" or m["value"] not in ("sf", "accent"))


@pytest.mark.parametrize("name", ["mezzoforte", FREE_MODEL])
def test_an_analysis_says_with_which_weights_it_was_made_and_under_which_licence(there: Path, name: str) -> None:
    done = stand_in.run(there, "analyze", "take.wav", "--model", name)
    assert done.returncode == 0, done.stderr
    model = json.loads(done.stdout)["model"]
    version = stand_in.VERSION if name == FREE_MODEL else model["version"]
    licence = FREE_LICENCE if name == FREE_MODEL else "CC-BY-NC-SA-4.0"
    assert (model["name"], model["version"], model["licence"], model["borrowed"]) == (name, version, licence, [])
    assert model["transcriber"].startswith(f"{name}.notes ")
    assert f"licence  {licence} (of the weights)" in done.stderr and "no parts of its own" not in done.stderr


def test_notes_are_written_as_the_sets_own_transcriber_hears_them(there: Path) -> None:
    done = stand_in.run(there, "analyze", "take.wav", "--model", FREE_MODEL, "--transcribe", "--out", "take.mid")
    assert done.returncode == 0, done.stderr
    assert f"by own {FREE_MODEL}.notes {stand_in.VERSION}" in done.stderr and (there / "take.mid").is_file()


def test_marks_in_a_score_are_chosen_by_the_rules_of_the_set(there: Path) -> None:
    sound, rate_hz = soundfile.read(EXAMPLES / "minuet.ogg")
    soundfile.write(there / "minuet.wav", sound[: 24 * rate_hz], rate_hz)
    words = ("score", "minuet.wav", EXAMPLES / "minuet.musicxml", "--format", "plan", "--quality", "fast")
    free, usual = (stand_in.run(there, *words, "--quiet", "--model", m) for m in (FREE_MODEL, "mezzoforte"))
    assert free.returncode == usual.returncode == 0, free.stderr + usual.stderr
    plans = [list(confidences(json.loads(done.stdout))) for done in (free, usual)]
    # The rules of the stand-in are always this sure; of the first level nobody is by rule.
    assert len(plans[0]) > 1 and {round(c, 3) for c in plans[0][1:]} == {0.982} and plans[0] != plans[1]


_OPENED = """
import os, sys
opened = set()
def note(event, words):
    if event == "open" and isinstance(words[0], (str, os.PathLike)):
        opened.add(os.fspath(words[0]))
sys.addaudithook(note)
import mezzoforte
name, score = sys.argv[1:]
mezzoforte.mark_score("minuet.wav", score, "marked.musicxml", model=name)
heard = mezzoforte.transcribe("minuet.wav", model=name)
mezzoforte.write(heard, "minuet.mid")
mezzoforte.engrave("minuet.wav", "minuet.mid", model=name)
print(*sorted(os.path.basename(path) for path in opened if f"{os.sep}models{os.sep}" in path))
"""


def test_nothing_of_the_other_set_is_even_opened(there: Path) -> None:
    sound, rate_hz = soundfile.read(EXAMPLES / "minuet.ogg")
    soundfile.write(there / "minuet.wav", sound[: 24 * rate_hz], rate_hz)
    words = [sys.executable, "-c", _OPENED, FREE_MODEL, str(EXAMPLES / "minuet.musicxml")]
    environment = stand_in.environment(there)
    done = subprocess.run(words, cwd=there, env=environment, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    opened = set(done.stdout.split())
    assert {
        f"{FREE_MODEL}.{part}" for part in ("onnx", "notes.onnx", "onsets.onnx", "page.onnx", "touch.json")
    } <= opened
    assert {name for name in opened if name.startswith("mezzoforte.")} <= {
        "mezzoforte.json"
    }  # the list of what is there


def test_a_batch_has_the_weights_among_what_its_results_are_known_by(there: Path) -> None:
    for name, skipped in ((FREE_MODEL, False), ("mezzoforte", False), ("mezzoforte", True)):
        done = stand_in.run(there, "batch", "take.wav", "--out", "out", "--quality", "fast", "--model", name)
        assert done.returncode == 0, done.stderr
        assert json.loads((there / "out" / "take.json").read_text())["model"]["name"] == name
        assert ("1 done before" in done.stderr or "nothing to do" in done.stderr) == skipped, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "take.wav"),
        ("analyze", "take.wav", "--transcribe", "--out", "x.mid"),
        ("score", "take.wav", EXAMPLES / "minuet.musicxml", "--dry-run"),
        ("batch", "take.wav", "--out", "out"),
        ("serve", "--home", "home"),
        ("live", "--quiet"),
    ],
    ids=lambda words: words[0] + "_transcribe" * ("--transcribe" in words),
)
def test_weights_that_are_not_installed_are_one_error_that_says_what_to_do(
    one_set: Path, words: tuple[object, ...]
) -> None:
    done = stand_in.run(one_set, *words, "--model", FREE_MODEL)
    assert done.returncode in (1, 2) and not done.stdout
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("error:") and "not in this installation" in line and "docs/training.md" in line
    assert not (one_set / "x.mid").exists() and not list(one_set.glob("out/*.json"))


@pytest.mark.parametrize("part", ["touch", "page", "notes"])
def test_a_free_set_without_one_of_its_parts_is_an_error_before_anything_is_heard(tmp_path: Path, part: str) -> None:
    card = stand_in.copy_of_set(tmp_path, without=part)
    with pytest.raises(ModelError, match="that anyone may use"):
        mezzoforte.analyse(write_recording(tmp_path / "take.wav"), model=card)
    if part == "notes":
        with pytest.raises(ModelError, match="that anyone may use"):
            mezzoforte.transcribe(tmp_path / "take.wav", model=card)
