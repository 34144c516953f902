"""The second stage: emulated loudness, changed copies, networks that ignore padding, decoding and calibration."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from export.levels import export, with_stage
from runtime.errors import ModelError
from runtime.model import load_model, stage_path
from runtime.notes.played import PlayedNotes
from runtime.piano.emulate import total_loudness
from runtime.piano.table import load_piano
from runtime.stages.levels import WITH_NOTES
from runtime.stages.loudness_features import FEATURES, beat_features
from tests import stub_model
from train.data.labels.values import BeatLabels
from train.levels.cv import Heard, decode, figures
from train.levels.data import Curve, counted_metre
from train.levels.decode import LevelOptions
from train.levels.network import LevelEnsemble, LevelNet, LevelNetConfig
from train.levels.train import LevelFitConfig, example, train_network
from train.measure.metrics import calibration_error
from train.rendering.notes import NOTE, note_spans
from train.rendering.performance import MidiEvent


def curve(piece: str = "a/b", n: int = 120, seed: int = 0) -> Curve:
    """Beats every half second, p and f in turn every 20 beats, as loud as they are called."""
    rng = np.random.default_rng(seed)
    levels = np.where(np.arange(n) // 20 % 2 == 0, 2, 4).astype(np.int8)
    beats_s = 0.5 + 0.5 * np.arange(n)
    frame_level = np.repeat(levels, 25)
    ntot = np.concatenate([np.full(25, 2.0), 2.0 ** (frame_level / 2 + rng.normal(0, 0.1, 25 * n))])
    position = np.arange(n) % 4 + 1
    truth = BeatLabels(beats_s, position, levels, beats_per_bar=np.full(n, 4))
    return Curve(f"{piece}/{seed}", "asap", piece, "emulated", ntot, truth)


def key(start_s: float, stop_s: float, velocity: int, pitch: int = 60) -> list[MidiEvent]:
    return [MidiEvent(start_s, "on", pitch, velocity), MidiEvent(stop_s, "off", pitch, 0)]


def test_a_harder_blow_is_louder_and_every_note_dies_away() -> None:
    piano = load_piano()
    soft, loud = (total_loudness(note_spans(key(0.5, 1.5, v)), piano) for v in (40, 100))
    assert loud.max() > 2 * soft.max() > 0
    assert loud[:20].max() < 0.05 * loud.max()
    assert (np.diff(loud[30:70]) < 0).all()
    assert loud[90:].max() < 0.05 * loud.max()


def test_the_pedal_holds_a_note_until_it_is_lifted() -> None:
    pedal = [MidiEvent(0.1, "control", 64, 127), *key(0.5, 0.7, 80), MidiEvent(2.0, "control", 64, 0)]
    start_s, stop_s, pitch, velocity = note_spans(pedal)
    assert (start_s[0], stop_s[0], pitch[0], velocity[0]) == (0.5, 2.0, 60, 80)


def test_a_bar_is_as_long_as_its_highest_position() -> None:
    assert counted_metre(np.array([0, 2, 3, 1, 2, 3, 1, 2, 1])).tolist() == [0, 3, 3, 3, 3, 3, 2, 2, 1]


def test_copies_keep_levels_where_their_beats_are() -> None:
    original = curve()
    rng = np.random.default_rng(1)
    for _ in range(40):
        copy = example(original, rng)
        assert len(copy.features) == len(copy.levels) == len(copy.change)
        assert (copy.change == 1).sum() == 5
        assert set(np.flatnonzero(copy.change == 1)) == set(1 + np.flatnonzero(np.diff(copy.levels)))


def test_padding_does_not_reach_the_beats_of_a_batch() -> None:
    torch.manual_seed(0)
    net = LevelNet().eval()
    features = torch.randn(1, 50, len(FEATURES))
    padded = torch.cat([features, torch.randn(1, 30, len(FEATURES))], dim=1)
    mask = torch.zeros(1, 80)
    mask[:, :50] = 1
    with torch.no_grad():
        alone, batched = net(features), net(padded, mask)
    torch.testing.assert_close(alone[0], batched[0][:, :50])
    torch.testing.assert_close(alone[1], batched[1][:, :50])


def test_training_learns_a_plain_rule_and_answers_for_another_recording() -> None:
    config = LevelFitConfig(net=LevelNetConfig(channels=16, layers=2, dropout=0.0), steps=60, batch=4, crop_beats=120)
    curves = [curve("a/b", seed=1), curve("a/c", seed=2)]
    net = train_network(curves, [[example(c)] for c in curves], config, seed=0)
    other = curve("a/d", seed=3)
    with torch.no_grad():
        log_p, change = LevelEnsemble([net])(torch.from_numpy(example(other).features)[None])
    heard = [Heard(other, log_p[0].double().numpy(), change[0].double().numpy())]
    found = figures(heard, LevelOptions(change_cost=4.0, change_weight=1.0, evidence=0.8))
    assert found["macro_f1"] > 0.95 and found["change_f1"] > 0.8


def test_with_notes_it_learns_what_only_the_velocities_say() -> None:
    def played(seed: int) -> Curve:
        silent = replace(curve("a/b", seed=seed), ntot_sone=np.full(3100, 4.0))
        beats = zip(silent.truth.beats_s, silent.truth.levels, strict=True)
        rows = [(t, t + 0.3, 60, 40 if k == 2 else 90) for t, k in beats]
        return replace(silent, notes=np.array(rows, NOTE))

    config = replace(LevelFitConfig.of(notes=True), steps=60, batch=4, crop_beats=120)
    config = replace(config, net=replace(config.net, channels=16, layers=2, dropout=0.0))
    assert config.features == WITH_NOTES and config.net.n_features == len(config.features)
    curves, rng = [played(1), played(2)], np.random.default_rng(0)
    net = train_network(curves, [[example(c), example(c, rng)] for c in curves], config, seed=0)
    other = played(3)
    with torch.no_grad():
        log_p, _ = LevelEnsemble([net])(torch.from_numpy(example(other).features)[None])
    assert ((log_p[0].numpy().argmax(axis=1) + 1) == other.truth.levels).mean() > 0.95


def test_decoded_levels_change_where_a_lone_peak_of_the_change_logit_asks_for_it() -> None:
    truth = curve()
    log_p = np.log(np.where(np.arange(5) == truth.truth.levels[:, None] - 1, 0.6, 0.1))
    change = np.full(120, -4.0)
    change[[20, 41, 60, 80, 100]] = 2.0
    (predicted,) = decode([Heard(truth, log_p, change)], LevelOptions())
    assert predicted.change_points.tolist() == [20, 41, 60, 80, 100]


def test_calibration_error_is_the_mean_gap() -> None:
    p, right = np.array([0.9] * 10 + [0.2] * 10), np.array([True] * 7 + [False] * 3 + [True] * 2 + [False] * 8)
    assert calibration_error(p, right) == pytest.approx(0.1)


def test_an_exported_stage_equals_torch_and_is_verified_by_the_card(tmp_path: Path) -> None:
    torch.manual_seed(0)
    stage = LevelEnsemble([LevelNet(), LevelNet()]).eval()
    card_path = stub_model.write_stub(tmp_path)
    made = export(stage)
    assert made.largest_difference < 1e-4
    checkpoint = {
        "fold": 0, "curves": 2, "pieces": 1, "corpora": ["asap"], "networks": [{}, {}], "identity": "0" * 64,
        "features": FEATURES, "config": asdict(LevelFitConfig()),
    }  # fmt: skip
    model = load_model(card_path, "cpu")
    assert model.levels is None
    made.save(stage_path(card_path, "levels"), card_path, with_stage(model.card, made, checkpoint).to_json())
    staged = load_model(card_path, "cpu")
    assert staged.levels is not None
    features = np.random.default_rng(0).standard_normal((77, len(FEATURES)))
    log_p, change = staged.levels.run(features)
    assert log_p.shape == (77, 5) and change.shape == (77,)
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, atol=1e-5)
    stage_path(card_path, "levels").write_bytes(made.onnx + b"\0")
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(card_path, "cpu")


def test_a_stage_for_known_notes_stands_beside_the_other_and_is_told_them(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = LevelFitConfig.of(notes=True)
    stage = LevelEnsemble([LevelNet(config.net)]).eval()
    card_path = stub_model.write_stub(tmp_path)
    path = stage_path(card_path, "levels_notes")
    assert path.name.endswith(".levels_notes.onnx")
    made = export(stage)
    assert made.largest_difference < 1e-4
    checkpoint = {
        "config": asdict(config), "fold": 0, "curves": 2, "pieces": 1, "corpora": ["asap"], "networks": [{}],
        "identity": "0" * 64, "features": config.features,
    }  # fmt: skip
    without = load_model(card_path, "cpu").card
    card = with_stage(without, made, checkpoint)
    assert card.levels_sha256 == without.levels_sha256 and card.metrics == without.metrics
    assert card.thresholds == without.thresholds
    made.save(path, card_path, card.to_json())
    model = load_model(card_path, "cpu")
    assert model.levels is None and model.levels_notes is not None
    rows = [(float(t), t + 0.4, 60, 40 + t) for t in range(60)]
    told = model.levels_notes.knowing(PlayedNotes.of(rows))
    unknown, ntot = np.zeros(60, np.int64), np.full(3100, 4.0)
    features = told.features(ntot, np.arange(60.0), unknown, unknown)
    assert features.shape == (60, len(WITH_NOTES)) and told.run(features)[0].shape == (60, 5)
    louder = features[:, WITH_NOTES.index("velocity_rank")]
    assert (np.diff(louder) > 0).all() and np.array_equal(features[:, : len(FEATURES)], beat_features(
        ntot, np.arange(60.0), unknown, unknown))  # fmt: skip
    card_path.write_text(replace(card, levels_notes_features=FEATURES).to_json())
    with pytest.raises(ModelError, match="velocity_rank"):
        load_model(card_path, "cpu")


def test_a_stage_trained_on_other_features_is_refused_by_name(tmp_path: Path) -> None:
    card_path = stub_model.write_stub(tmp_path)
    data = card_path.with_suffix(".onnx").read_bytes()
    stage_path(card_path, "levels").write_bytes(data)
    card_path.write_text(
        stub_model.card_for(data, levels_sha256="0" * 64, levels_features=(*FEATURES[1:], "brightness")).to_json()
    )
    with pytest.raises(ModelError, match="attack, brightness"):
        load_model(card_path, "cpu")
