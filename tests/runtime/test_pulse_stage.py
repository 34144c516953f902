"""Beats from notes: the roll, the network in stretches, and the mixture with what is heard."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from runtime import pulse_stage
from runtime.card import load_card
from runtime.errors import ModelError
from runtime.keys import N_PITCHES
from runtime.model import FrameLogits, load_model
from runtime.notes import PlayedNotes
from runtime.pipeline import hear
from runtime.pulse_roll import onset_roll
from runtime.pulse_stage import PulseStage, with_notes
from tests.runtime.audio_files import write
from tests.stub_model import _const, write_stub


def network(reach: int = 101) -> bytes:
    """Beat logits: struck keys within `reach` frames, summed; downbeats: their negative."""
    window = np.ones((1, 1, reach), np.float32)
    nodes = [
        helper.make_node("ReduceSum", ["roll", "keys"], ["struck"], keepdims=0),
        helper.make_node("Unsqueeze", ["struck", "channel"], ["x"]),
        helper.make_node("Conv", ["x", "window"], ["near"], pads=[reach // 2, reach // 2]),
        helper.make_node("Squeeze", ["near", "channel"], ["beat"]),
        helper.make_node("Neg", ["beat"], ["downbeat"]),
    ]
    graph = helper.make_graph(
        nodes, "pulse",
        [helper.make_tensor_value_info("roll", TensorProto.FLOAT, ["batch", "frames", N_PITCHES])],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", "frames"]) for n in ("beat", "downbeat")],
        [_const("keys", [2], np.int64), _const("channel", [1], np.int64), _const("window", window)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def stage() -> PulseStage:
    onnxruntime = pytest.importorskip("onnxruntime")
    return PulseStage("test", onnxruntime.InferenceSession(network(), providers=["CPUExecutionProvider"]))


@given(st.lists(st.tuples(st.floats(-5, 15), st.integers(0, 127), st.integers(1, 127)), max_size=40))
def test_a_roll_has_every_note_of_the_keyboard_inside_the_recording(notes):
    times, pitches, velocities = (np.array(c) for c in zip(*notes, strict=True)) if notes else ([], [], [])
    roll = onset_roll(times, pitches, velocities, 500)
    assert roll.shape == (500, 88) and roll.dtype == np.float32
    assert ((roll == 0) | ((roll >= 0.5) & (roll <= 1))).all()
    inside = {(round(t * 50), p - 21) for t, p, _ in notes if 0 <= round(t * 50) < 500 and 21 <= p <= 108}
    assert {(int(t), int(p)) for t, p in zip(*np.nonzero(roll), strict=True)} == inside


def test_the_harder_of_two_notes_in_one_frame_counts():
    assert onset_roll([1.0, 1.001], [60, 60], [30, 127], 100)[50, 39] == 1


@pytest.mark.parametrize("n", [1, 7, 400, 999, 2000])
def test_how_a_recording_is_cut_changes_nothing(n, monkeypatch):
    monkeypatch.setattr(pulse_stage, "_STRETCH_FRAMES", 300)
    monkeypatch.setattr(pulse_stage, "CONTEXT_FRAMES", 51)
    rng = np.random.default_rng(n)
    roll = (rng.random((n, 88)) < 0.01).astype(np.float32)
    whole, cut = stage().run(roll), stage().logits(roll)
    assert np.allclose(whole[0], cut[0], atol=1e-4) and np.allclose(whole[1], cut[1], atol=1e-4)


def logits(n: int) -> FrameLogits:
    zero = np.zeros(n, np.float32)
    return FrameLogits(zero + 3, zero - 1, zero, np.zeros((n, 5), np.float32), zero)


def test_the_weight_says_how_much_the_notes_count():
    notes = PlayedNotes.of([(1.0, 1.5, 60, 127)])
    heard = logits(200)
    assert with_notes(heard, notes, stage(), 0.0).beat == pytest.approx(heard.beat)
    half = with_notes(heard, notes, stage(), 0.5)
    assert half.beat[50] == pytest.approx((1 + 3) / 2) and half.downbeat[50] == pytest.approx((-1 - 1) / 2)
    assert half.beat[150] == pytest.approx(1.5) and half.change is heard.change


@pytest.fixture
def model_with_pulse(tmp_path):
    card_path = write_stub(tmp_path)
    data = network(reach=1)
    (tmp_path / "stub.pulse.onnx").write_bytes(data)
    card = json.loads(card_path.read_text())
    card["pulse_sha256"] = hashlib.sha256(data).hexdigest()
    card["thresholds"] |= {"pulse_weight": 1.0, "pulse_beat_scale": 9.0, "pulse_beat_offset": -2.0}
    card_path.write_text(json.dumps(card))
    return card_path


def test_known_notes_give_the_beats(model_with_pulse, tmp_path):
    """A recording with a tone every 0.5 s, and notes every 0.75 s: where notes are known, they are the beats."""
    audio = write(tmp_path / "tones.wav", 12.0)
    times = np.arange(1, 11, 0.75)
    notes = PlayedNotes.of([(float(t), float(t) + 0.2, 60, 127) for t in times])
    model = load_model(model_with_pulse, "cpu")
    beats = hear(audio, model, notes=notes).analysis.beats
    inside = [b.time_s for b in beats if 2 < b.time_s < 10]
    assert np.diff(inside) == pytest.approx(0.75, abs=0.021)
    first = hear(audio, model)
    without = [b.time_s for b in first.analysis.beats]
    assert np.median(np.diff(without)) == pytest.approx(0.5, abs=0.03)
    assert first.again is not None and first.again(notes).beats == beats


def test_options_for_known_notes_stand_beside_the_others(model_with_pulse):
    card = load_card(model_with_pulse)
    assert "beat_scale" not in card.thresholds
    assert card.knowing_notes().thresholds["beat_scale"] == 9.0


def test_a_changed_network_is_refused(model_with_pulse):
    path = model_with_pulse.with_name("stub.pulse.onnx")
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        load_model(model_with_pulse, "cpu")


def test_a_network_of_another_shape_is_refused():
    class Session:
        def run(self, names, feed):
            return [np.zeros((1, 3), np.float32)] * 2

    with pytest.raises(ModelError, match="shapes"):
        PulseStage("odd", Session()).run(np.zeros((5, 88), np.float32))
