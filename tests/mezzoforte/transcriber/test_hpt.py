"""HPT's export: whatever file is given, nothing in it is run; what comes out says what torch says."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

import mezzoforte.transcriber.hpt.checkpoint as hpt_checkpoint
from benchmarks.transcription.hpt import package_notes, write_random_checkpoint
from mezzoforte.transcriber.hpt.checkpoint import load_network
from mezzoforte.transcriber.hpt.convert import HptGraph, build_parser, export, make_card, prove, run
from runtime.errors import MezzoforteError
from runtime.transcribe import Setting, load
from runtime.transcribe.hpt.card import CHECKPOINT, RECORD, load_card


class _Tiny(nn.Module):
    """The names and shapes of a network of two parts, small enough to make wrong in every way."""

    def __init__(self) -> None:
        super().__init__()
        for part in hpt_checkpoint.PARTS:
            module = nn.Module()
            module.spectrogram_extractor = nn.Linear(2, 2)
            module.bn0 = nn.BatchNorm1d(3)
            module.fc = nn.Linear(3, 2)
            setattr(self, part, module)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A good checkpoint for `_Tiny`, which stands in for the network."""
    monkeypatch.setattr(hpt_checkpoint, "new_network", lambda: _Tiny().eval())
    torch.manual_seed(1)
    given = _Tiny()
    return {"model": {part: getattr(given, part).state_dict() for part in hpt_checkpoint.PARTS}}


def saved(folder: Path, checkpoint: Any, legacy: bool = False) -> Path:
    path = folder / "checkpoint.pth"
    torch.save(checkpoint, path, _use_new_zipfile_serialization=not legacy)
    return path


@pytest.mark.parametrize("legacy", [False, True])
def test_both_forms_of_checkpoint_files_are_read(tiny: dict[str, Any], tmp_path: Path, legacy: bool) -> None:
    network, unused = load_network(saved(tmp_path, tiny, legacy))
    assert unused == () and not network.training
    for part in hpt_checkpoint.PARTS:
        for name, value in getattr(network, part).state_dict().items():
            assert torch.equal(value, tiny["model"][part][name])


def test_what_is_not_trained_may_be_missing_and_what_is_unknown_is_told(tiny: dict[str, Any], tmp_path: Path) -> None:
    for name in ("spectrogram_extractor.weight", "bn0.num_batches_tracked"):
        del tiny["model"]["note_model"][name]
    tiny["model"]["pedal_model"]["extra"] = torch.zeros(1)
    assert load_network(saved(tmp_path, tiny))[1] == ("pedal_model.extra",)


def _without(model: dict[str, Any]) -> None:
    del model["note_model"]["fc.weight"]


def _reshaped(model: dict[str, Any]) -> None:
    model["pedal_model"]["fc.weight"] = torch.zeros(2, 4)


def _huge_view(model: dict[str, Any]) -> None:
    model["note_model"]["fc.bias"] = torch.zeros(1).expand(1 << 40)


def _nan(model: dict[str, Any]) -> None:
    model["note_model"]["fc.bias"][1] = float("nan")


def _integers(model: dict[str, Any]) -> None:
    model["note_model"]["fc.bias"] = torch.zeros(2, dtype=torch.int64)


def _sparse(model: dict[str, Any]) -> None:
    model["note_model"]["fc.weight"] = torch.zeros(2, 3).to_sparse()


def _text(model: dict[str, Any]) -> None:
    model["note_model"]["fc.bias"] = "weights"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_without, "note_model: the weights fc.weight are missing"),
        (_reshaped, r"pedal_model: the weights fc.weight have shape \[2, 4\], expected \[2, 3\]"),
        (_huge_view, r"fc.bias have shape \[1099511627776\]"),
        (_nan, "fc.bias hold a value that is not finite"),
        (_integers, "fc.bias are of type torch.int64"),
        (_sparse, "fc.weight are not a plain tensor"),
        (_text, "fc.bias are not a plain tensor"),
        (lambda model: model.pop("pedal_model"), "the checkpoint has no pedal_model"),
        (lambda model: (model.clear(), model.update({"fc.weight": torch.zeros(1)})), "one of the two networks"),
    ],
)
def test_a_checkpoint_of_another_network_is_refused_with_the_reason(
    tiny: dict[str, Any], tmp_path: Path, spoil: Any, told: str
) -> None:
    spoil(tiny["model"])
    with pytest.raises(MezzoforteError, match=told):
        load_network(saved(tmp_path, tiny))


@pytest.mark.parametrize("content", [[1, 2], {"weights": {}}, {"model": [1]}, torch.zeros(3)])
def test_a_file_of_torch_that_holds_something_else_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(MezzoforteError, match="no 'model'"):
        load_network(saved(tmp_path, content))


class _Attack:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("form", ["zip", "legacy", "pickle"])
def test_code_in_a_checkpoint_is_never_run(tmp_path: Path, form: str) -> None:
    mark, path = tmp_path / "was_here", tmp_path / "attack.pth"
    content = {"model": {"note_model": _Attack(mark), "pedal_model": {}}}
    if form == "pickle":
        path.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=form == "zip")
    with pytest.raises(MezzoforteError, match=r"cannot be read as a checkpoint of weights.*code in a checkpoint"):
        load_network(path)
    assert not mark.exists()


@pytest.mark.parametrize("content", [b"", b"RIFF0000WAVE", b"PK\x03\x04" + bytes(100), bytes(1000), b"\x80\x02}q\x00."])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint.pth"
    path.write_bytes(content)
    with pytest.raises(MezzoforteError, match=str(path)):
        load_network(path)


