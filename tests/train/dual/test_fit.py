"""Sound and notes in one network: masked velocities, masked levels, segments, training that can be resumed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from runtime.errors import MezzoforteError
from tests.train.small_pack import write_small_pack
from train.dual import evaluate as dual_evaluate
from train.dual.data import DualReader, dual_targets, masked_velocities
from train.dual.fit import DualTrainer
from train.dual.network import DualNet
from train.fitting.checkpoints import CHECKPOINT, load_checkpoint
from train.fitting.config import DualConfig, FitConfig, from_dict, load_config, to_dict
from train.frames.fit import build_parser, run
from train.frames.segments import Pack
from train.rendering.notes import NOTE

TINY = DualConfig(n_mels=32, channels=(2, 2), pool=4, embedding=8, recurrent=8, recurrent_layers=1, recurrent_hop=3)


def notes(*rows: tuple[float, float, int, int]) -> np.ndarray:
    return np.array(list(rows), NOTE)


def pack_with_notes(path: Path) -> Path:
    """The small pack with a note on every beat; loud where the level is f."""
    write_small_pack(path)
    with h5py.File(path, "a") as pack:
        for group in pack.values():
            beats_s, levels = group["beats_s"][()], group["levels"][()]
            rows = [(t, t + 0.3, 60, 100 if k > 3 else 40) for t, k in zip(beats_s, levels, strict=True)]
            group["notes"] = notes(*rows)
    return path


def tiny(**changes: object) -> FitConfig:
    return replace(load_config("dual_small"), dual=TINY, segment_s=6.0, batch=2, steps=4,
                   corpus_weights={"mazurka_resynth": 1.0}, **changes)  # fmt: skip


def test_a_key_has_its_velocity_while_it_is_down_and_nothing_else_has_any() -> None:
    roll = masked_velocities(notes((0.5, 1.0, 60, 127), (1.0, 1.01, 21, 64), (2.9, 9.0, 108, 32)), 0.25, 100, 0.025)
    assert np.flatnonzero(roll[:, 39]).tolist() == list(range(10, 30)) and roll[10, 39] == 1
    assert np.flatnonzero(roll[:, 0]).tolist() == [30]
    assert not roll[:, 87].any()  # it begins after the segment
    assert np.count_nonzero(roll) == 21


def test_levels_count_one_frame_around_a_change_and_are_those_in_force(tmp_path: Path) -> None:
    pack = Pack(pack_with_notes(tmp_path / "p.h5"))
    recording = next(r for r in pack.recordings if (r.levels > 0).any())
    rate = DualConfig().rate
    levels, change = dual_targets(recording, 0.0, 400, rate, 1)
    (at,) = np.flatnonzero(change)
    assert abs(at * rate.frame_s - recording.beats_s[recording.change_beats[0]]) <= rate.frame_s / 2
    assert np.flatnonzero(levels).tolist() == [at - 1, at, at + 1]
    assert levels[at - 1 : at + 2].tolist() == [2, 4, 4]
    everywhere, _ = dual_targets(recording, 0.0, 400, rate, -1)
    assert np.flatnonzero(everywhere).tolist() == np.rint(recording.beats_s / rate.frame_s).astype(int)[:20].tolist()


def test_segments_begin_every_hop_while_a_whole_one_is_left(tmp_path: Path) -> None:
    pack = Pack(pack_with_notes(tmp_path / "p.h5"))
    reader = DualReader(pack, replace(TINY, segment_hop_s=2.0), 6.0)
    assert reader.starts_s(pack.recordings[0]) == [0.0, 2.0, 4.0, 6.0]
    assert DualReader(pack, TINY, 60.0).starts_s(pack.recordings[0]) == [0.0]
    segment = reader.read(pack.recordings[0], 4.0)
    assert segment.samples.shape == (96_000,) and segment.velocities.shape == (241, 88)
    beats = np.rint((pack.recordings[0].beats_s - 4.0) / 0.025)
    struck = np.flatnonzero(np.diff(segment.velocities.max(axis=1), prepend=0) > 0)
    assert struck[struck > 0].tolist() == beats[(beats >= 0) & (beats < 241)].tolist()


def test_the_network_hears_the_notes_only_where_it_is_told_to() -> None:
    torch.manual_seed(0)
    samples, one, other = torch.randn(1, 16_000), torch.zeros(1, 41, 88), torch.rand(1, 41, 88)
    for midi, differs in (("masked_velocity", True), ("none", False)):
        net = DualNet(replace(TINY, midi=midi)).eval()
        with torch.no_grad():
            a, b = net(samples, one), net(samples, other)
        assert a["dynamics"].shape == (1, 41, 6) and a["change"].shape == (1, 41)
        assert (not torch.equal(a["change"], b["change"])) == differs
        assert float(a["dynamics"].softmax(dim=-1)[..., 0].max()) < 1e-6


def test_the_published_preset_has_the_published_rates_and_survives_a_round_trip() -> None:
    config = load_config("dual_dynamic_hpt_v2")
    dual = config.dual
    assert dual is not None and from_dict(to_dict(config)) == config
    assert (dual.sample_rate_hz, 1 / dual.rate.frame_s, dual.window_samples) == (16_000, 40.0, 1_024)
    assert (config.segment_s, dual.segment_hop_s, config.batch, dual.level_mask_frames) == (60.0, 30.0, 4, 1)
    assert dual.midi == "masked_velocity" and DualNet.tasks == ("dynamics", "change")
    with pytest.raises(MezzoforteError, match="midi"):
        from_dict({**to_dict(config), "dual": {"midi": "velocity"}})


def test_a_dual_run_stopped_and_resumed_ends_with_the_same_weights(tmp_path: Path) -> None:
    pack = Pack(pack_with_notes(tmp_path / "p.h5"))
    straight = DualTrainer(tiny(), pack, 0)
    losses = [straight.train_step() for _ in range(3)]
    assert set(losses[0]) == {"dynamics", "change"}
    stopped = DualTrainer(tiny(), pack, 0)
    stopped.train_step()
    stopped.save(tmp_path / CHECKPOINT)
    resumed = DualTrainer(tiny(), pack, 0)
    resumed.load(tmp_path / CHECKPOINT)
    assert [resumed.train_step() for _ in range(2)] == losses[1:]
    other = replace(tiny(), dual=replace(TINY, midi="none"))
    with pytest.raises(MezzoforteError, match="another fold or network"):
        DualTrainer(other, pack, 0).load(tmp_path / CHECKPOINT)


def test_the_commands_train_resume_and_evaluate(tmp_path: Path) -> None:
    preset = tmp_path / "tiny.yaml"
    config = to_dict(tiny(name="tiny"))
    config["dual"]["channels"] = list(config["dual"]["channels"])
    preset.write_text(json.dumps(config))
    packed = pack_with_notes(tmp_path / "p.h5")
    words = ["--preset", str(preset), "--pack", str(packed), "--fold", "0", "--out", str(tmp_path / "run")]
    with pytest.raises(MezzoforteError, match=r"train\.dual"):
        run(build_parser().parse_args(words))
    assert run(build_parser().parse_args([*words, "--steps", "2"]), DualTrainer) == 0
    assert run(build_parser().parse_args([*words, "--steps", "3", "--resume"]), DualTrainer) == 0
    checkpoint = tmp_path / "run" / CHECKPOINT
    assert load_checkpoint(checkpoint)["step"] == 3
    words = [str(checkpoint), "--pack", str(packed), "--fold", "0"]
    pack = Pack(packed)
    if not [r for r in pack.split("valid", 0) if (r.levels > 0).any()]:
        with pytest.raises(MezzoforteError, match="no valid recordings"):
            dual_evaluate.run(dual_evaluate.build_parser().parse_args(words))
    network, _ = dual_evaluate.load_dual(checkpoint)
    reader = DualReader(pack, TINY, 6.0)
    heard = [dual_evaluate.hear(network, reader, r) for r in dual_evaluate.chosen(pack.recordings, None)]
    assert [h.log_p.shape for h in heard] == [(h.curve.truth.n_beats, 5) for h in heard]
    told = dual_evaluate.evaluate(heard, heard)["mazurka_resynth"]
    assert told["recordings"] == len(heard) == 3
    for rows in (told["plain"], told["decoded"], told["always p, a change at the first beat only"]):
        assert 0 <= rows["macro_f1"] <= 1 and 0 <= rows["change_f1"] <= 1


def test_a_pack_without_notes_and_a_preset_with_augmentation_are_refused(tmp_path: Path) -> None:
    pack = Pack(write_small_pack(tmp_path / "p.h5"))
    with pytest.raises(MezzoforteError, match="no notes"):
        DualTrainer(tiny(), pack, 0).train_step()
    audio_only = replace(tiny(), dual=replace(TINY, midi="none"))
    assert set(DualTrainer(audio_only, pack, 0).train_step()) == {"dynamics", "change"}
    with pytest.raises(MezzoforteError, match="not augmented"):
        DualTrainer(replace(tiny(), augment=load_config("dynamics").augment), pack, 0)
    with pytest.raises(MezzoforteError, match="no part `dual`"):
        DualTrainer(replace(tiny(), dual=None), pack, 0)
