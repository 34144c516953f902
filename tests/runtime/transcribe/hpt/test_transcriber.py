"""HPT in the runtime, with a stub for its network: errors that say what to fetch, windows, silence, stopping."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import AudioError, ModelError
from runtime.progress import Cancelled
from runtime.transcribe import Setting, Transcription, load
from runtime.transcribe.hpt.card import CHECKPOINT, RECORD, HptCard, load_card, parse_card

onnx = pytest.importorskip("onnx", reason="the stub model is built with the onnx package (extra: export)")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402  (only once onnx is known to be there)

RATE_HZ = 16_000
WINDOW_S = 2.0
ROWS = [(0.6 + 0.7 * k, 1.0 + 0.7 * k) for k in range(12)]
CARD = HptCard(
    name="hpt", sha256="0" * 64, checkpoint="stub.pth", checkpoint_sha256="0" * 64, source=RECORD, licence="none",
    licence_note="", made_with={"by": "hand"}, parameters=0, largest_difference=0.0,
    window_samples=round(WINDOW_S * RATE_HZ),
)  # fmt: skip


def build(n_keys: int = 88) -> bytes:
    """A network in which how loud it is rules middle C: its rolls rise and fall with the amplitude."""
    gains = {name: np.zeros((1, 1, n_keys), np.float32) for name in ("onset", "offset", "frame", "velocity")}
    for name, gain in (("onset", 1.0), ("frame", 1.0), ("velocity", 0.5)):
        gains[name][0, 0, 60 - 21] = gain
    gains |= {"pedal_offset": np.zeros((1, 1, 1), np.float32), "pedal_frame": np.ones((1, 1, 1), np.float32)}
    node = helper.make_node
    nodes = [
        node("Unsqueeze", ["samples", "channel"], ["x"]), node("Abs", ["x"], ["a"]),
        node("MaxPool", ["a"], ["loud"], kernel_shape=[160], strides=[160], pads=[80, 80]),
        node("Transpose", ["loud"], ["frames"], perm=[0, 2, 1]),
        *(node("Mul", ["frames", f"{name}_gain"], [name]) for name in gains),
    ]  # fmt: skip
    constants = [numpy_helper.from_array(np.array([1], np.int64), "channel")]
    constants += [numpy_helper.from_array(gain, f"{name}_gain") for name, gain in gains.items()]
    inputs = [helper.make_tensor_value_info("samples", TensorProto.FLOAT, [1, "n"])]
    outputs = [helper.make_tensor_value_info(k, TensorProto.FLOAT, [1, "t", g.shape[2]]) for k, g in gains.items()]
    graph = helper.make_graph(nodes, "hpt", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def write_stub(folder: Path, data: bytes | None = None, **changes: Any) -> Path:
    data = build() if data is None else data
    (folder / "hpt.onnx").write_bytes(data)
    path = folder / "hpt.json"
    path.write_text(replace(CARD, sha256=hashlib.sha256(data).hexdigest(), **changes).to_json(), encoding="utf-8")
    return path


def take(folder: Path, rows: list[tuple[float, float]], length_s: float, rate_hz: int = RATE_HZ) -> Path:
    """Tones that rise within 50 ms to their onset, fall to a quarter within 50 ms and stay until their end."""
    times = np.arange(round(length_s * rate_hz)) / rate_hz
    envelope = np.zeros_like(times)
    for on_s, off_s in rows:
        peak = 0.9 * np.clip(1 - np.abs(times - on_s) / 0.05, 0, None)
        envelope = np.maximum(envelope, np.maximum(peak, 0.25 * ((times >= on_s) & (times < off_s))))
    path = folder / "take.wav"
    sound = envelope * np.sin(2 * np.pi * 2_000 * times + 0.3)
    soundfile.write(path, np.stack((sound, sound), axis=1), rate_hz, subtype="FLOAT")
    return path


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return write_stub(tmp_path)


def hear(card: Path, rows: list[tuple[float, float]], length_s: float, rate_hz: int = RATE_HZ) -> Transcription:
    return load("hpt", Setting(card, "cpu")).transcribe(take(card.parent, rows, length_s, rate_hz))


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_notes_are_heard_once_with_their_times_across_windows(card: Path, rate_hz: int) -> None:
    heard = hear(card, ROWS, 9.4, rate_hz)
    assert heard.notes.pitch.tolist() == [60] * len(ROWS)
    assert heard.notes.onset_s == pytest.approx([r[0] for r in ROWS], abs=0.006)
    assert heard.notes.offset_s == pytest.approx([r[1] for r in ROWS], abs=0.02)
    assert heard.notes.velocity == pytest.approx(np.full(len(ROWS), 57), abs=3)
    assert len(heard.notes.pedal) == len(ROWS) and heard.notes.warnings == ()
    assert heard.ends == "sound" and heard.identity.name == "hpt" and heard.identity.version == "stub.pth"
    assert heard.confidence == pytest.approx(np.full(len(ROWS), 0.9), abs=0.05)


def test_silence_has_no_notes_and_says_so(card: Path) -> None:
    heard = hear(card, [], 3.0)
    assert heard.notes.onset_s.size == 0 and "silence" in heard.notes.warnings[0]


@pytest.mark.parametrize("samples", [1, 159, 161])
def test_a_recording_shorter_than_a_frame_is_no_error(card: Path, samples: int) -> None:
    soundfile.write(card.with_name("short.wav"), np.full(samples, 0.1), RATE_HZ)
    assert load("hpt", Setting(card, "cpu")).transcribe(card.with_name("short.wav")).notes.onset_s.size == 0


def test_a_sample_that_is_no_number_is_an_error_of_the_recording(card: Path) -> None:
    samples = np.zeros(RATE_HZ)
    samples[5_000] = np.nan
    soundfile.write(card.with_name("nan.wav"), samples, RATE_HZ, subtype="FLOAT")
    with pytest.raises(AudioError, match="not a finite number"):
        load("hpt", Setting(card, "cpu")).transcribe(card.with_name("nan.wav"))


def test_progress_rises_to_one_and_cancel_stops(card: Path) -> None:
    path = take(card.parent, ROWS, 9.4)
    hpt, seen = load("hpt", Setting(card, "cpu")), []
    hpt.transcribe(path, seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 3
    for stop_at in (0, 2, 6):
        asked = iter(range(1000))
        with pytest.raises(Cancelled):
            hpt.transcribe(path, cancel=lambda stop_at=stop_at, asked=asked: next(asked) >= stop_at)


def test_without_weights_the_error_says_what_to_fetch_and_how_to_convert_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    with pytest.raises(ModelError) as e:
        load("hpt")
    for told in (CHECKPOINT, RECORD, "mezzoforte transcriber add hpt", "not installed", str(tmp_path)):
        assert told in str(e.value)


def test_the_usual_place_is_found_and_the_onnx_file_names_its_card_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    folder = tmp_path / ".mezzoforte" / "models"
    folder.mkdir(parents=True)
    write_stub(folder)
    assert load("hpt", Setting(provider="cpu")).identity == load("hpt", Setting(folder / "hpt.onnx", "cpu")).identity


def test_a_file_that_is_not_the_one_of_its_card_is_refused(card: Path) -> None:
    with card.with_name("hpt.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        load("hpt", Setting(card, "cpu"))
    card.with_name("hpt.onnx").unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        load("hpt", Setting(card, "cpu"))


def test_a_network_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has shape"):
        load("hpt", Setting(write_stub(tmp_path, build(n_keys=60 - 20)), "cpu"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "notes"}, "kind is 'notes'"),
        ({"schema": 2}, "schema is 2"),
        ({"sha256": "x"}, "sha256"),
        ({"sample_rate_hz": 22_050}, "22050 Hz"),
        ({"window_samples": 1_000}, "window_samples"),
        ({"window_samples": 10**9}, "window_samples"),
        ({"made_with": [1]}, "made_with"),
        ({"parameters": True}, "parameters"),
    ],
)
def test_a_card_of_something_else_is_refused_with_the_reason(card: Path, change: dict[str, Any], told: str) -> None:
    card.write_text(json.dumps({**json.loads(card.read_text()), **change}))
    with pytest.raises(ModelError, match=told):
        load("hpt", Setting(card, "cpu"))


def test_a_card_comes_back_as_it_was_written(card: Path) -> None:
    assert parse_card(CARD.to_json()) == CARD
    assert load_card(card).window_samples == CARD.window_samples


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(json.loads(CARD.to_json()))), value=JSON)
def test_any_value_in_a_card_is_read_or_refused_as_a_value_error(name: str, value: Any) -> None:
    text = json.dumps({**json.loads(CARD.to_json()), name: value})
    try:
        card = parse_card(text)
    except ValueError:
        return
    assert parse_card(card.to_json()) == card
