"""Rows of other models: taken over as they were measured, and only for the same recordings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runtime.errors import MezzoforteError
from runtime.network.card import load_card
from runtime.network.logits import FrameLogits
from tests.stub_model import write_stub
from tests.train.small_pack import write_small_pack
from train.frames.predict import Heard, labels_of
from train.frames.segments import Pack
from train.measure.evaluate import PROTOCOL, PROTOCOL_WITH_NOTES, ModelRow, identity_of, main, run


@pytest.fixture
def heard(tmp_path: Path) -> list[Heard]:
    nothing = FrameLogits(
        *(np.zeros(0, np.float32) for _ in range(3)), np.zeros((0, 5), np.float32), np.zeros(0, np.float32)
    )
    return [Heard(r, labels_of(r), nothing) for r in Pack(write_small_pack(tmp_path / "p.h5")).recordings]


def write(path: Path, heard: list[Heard]) -> ModelRow:
    figures = {"clean": {"own": {"beat_f": 0.5}, "always p": {"beat_f": 0.1}}, "published_metric": {"own": {"x": 0.4}}}
    path.write_text(json.dumps({"mazurka_resynth": {"identity": identity_of(heard), "what": "a model", **figures}}))
    return ModelRow("other", path)


def test_the_first_row_of_the_other_models_own_table_is_its_row(tmp_path: Path, heard: list[Heard]) -> None:
    row = write(tmp_path / "other.json", heard).read(heard)
    assert row == {"clean": {"beat_f": 0.5}, "published_metric": {"x": 0.4}, "what": "a model"}


def test_figures_on_other_recordings_are_refused(tmp_path: Path, heard: list[Heard]) -> None:
    row = write(tmp_path / "other.json", heard)
    with pytest.raises(MezzoforteError, match="other recordings"):
        row.read(heard[:-1])


def test_a_corpus_that_the_other_model_was_not_tried_on_has_no_row(tmp_path: Path, heard: list[Heard]) -> None:
    row = write(tmp_path / "other.json", heard)
    elsewhere = [replace(h, recording=replace(h.recording, corpus="asap")) for h in heard]
    assert row.read(elsewhere) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"mazurka_resynth": {"clean": {}}}', '{"mazurka_resynth": {"clean": 3}}']
)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, heard: list[Heard], text: str) -> None:
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(MezzoforteError, match=r"other\.json"):
        ModelRow("other", tmp_path / "other.json").read(heard)


def test_figures_with_notes_heard_stand_in_the_card_beside_those_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card_path, pack = write_stub(tmp_path), write_small_pack(tmp_path / "p.h5", n_recordings=2)
    for more in ([], ["--notes"], ["--notes"]):
        words = ["--model", str(card_path), "--pack", str(pack), "--fold", "0", "--write-card", *more]
        run(main.parse(words))
    assert "stub 0.0.0, notes heard" in capsys.readouterr().out
    protocols = [m.protocol for m in load_card(card_path).metrics]
    assert set(protocols) == {PROTOCOL, PROTOCOL_WITH_NOTES}
    assert protocols.count(PROTOCOL) == protocols.count(PROTOCOL_WITH_NOTES)