def test_a_cut_checkpoint_is_refused(tiny: dict[str, Any], tmp_path: Path) -> None:
    for legacy in (False, True):
        path = saved(tmp_path, tiny, legacy)
        data = path.read_bytes()
        for share in (0.2, 0.6, 0.95):
            path.write_bytes(data[: int(len(data) * share)])
            with pytest.raises(MezzoforteError, match="cannot be read"):
                load_network(path)


def test_a_missing_checkpoint_and_a_folder_say_what_to_fetch(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pth", tmp_path):
        with pytest.raises(MezzoforteError) as e:
            run(build_parser().parse_args([str(path), "--out", str(tmp_path / "x.onnx")]))
        assert CHECKPOINT in str(e.value) and RECORD in str(e.value) and "no such checkpoint" in str(e.value)
    assert not list(tmp_path.iterdir())


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hpt_checkpoint, "PACKAGE", "no_such_package_at_all")
    with pytest.raises(MezzoforteError, match="transcriber add hpt"):
        hpt_checkpoint.new_network()


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A checkpoint with random weights and what became of it."""
    pytest.importorskip("piano_transcription_inference", reason="needs the dependency group test")
    folder = tmp_path_factory.mktemp("hpt")
    checkpoint, path = folder / "random.pth", folder / "hpt.onnx"
    write_random_checkpoint(checkpoint, seed=3)
    graph = HptGraph(load_network(checkpoint)[0]).eval()
    export(graph, path)
    differences = prove(graph, path, (16_000, 22_137))
    card = make_card("hpt", checkpoint, path.read_bytes(), graph, max(differences.values()))
    path.with_suffix(".json").write_text(card.to_json(), encoding="utf-8")
    return SimpleNamespace(
        folder=folder, checkpoint=checkpoint, card=path.with_suffix(".json"), graph=graph, differences=differences
    )


@pytest.mark.slow
def test_the_onnx_file_gives_what_the_package_gives(converted: SimpleNamespace) -> None:
    assert max(converted.differences.values()) <= 1e-4
    samples = (np.random.default_rng(5).standard_normal(20_000) * 0.05).astype(np.float32)
    got = load("hpt", Setting(converted.card, "cpu")).columns(samples)
    with torch.no_grad():
        notes = converted.graph.note(torch.from_numpy(samples[None]))
        pedal = converted.graph.pedal(torch.from_numpy(samples[None]))
    names = ("reg_onset_output", "reg_offset_output", "frame_output", "velocity_output")
    expected = [notes[n][0] for n in names] + [pedal["reg_pedal_offset_output"][0], pedal["pedal_frame_output"][0]]
    assert np.abs(got - torch.cat(expected, dim=1).numpy()).max() <= 1e-4
    assert got[:, :88].min() < 0.2 and got[:, :88].max() > 0.8  # not a network that says one thing


@pytest.mark.slow
def test_the_card_says_where_the_weights_come_from_and_whose_they_are(converted: SimpleNamespace) -> None:
    card = load_card(converted.card)
    assert card.checkpoint == "random.pth" and len(card.checkpoint_sha256) == 64
    assert RECORD in card.source and "MAESTRO" in card.licence_note
    assert {"torch", "piano_transcription_inference", "exporter", "mezzoforte"} <= card.made_with.keys()
    assert 29_000_000 < card.parameters < 30_000_000 and card.window_samples == 160_000


def _share_found(notes: list[tuple], among: list[tuple], near_s: float) -> float:
    """Share of rows (pitch, onset_s, offset_s, velocity) that stand in `among`, velocities to 1."""
    rows = np.array(among, np.float64)
    near = [(np.abs(rows - np.array(n, np.float64)) <= (0, near_s, near_s, 1)).all(axis=1).any() for n in notes]
    return float(np.mean(near))


@pytest.mark.slow
def test_a_recording_gives_the_notes_and_pedal_that_the_package_gives(converted: SimpleNamespace) -> None:
    times = np.arange(48_000) / 16_000
    rng = np.random.default_rng(0)
    sound = 0.001 * rng.standard_normal(times.size)
    for hz, begin in ((220, 0.1), (330, 0.4), (660, 0.75)):
        sound += 0.1 * np.sin(2 * np.pi * hz * times) * np.exp(-3 * ((times - begin) % 1))
    take = converted.folder / "take.wav"
    soundfile.write(take, sound, 16_000, subtype="FLOAT")
    second = converted.card.with_name("second.json")  # the same file, run in windows of one second
    second.write_text(json.dumps({**json.loads(converted.card.read_text()), "window_samples": 16_000}))
    second.with_suffix(".onnx").symlink_to(converted.card.with_suffix(".onnx"))
    ours = load("hpt", Setting(second, "cpu")).transcribe(take).notes
    theirs, their_pedal = package_notes(converted.checkpoint, take, 16_000)
    wanted = sorted(
        (n["midi_note"], n["onset_time"], n["offset_time"], n["velocity"])
        for n in theirs if n["offset_time"] > n["onset_time"]
    )  # fmt: skip
    got = sorted(zip(ours.pitch, ours.onset_s, ours.offset_s, ours.velocity, strict=True))
    # Random weights make plateaus, on which the last bits of the two runtimes decide which frame is the peak and where
    # between frames it lies; all but those must be equal, and those within a frame.
    assert len(wanted) > 20
    assert min(_share_found(got, wanted, 0.0101), _share_found(wanted, got, 0.0101)) > 0.99
    assert min(_share_found(got, wanted, 1e-4), _share_found(wanted, got, 1e-4)) > 0.9
    assert np.array(ours.pedal[: len(their_pedal)]).ravel() == pytest.approx(
        [t for p in their_pedal for t in (p["onset_time"], p["offset_time"])], abs=1e-4
    )
