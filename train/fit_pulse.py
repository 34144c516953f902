"""Train the network for beats from notes: `python -m train.fit_pulse --data NOTES.h5 --fold 0 --out RUN [--resume]`.

NOTES.h5 comes from `train.pulse_data`. RUN gets `last.pt` every few minutes and at the end, and `log.csv`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sys
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S
from runtime.pulse_roll import onset_roll
from train.command import start
from train.config import LossConfig
from train.fit import CHECKPOINT, Batch, CsvLog, load_checkpoint, stack, task_losses
from train.provenance import commit
from train.pulse_data import Played, read_played
from train.pulse_network import PulseNet
from train.segments import Recording, Targets, frame_targets

SEGMENT_FRAMES = 3_000
CORPUS_WEIGHTS = {"asap": 0.7, "mazurka_resynth": 0.3}
LOSS = LossConfig(tolerance_frames=2, beat_weight=4, downbeat_weight=8)
LEARNING_RATE, EMA_DECAY = 2e-3, 0.995
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


class PulseTrainer:
    """One training run that can be saved and loaded at any step."""

    def __init__(self, performances: list[Played], steps: int, batch: int, fold: int | None) -> None:
        torch.manual_seed(86)
        self.steps, self.batch, self.fold, self.step = steps, batch, fold, 0
        self.rng = np.random.default_rng(86)
        self.sampler = PulseSampler(performances)
        lines = sorted(f"{p.key} {len(p.notes)} {len(p.beats_s)}" for p in performances)
        self.identity = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        self.model = PulseNet()
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)

    def learning_rate(self) -> float:
        """Linear warm-up over 100 steps, then a cosine down to 2 % at the last step."""
        warm, progress = min(1.0, (self.step + 1) / 100), min(1.0, self.step / self.steps)
        return LEARNING_RATE * warm * (0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * progress))))

    def train_step(self) -> dict[str, float]:
        """One optimiser step on a fresh batch; the losses by task."""
        batch: Batch = stack([self.sampler.draw(self.rng) for _ in range(self.batch)])
        self.model.train()
        losses = task_losses(self.model(batch.samples), batch.targets, LOSS, torch.ones(6))
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        self.optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        self.average.update_parameters(self.model)
        self.step += 1
        return {k: float(v.detach()) for k, v in losses.items()}

    def save(self, path: Path) -> None:
        """Write the whole state beside `path`, then move it there."""
        state = {
            "schema": 1, "kind": "pulse", "config": asdict(self.model.config), "fold": self.fold, "step": self.step,
            "data_identity": self.identity, "commit": commit(), "model": self.model.state_dict(),
            "average": self.average.module.state_dict(), "n_averaged": int(self.average.n_averaged),
            "optimiser": self.optimiser.state_dict(), "numpy_rng": self.rng.bit_generator.state,
        }  # fmt: skip
        beside = path.with_name(f".{os.getpid()}-{path.name}")
        torch.save(state, beside)
        beside.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint. Raises `MezzoforteError` when it is of other performances, fold or network."""
        state = load_checkpoint(path)
        if (state.get("kind"), state["fold"], state["data_identity"]) != ("pulse", self.fold, self.identity):
            raise MezzoforteError("the checkpoint is of another network, fold or data", where=str(path))
        self.model.load_state_dict(state["model"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.fill_(state["n_averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = state["numpy_rng"]
        self.step = state["step"]


def fit(trainer: PulseTrainer, out: Path, log_every: int = 25, save_every_s: float = 120) -> None:
    """Train to the last step, saving and logging on the way; saves when interrupted."""
    log = CsvLog(out / "log.csv", fresh=trainer.step == 0)
    sums: dict[str, float] = defaultdict(float)
    saved_at = time.monotonic()
    bar = tqdm(total=trainer.steps, initial=trainer.step, unit="step", mininterval=5)
    try:
        while trainer.step < trainer.steps:
            for task, loss in trainer.train_step().items():
                sums[task] += loss / log_every
            bar.update()
            if trainer.step % log_every == 0:
                log.write({"step": trainer.step, "lr": trainer.learning_rate(), **sums})
                bar.set_postfix({k: f"{v:.3f}" for k, v in sums.items()})
                sums.clear()
            if time.monotonic() - saved_at > save_every_s:
                trainer.save(out / CHECKPOINT)
                saved_at = time.monotonic()
    finally:
        bar.close()
        trainer.save(out / CHECKPOINT)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train.fit_pulse", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold kept for tests (default: none)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1_500)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--resume", action="store_true")
    return parser


def run(args: argparse.Namespace) -> int:
    """Set up, resume when asked, train. Being terminated saves like an interrupt."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    performances = read_played(args.data, "train", args.fold)
    trainer = PulseTrainer(performances, args.steps, args.batch, args.fold)
    print(f"{len(performances)} performances of {len({p.piece_id for p in performances})} pieces", file=sys.stderr)
    checkpoint = args.out / CHECKPOINT
    if checkpoint.exists():
        if not args.resume:
            raise MezzoforteError("the run folder holds a checkpoint", where=str(checkpoint), advice="Add --resume")
        trainer.load(checkpoint)
    fit(trainer, args.out)
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
