"""Train the network for beats from notes: `python -m train.fit_pulse --data NOTES.h5 --fold 0 --out RUN [--resume]`.

NOTES.h5 comes from `train.pulse_data`. RUN gets `last.pt` every few minutes and at the end, and `log.csv`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S
from runtime.pulse_roll import onset_roll
from train.averaged_run import AveragedRun, RunConfig, add_arguments, fit, prepare
from train.command import start
from train.config import LossConfig
from train.fit import Batch, stack, task_losses
from train.pulse_data import Played, read_played
from train.pulse_network import PulseNet
from train.segments import Recording, Targets, frame_targets

SEGMENT_FRAMES = 3_000
CORPUS_WEIGHTS = {"asap": 0.7, "mazurka_resynth": 0.3}
LOSS = LossConfig(tolerance_frames=2, beat_weight=4, downbeat_weight=8)
CONFIG = RunConfig("pulse", learning_rate=2e-3, warm_up_steps=100, weight_decay=1e-2, ema_decay=0.995)
Floats = npt.NDArray[np.float64]


def heard_notes(played: Played, start_s: float, speed: float, rng: np.random.Generator) -> tuple[Floats, ...]:
    """(onset_s, pitch, velocity) from `start_s` on, `speed` times as fast, as another player on another piano, heard
    by a transcriber that errs: transposed, with another touch, onsets moved, notes missed and octaves added."""
    notes = played.notes
    last_s = start_s + SEGMENT_FRAMES * FRAME_S * speed
    inside = (notes["onset_s"] >= start_s - 1) & (notes["onset_s"] < last_s + 1)
    inside &= rng.random(len(notes)) >= rng.uniform(0, 0.2) * (rng.random() < 0.7)
    onset_s = (notes["onset_s"][inside].astype(np.float64) - start_s) / speed
    pitch = notes["pitch"][inside].astype(np.int64) + int(rng.integers(-6, 7))
    velocity = np.exp(rng.uniform(-0.5, 0.5)) * np.log(np.maximum(notes["velocity"][inside], 1) / 127.0)
    velocity = np.clip(127 * np.exp(velocity) + rng.normal(0, rng.uniform(0, 12), len(velocity)), 1, 127)
    onset_s = onset_s + rng.normal(0, rng.uniform(0, 0.015), len(onset_s))
    ghosts = rng.random(len(onset_s)) < rng.uniform(0, 0.1) * (rng.random() < 0.7)
    moved = pitch[ghosts] + rng.choice([-12, 12, 19, 24, 0], int(ghosts.sum()))
    late_s = onset_s[ghosts] + np.where(moved == pitch[ghosts], rng.uniform(0.05, 0.5, len(moved)), 0)
    quiet = velocity[ghosts] * rng.uniform(0.3, 0.8, len(moved))
    return np.append(onset_s, late_s), np.append(pitch, moved), np.append(velocity, quiet)


class PulseSampler:
    """Draws segments: a corpus by weight, a piece of it, a performance of it, a start, a speed."""

    def __init__(self, performances: list[Played]) -> None:
        tree: dict[str, dict[str, list[Played]]] = defaultdict(lambda: defaultdict(list))
        for p in performances:
            tree[p.corpus][p.piece_id].append(p)
        self._corpora = sorted(c for c in tree if c in CORPUS_WEIGHTS)
        if not self._corpora:
            raise MezzoforteError(f"there are no performances of {sorted(CORPUS_WEIGHTS)}")
        weights = np.array([CORPUS_WEIGHTS[c] for c in self._corpora])
        self._weights = weights / weights.sum()
        self._pieces = {c: list(tree[c].values()) for c in self._corpora}

    def draw(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.float32], Targets]:
        """An onset roll [T, 88] and the targets of its frames."""
        pieces = self._pieces[self._corpora[rng.choice(len(self._corpora), p=self._weights)]]
        performances = pieces[rng.integers(len(pieces))]
        played = performances[rng.integers(len(performances))]
        speed = float(np.exp(rng.uniform(-0.25, 0.25)))
        length_s = SEGMENT_FRAMES * FRAME_S * speed
        start_s = float(rng.uniform(-2, max(0.0, float(played.notes["onset_s"][-1]) + 2 - length_s)))
        roll = onset_roll(*heard_notes(played, start_s, speed, rng), SEGMENT_FRAMES)
        return roll, frame_targets(_as_recording(played), start_s, SEGMENT_FRAMES, speed)


def _as_recording(played: Played) -> Recording:
    return Recording(
        key=played.key, corpus=played.corpus, piece_id=played.piece_id, composer="", instrument="", source="",
        gain=1.0, n_samples=0, beats_s=played.beats_s, beat_in_bar=played.beat_in_bar,
        levels=np.zeros(len(played.beats_s), np.int8),
    )  # fmt: skip


class PulseTrainer(AveragedRun):
    """The run of the network for beats from notes."""

    def __init__(self, performances: list[Played], steps: int, batch: int, fold: int | None) -> None:
        lines = sorted(f"{p.key} {len(p.notes)} {len(p.beats_s)}" for p in performances)
        identity = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        super().__init__(CONFIG, PulseNet(), identity, steps, batch, fold)
        self.sampler = PulseSampler(performances)

    def losses(self) -> dict[str, Tensor]:
        batch: Batch = stack([self.sampler.draw(self.rng) for _ in range(self.batch)])
        return task_losses(self.model(batch.samples), batch.targets, LOSS, torch.ones(6))


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train.fit_pulse", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    add_arguments(parser, steps=1_500, batch=8)
    return parser


def run(args: argparse.Namespace) -> int:
    """Set up, resume when asked, train."""
    prepare(args)
    performances = read_played(args.data, "train", args.fold)
    print(f"{len(performances)} performances of {len({p.piece_id for p in performances})} pieces", file=sys.stderr)
    fit(PulseTrainer(performances, args.steps, args.batch, args.fold), args)
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
