"""basic-pitch's adapter: its grid of frames with a stub of its model, and the real one where it is installed."""

from __future__ import annotations

from pathlib import Path

import mir_eval
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ModelError
from runtime.transcribe import Setting, load
from runtime.transcribe.basic_pitch import (
    BORDER_FRAMES,
    FRAME_S,
    HOP_SAMPLES,
    KEPT_FRAMES,
    WINDOW_FRAMES,
    WINDOW_SAMPLES,
    cut,
    usual_place,
)
from tests.runtime.transcribe import stub_notes
from tests.runtime.transcribe.stub_notes import TensorProto, helper, numpy_helper

RATE_HZ = 22_050


def stub(path: Path, keys: int = 88) -> Path:
    """A model of basic-pitch's shape: key 39 sounds, and begins, where a frame's middle sample is positive."""
    node, const = helper.make_node, numpy_helper.from_array
    chosen = np.zeros((1, 1, keys), np.float32)
    chosen[0, 0, 39] = 1e6
    constants = [
        const(np.array([0]), "from"), const(np.array([WINDOW_SAMPLES]), "to"), const(np.array([1]), "axis"),
        const(np.array([HOP_SAMPLES]), "step"), const(chosen, "chosen"),
        const(np.float32(0), "low"), const(np.float32(1), "high"),
    ]  # fmt: skip
    nodes = [
        node("Slice", ["serving_default_input_2:0", "from", "to", "axis", "step"], ["some"]),
        node("Mul", ["some", "chosen"], ["loud"]),
        node("Clip", ["loud", "low", "high"], ["StatefulPartitionedCall:1"]),
        node("Identity", ["StatefulPartitionedCall:1"], ["StatefulPartitionedCall:2"]),
    ]
    shape = ["n", WINDOW_FRAMES, keys]
    outputs = [helper.make_tensor_value_info(f"StatefulPartitionedCall:{k}", TensorProto.FLOAT, shape) for k in (1, 2)]
    inputs = [helper.make_tensor_value_info("serving_default_input_2:0", TensorProto.FLOAT, ["n", WINDOW_SAMPLES, 1])]
    graph = helper.make_graph(nodes, "bp", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200_000), st.lists(st.integers(1, 60_000), max_size=6))
def test_kept_frames_lie_on_one_grid_however_the_recording_is_cut(length: int, cuts: list[int]) -> None:
    samples = np.arange(1, length + 1, dtype=np.float32)
    blocks, at = [], 0
    for size in [*cuts, length]:
        blocks.append(samples[at : at + size])
        at += size
    windows = list(cut(b for b in blocks if b.size))
    assert all(w.shape == (WINDOW_SAMPLES,) for w in windows)
    kept = [w[HOP_SAMPLES * np.arange(BORDER_FRAMES, WINDOW_FRAMES - BORDER_FRAMES)] for w in windows]
    frames = np.concatenate(kept)[: 1 + length // HOP_SAMPLES]
    at = HOP_SAMPLES * np.arange(1 + length // HOP_SAMPLES)
    assert frames.tolist() == np.where(at < length, at + 1.0, 0.0).tolist()
    assert len(windows) * KEPT_FRAMES >= 1 + length // HOP_SAMPLES


def test_notes_in_any_window_have_their_times(tmp_path: Path) -> None:
    samples = np.zeros(40 * RATE_HZ, np.float32)
    spans = [(0.5 + 1.7 * k, 1.0 + 1.7 * k) for k in range(22)]
    for on_s, off_s in spans:
        samples[round(on_s * RATE_HZ) : round(off_s * RATE_HZ)] = 0.5
    soundfile.write(tmp_path / "take.wav", samples, RATE_HZ)
    heard = load("basic-pitch", Setting(stub(tmp_path / "nmp.onnx"))).transcribe(tmp_path / "take.wav")
    assert set(heard.notes.pitch.tolist()) == {60} and heard.ends == "sound" and heard.notes.pedal == ()
    assert heard.notes.onset_s == pytest.approx([s[0] for s in spans], abs=1.6 * FRAME_S)
    assert heard.notes.offset_s == pytest.approx([s[1] for s in spans], abs=1.6 * FRAME_S)


def test_a_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "take.wav", 0.5 * np.ones(RATE_HZ, np.float32), RATE_HZ)
    with pytest.raises(ModelError, match="another version of basic-pitch"):
        load("basic-pitch", Setting(stub(tmp_path / "nmp.onnx", keys=87))).transcribe(tmp_path / "take.wav")


def test_another_onnx_file_is_refused(tmp_path: Path) -> None:
    card = stub_notes.write_stub(tmp_path)
    with pytest.raises(ModelError, match="not the model of basic-pitch"):
        load("basic-pitch", Setting(card.with_suffix(".onnx")))


@pytest.mark.slow
@pytest.mark.skipif(not usual_place().is_file(), reason="needs: mezzoforte transcriber add basic-pitch")
def test_the_installed_model_hears_chords_of_harmonic_tones(tmp_path: Path) -> None:
    chords = [(60, 64, 67), (57, 65, 69), (55, 62, 71), (60, 64, 72)] * 2
    samples, rows = np.zeros(9 * RATE_HZ, np.float32), []
    t = np.arange(round(0.9 * RATE_HZ)) / RATE_HZ
    for k, chord in enumerate(chords):
        for pitch in chord:
            hz = stub_notes.hz(pitch)
            tone = sum(np.sin(2 * np.pi * hz * h * t) / h**1.5 for h in range(1, 7)) * np.exp(-3 * t)
            samples[(at := round((0.3 + k) * RATE_HZ)) : at + t.size] += 0.1 * tone
            rows.append((0.3 + k, pitch))
    soundfile.write(tmp_path / "take.wav", samples, RATE_HZ)
    heard = load("basic-pitch").transcribe(tmp_path / "take.wav").notes
    true_s = np.array([[at, at + 0.8] for at, _ in rows])
    true_hz, hz = (440 * 2 ** ((np.asarray(p) - 69) / 12) for p in ([p for _, p in rows], heard.pitch))
    spans_s = np.column_stack((heard.onset_s, heard.offset_s))
    f = mir_eval.transcription.precision_recall_f1_overlap(true_s, true_hz, spans_s, hz, offset_ratio=None)[2]
    assert f > 0.7
