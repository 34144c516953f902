"""Training: targets, losses, sampling, and that a run that was stopped goes on as if it had not been."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S
from tests.train.small_pack import write_small_pack
from train.fitting.checkpoints import CHECKPOINT, load_checkpoint
from train.fitting.config import AugmentConfig, FitConfig, LossConfig, from_dict, load_config
from train.frames.augment import augment_power, change_speed
from train.frames.fit import Trainer, main, run
from train.frames.losses import dynamics_cross_entropy, shift_tolerant_bce
from train.frames.segments import Pack, Sampler, frame_targets

SMALL = FitConfig("small", "multitask_bssl", "bssl", segment_s=4.0, batch=2, steps=6, learning_rate=1e-3)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return Pack(write_small_pack(tmp_path_factory.mktemp("pack") / "small.h5"))


def weights(trainer: Trainer) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in trainer.model.parameters()])


def test_a_run_stopped_and_resumed_ends_with_the_same_weights(pack: Pack, tmp_path: Path) -> None:
    straight = Trainer(SMALL, pack, 0)
    losses = [straight.train_step() for _ in range(4)]
    stopped = Trainer(SMALL, pack, 0)
    for _ in range(2):
        stopped.train_step()
    stopped.save(tmp_path / CHECKPOINT)
    resumed = Trainer(SMALL, pack, 0)
    resumed.load(tmp_path / CHECKPOINT)
    again = [resumed.train_step() for _ in range(2)]
    assert again == losses[2:]
    assert torch.equal(weights(resumed), weights(straight))
    assert [p.name for p in tmp_path.iterdir()] == [CHECKPOINT]


def test_a_checkpoint_of_other_data_or_another_fold_is_refused(pack: Pack, tmp_path: Path) -> None:
    Trainer(SMALL, pack, 0).save(tmp_path / CHECKPOINT)
    with pytest.raises(MezzoforteError, match="another network, size or fold"):
        Trainer(SMALL, pack, 1).load(tmp_path / CHECKPOINT)
    other = Pack(write_small_pack(tmp_path / "other.h5", n_recordings=9))
    with pytest.raises(MezzoforteError, match="other data"):
        Trainer(SMALL, other, 0).load(tmp_path / CHECKPOINT)
    Trainer(SMALL, other, 0).load(tmp_path / CHECKPOINT, new_data=True)


def test_a_checkpoint_that_is_a_pickle_of_code_is_not_run(tmp_path: Path) -> None:
    class Canary:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "ran",))

    torch.save({"schema": 1, "x": Canary()}, tmp_path / "bad.pt")
    with pytest.raises(MezzoforteError, match="not a checkpoint"):
        load_checkpoint(tmp_path / "bad.pt")
    assert not (tmp_path / "ran").exists()


def test_the_command_trains_logs_and_refuses_to_overwrite_a_run(pack: Pack, tmp_path: Path) -> None:
    config = tmp_path / "small.yaml"
    config.write_text("name: small\nnetwork: metre_tcn\nfront_end: metre\nsegment_s: 4\nbatch: 1\nsteps: 2\n")
    packed = write_small_pack(tmp_path / "p.h5")
    words = ["--preset", str(config), "--pack", str(packed), "--fold", "0", "--out", str(tmp_path / "run")]
    run(main.parse([*words, "--log-every", "1"]))
    log = (tmp_path / "run" / "log.csv").read_text().splitlines()
    assert log[0] == "step,lr,beat,downbeat" and len(log) == 3
    with pytest.raises(MezzoforteError, match="holds a checkpoint"):
        run(main.parse(words))
    run(main.parse([*words, "--resume", "--steps", "3", "--log-every", "1"]))
    assert load_checkpoint(tmp_path / "run" / CHECKPOINT)["step"] == 3


def test_test_pieces_are_never_drawn(pack: Pack) -> None:
    train, test = pack.split("train", 0), pack.split("test", 0)
    assert train and test
    assert not {r.piece_id for r in train} & {r.piece_id for r in test}


def test_a_segment_lands_its_targets_on_the_right_frames(pack: Pack) -> None:
    recording = next(r for r in pack.recordings if (r.levels > 0).any())
    targets = frame_targets(recording, 1.0, 201)
    beats = np.flatnonzero(targets.beat)
    expected = np.rint((recording.beats_s - 1.0) / FRAME_S)
    assert beats.tolist() == expected[(expected >= 0) & (expected < 201)].tolist()
    assert targets.levels[beats].min() > 0 and targets.downbeat.sum() < targets.beat.sum()
    faster = frame_targets(recording, 1.0, 201, speed=2.0)
    assert np.diff(np.flatnonzero(faster.beat)).max() <= np.diff(beats).max() / 2 + 1


def test_every_part_of_a_recording_is_drawn_its_tail_too(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, starts = pack.recordings[0], []
    read = pack.samples
    monkeypatch.setattr(pack, "samples", lambda r, start, n: (starts.append(start), read(r, start, n))[1])
    sampler = Sampler(pack, [recording], {"mazurka_resynth": 1.0}, 4.0, 0.0)
    rng = np.random.default_rng(0)
    for _ in range(200):
        sampler.draw(rng)
    last = recording.n_samples - sampler.n_samples
    assert min(starts) < 0.05 * last and 0.95 * last < max(starts) <= last


def test_segments_go_through_a_codec_as_often_as_asked(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    coded = []
    monkeypatch.setattr("train.frames.segments.through_codec", lambda samples, rng: (coded.append(1), samples)[1])
    for probability, least, most in ((0.0, 0, 0), (0.5, 30, 70), (1.0, 90, 100)):
        coded.clear()
        sampler = Sampler(pack, pack.recordings[:1], {"mazurka_resynth": 1.0}, 4.0, 0.0, probability)
        rng = np.random.default_rng(0)
        for _ in range(100):
            sampler.draw(rng)
        assert least <= len(coded) <= most


def test_the_loss_forgives_a_peak_three_frames_off_and_not_eight() -> None:
    target = torch.zeros(1, 60)
    target[0, 30] = 1

    def loss(frame: int) -> float:
        logits = torch.full((1, 60), -8.0)
        logits[0, frame] = 8.0
        return float(shift_tolerant_bce(logits, target, positive_weight=5.0, tolerance_frames=3))

    assert loss(27) == pytest.approx(loss(30), abs=1e-4) and loss(33) == pytest.approx(loss(30), abs=1e-4)
    assert loss(38) > loss(30) + 0.5


def test_the_loss_is_what_its_formula_says() -> None:
    logits, target = torch.zeros(1, 20), torch.zeros(1, 20)
    target[0, 10] = 1
    # tolerance 1: frames 2..17 count; 8, 9, 11 and 12 are near and do not, 10 weighs 5, eleven others 1.
    expected = np.log(2) * (5 + 11) / 16
    got = shift_tolerant_bce(logits, target, positive_weight=5.0, tolerance_frames=1)
    assert float(got) == pytest.approx(expected, rel=1e-6)


def test_unknown_levels_do_not_count() -> None:
    logits = torch.randn(1, 8, 6, requires_grad=True)
    levels = torch.tensor([[0, 2, 0, 0, 5, 0, 0, 0]])
    dynamics_cross_entropy(logits, levels, torch.ones(6), 0.0).backward()
    assert logits.grad is not None
    touched = logits.grad.abs().sum(dim=2)[0] > 0
    assert touched.tolist() == [False, True, False, False, True, False, False, False]
    none = dynamics_cross_entropy(logits, torch.zeros_like(levels), torch.ones(6), 0.0)
    assert float(none.detach()) == 0.0


def test_ordinal_targets_prefer_a_neighbour_to_a_far_level() -> None:
    near, far = torch.full((1, 1, 6), -4.0), torch.full((1, 1, 6), -4.0)
    near[..., 3], far[..., 5] = 4.0, 4.0
    levels = torch.tensor([[2]])
    losses = [float(dynamics_cross_entropy(z, levels, torch.ones(6), 0.5)) for z in (near, far)]
    assert losses[0] < losses[1]


@pytest.mark.parametrize(
    "config",
    [
        AugmentConfig(gain_db=6), AugmentConfig(eq_db=8), AugmentConfig(noise_probability=1.0),
        AugmentConfig(reverb_probability=1.0), AugmentConfig(bandwidth_probability=1.0),
    ],
)  # fmt: skip
def test_augmentation_changes_the_spectrum_and_keeps_it_a_spectrum(config: AugmentConfig) -> None:
    config = replace(AugmentConfig(gain_db=0), **{k: v for k, v in vars(config).items() if k != "speed"})
    power = torch.rand(2, 100, 442) + 0.01
    out = augment_power(power, config, np.random.default_rng(3))
    assert out.shape == power.shape and bool((out >= 0).all()) and bool(torch.isfinite(out).all())
    assert not torch.equal(out, power)


def test_no_augmentation_is_the_identity() -> None:
    power = torch.rand(2, 50, 442)
    assert torch.equal(augment_power(power, AugmentConfig(gain_db=0), np.random.default_rng(0)), power)


def test_compression_changes_loudness_differences_and_keeps_the_colour_and_the_loudest() -> None:
    loudness = torch.cat([torch.full((100,), 1.0), torch.full((100,), 0.01)])
    colour = torch.rand(64) + 0.1
    power = (loudness[:, None] * colour)[None]
    out = augment_power(power, AugmentConfig(gain_db=0, compress=0.5), np.random.default_rng(0))
    ratio = out[0, 50, 0] / out[0, 150, 0]
    assert not 90 < ratio < 110
    assert 100 ** np.exp(-0.5) * 0.99 <= ratio <= 100 ** np.exp(0.5) * 1.01
    torch.testing.assert_close(out[0, 50], power[0, 50])
    torch.testing.assert_close(out[0, 150] / out[0, 150, 0], power[0, 150] / power[0, 150, 0])


def test_reverberation_follows_the_sound_and_never_precedes_it() -> None:
    power = torch.zeros(1, 100, 442)
    power[0, 40] = 1.0
    out = augment_power(power, AugmentConfig(gain_db=0, reverb_probability=1.0), np.random.default_rng(0))
    assert float(out[0, :40].abs().max()) < 1e-6
    assert float(out[0, 42].min()) > 0


def test_a_faster_speed_brings_events_nearer() -> None:
    samples = np.zeros(2_000, np.float32)
    samples[1_000] = 1
    assert int(change_speed(samples, 1.25, 1_000).argmax()) == 800


def test_presets_load_and_survive_a_round_trip() -> None:
    for name in ("multitask_bssl", "multitask_logmel", "dynamics", "metre"):
        config = load_config(name)
        assert config.name == name and from_dict(asdict(config)) == config
    with pytest.raises(MezzoforteError, match="no preset"):
        load_config("there-is-none")
    with pytest.raises(MezzoforteError, match="not a training config"):
        from_dict({"name": "x", "network": "y", "front_end": "z", "learning_rat": 1})
    assert LossConfig() == load_config("multitask_bssl").loss


def test_a_file_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.h5").write_bytes(b"not hdf5")
    with pytest.raises(MezzoforteError, match="not a training pack"):
        Pack(tmp_path / "x.h5")


def test_an_absent_logging_service_is_an_error_and_not_a_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    from train.frames.fit import make_loggers

    real = builtins.__import__

    def without_wandb(name: str, *args: object, **kwargs: object) -> object:
        if name == "wandb":
            raise ImportError("No module named 'wandb'", name="wandb")
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_wandb)
    with pytest.raises(MezzoforteError, match="wandb is not installed"):
        make_loggers(argparse.Namespace(tensorboard=False, wandb="p", out=tmp_path))
