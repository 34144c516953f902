"""Which files a model takes: its own, those that are lent and told, and never NC parts into free weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from runtime.analysis import Analysis, ModelIdentity, Source, from_json
from runtime.dynamics.touch import RULES, clear_rule, rules
from runtime.errors import ModelError
from runtime.marks.files import align_file
from runtime.marks.heard import evidence_of
from runtime.model import load_model
from runtime.network.parts import (
    ABOUT,
    CHOOSING,
    DEFAULT_MODEL,
    FREE_LICENCE,
    FREE_MODEL,
    Parts,
    installed_sets,
    parts_of,
    shipped,
)
from runtime.pipeline import hear
from runtime.score.align import struck
from runtime.score.read.files import read_score
from runtime.thorough import load_listener
from tests import stand_in, stub_model
from tests.bridge.serve.server import write_recording

PARTS = tuple(ABOUT)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed sets with the shipped one and the stand-in for the free one."""
    stand_in.copy_of_set(tmp_path, DEFAULT_MODEL, "CC-BY-NC-SA-4.0")
    stand_in.copy_of_set(tmp_path)
    monkeypatch.setattr("runtime.network.parts.MODELS_FOLDER", tmp_path)
    return tmp_path


def louder_half_way(path: Path) -> Path:
    """Sixteen bars, of which the last eight are ten times as strong."""
    samples, rate_hz = soundfile.read(write_recording(path, 32.0))
    soundfile.write(path, samples * np.where(np.arange(len(samples)) < len(samples) / 2, 0.1, 1.0), rate_hz)
    return path


@pytest.mark.parametrize("name", [DEFAULT_MODEL, FREE_MODEL])
def test_a_set_goes_by_its_own_parts(models: Path, name: str) -> None:
    model = load_model(name, "cpu")
    assert [model.parts.path(p) for p in PARTS] == [models / f"{name}.{p}.json" for p in PARTS]
    assert model.parts.borrowed == () == model.warnings
    model.parts.check()


def test_both_sets_are_told_the_default_one_first(models: Path) -> None:
    assert [(c.name, c.licence) for c in installed_sets()] == [
        (DEFAULT_MODEL, "CC-BY-NC-SA-4.0"),
        (FREE_MODEL, FREE_LICENCE),
    ]


def test_the_transcriber_of_the_set_listens(models: Path) -> None:
    assert load_listener(load_model(FREE_MODEL, "cpu")).identity.version == f"{FREE_MODEL}.notes {stand_in.VERSION}"
    (models / f"{FREE_MODEL}.notes.json").unlink()
    with pytest.raises(ModelError, match=f"{FREE_MODEL} has no transcriber that anyone may use"):
        load_listener(load_model(FREE_MODEL, "cpu"))


@pytest.mark.parametrize("part", PARTS)
def test_free_weights_take_no_part_of_another_set(models: Path, part: Any) -> None:
    (models / f"{FREE_MODEL}.{part}.json").unlink()
    parts = parts_of(FREE_MODEL)
    with pytest.raises(ModelError, match="that anyone may use") as e:
        parts.path(part)
    assert "CC-BY-NC-SA-4.0" in str(e.value) and "docs/training.md" in str(e.value) and parts.borrowed == ()
    if part in CHOOSING:
        with pytest.raises(ModelError, match="that anyone may use"):
            hear("not read", load_model(FREE_MODEL, "cpu"))


@pytest.mark.parametrize("part", PARTS)
def test_free_weights_take_no_part_of_their_own_name_under_another_licence(models: Path, part: Any) -> None:
    path = models / f"{FREE_MODEL}.{part}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"licence": "CC-BY-NC-SA-4.0"}))
    with pytest.raises(ModelError, match=r"its own is CC-BY-NC-SA-4\.0"):
        parts_of(FREE_MODEL).path(part)
    path.write_text("{}")
    with pytest.raises(ModelError, match="does not say under which licence"):
        parts_of(FREE_MODEL).path(part)


def test_a_model_of_ones_own_without_parts_borrows_them_and_says_so(tmp_path: Path) -> None:
    model = load_model(stub_model.write_stub(tmp_path), "cpu")
    assert [model.parts.path(p) for p in PARTS] == [shipped(p) for p in PARTS]
    assert model.parts.borrowed == ("mezzoforte.page", "mezzoforte.touch") == model.identity.borrowed
    assert model.warnings == (
        "stub has no parts of its own to choose marks by: mezzoforte.page and mezzoforte.touch are used "
        "(CC-BY-NC-SA-4.0)",
    )
    analysis = hear(write_recording(tmp_path / "take.wav"), model).analysis
    assert json.loads(analysis.to_json())["model"] | {"sha256": ""} == {
        "name": "stub", "version": "0.0.0", "sha256": "", "provider": "cpu", "transcriber": "", "licence": "MIT",
        "borrowed": ["mezzoforte.page", "mezzoforte.touch"],
    }  # fmt: skip
    assert from_json(analysis.to_json()).model == analysis.model


def test_what_a_model_of_ones_own_brings_is_used(tmp_path: Path) -> None:
    card = stub_model.write_stub(tmp_path)
    (tmp_path / "stub.touch.json").write_text(json.dumps(json.loads(RULES.read_text()) | {"clear": stand_in.CLEAR}))
    model, recording = load_model(card, "cpu"), louder_half_way(tmp_path / "take.wav")
    assert model.identity.borrowed == ("mezzoforte.page",)
    heard = hear(recording, model)
    assert heard.evidence is not None and heard.evidence.parts == Parts(card, "MIT")
    sure = [c.confidence for c in heard.analysis.change_points] + [h.confidence for h in heard.analysis.hairpins]
    other = hear(recording, replace(model, parts=Parts(tmp_path / "other.json", "MIT"))).analysis
    assert sure and {round(c, 3) for c in sure} == {0.982}
    assert {c.confidence for c in (*other.change_points, *other.hairpins)} != set(sure)


def test_a_score_is_found_by_the_ears_of_the_set(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, network = set[Path](), struck._network
    monkeypatch.setattr(struck, "_network", lambda ears: asked.add(ears) or network(ears))
    recording, score = (stand_in.ROOT / "examples" / f"minuet.{kind}" for kind in ("ogg", "musicxml"))
    align_file(recording, read_score(score), None, parts_of(FREE_MODEL))
    assert asked == {models / f"{FREE_MODEL}.notes.json"}


def test_rules_that_cannot_be_used_are_one_error(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"rules": {"notes": {}}, "clear": {"scale": "much"}}'):
        path = tmp_path / f"{len(text)}.json"
        path.write_text(text)
        for read in (rules, clear_rule):
            with pytest.raises(ModelError, match="cannot be used"):
                read(path)
    with pytest.raises(ModelError, match="cannot be used"):
        rules(tmp_path / "none.json")


def test_a_finished_analysis_goes_by_the_parts_of_its_model(models: Path) -> None:
    def parts(name: str, licence: str) -> Parts:
        identity = ModelIdentity(name, "1", "0", "cpu", licence=licence)
        return evidence_of(Analysis(Source("t.wav", 1.0, 44100), identity)).parts

    assert parts(FREE_MODEL, FREE_LICENCE).path("page") == models / f"{FREE_MODEL}.page.json"
    assert (
        parts("mine", "").path("page") == parts(DEFAULT_MODEL, "").path("page") == models / f"{DEFAULT_MODEL}.page.json"
    )
    with pytest.raises(ModelError, match="that anyone may use"):
        parts("mine", FREE_LICENCE).path("page")
    assert parts("../mezzoforte-free", "").path("page") == models / f"{DEFAULT_MODEL}.page.json"
