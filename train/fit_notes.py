"""Train the transcriber: `python -m train.fit_notes --pack PACK.h5 --renders MIDI_DIR AUDIO_DIR --fold 0 --out RUN`.

The pack has the samples, the JSON files that `train.render` wrote into AUDIO_DIR say which notes were played. RUN gets
`last.pt` every few minutes and at the end, and `log.csv`; `--resume` goes on from there.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.frames import HOP_SAMPLES, SAMPLE_RATE_HZ
from train.augment import change_speed
from train.command import start
from train.fit import CHECKPOINT, CsvLog, identity_of, load_checkpoint
from train.note_augment import augment_notes
from train.note_labels import NoteTable, NoteTargets, note_targets, notes_of_render
from train.note_network import NoteNet, PitchSpectrum
from train.provenance import commit
from train.render import audio_path_of
from train.segments import Pack, Recording

SEGMENT_S = 8.0
DETUNE = 0.015
"""Largest change of playing speed: a quarter of a semitone."""
LEARNING_RATE, EMA_DECAY = 3e-3, 0.99
WEIGHTS = {"onset": 4.0, "frame": 1.0, "offset": 1.0, "velocity": 1.0, "pedal": 0.1}


class NoteSampler:
    """Draws segments with their notes: a corpus, a piece of it, a recording of it, a start.

    Raises `MezzoforteError` when a recording of the pack has no JSON in the folders of renders.
    """

    def __init__(self, pack: Pack, recordings: list[Recording], renders: list[tuple[Path, Path]]) -> None:
        self._pack, self._renders = pack, renders
        self.n_samples = round(SEGMENT_S * SAMPLE_RATE_HZ / HOP_SAMPLES) * HOP_SAMPLES
        self.n_frames = 1 + self.n_samples // HOP_SAMPLES
        tree: dict[str, dict[str, list[Recording]]] = defaultdict(lambda: defaultdict(list))
        for r in recordings:
            tree[r.corpus][r.piece_id].append(r)
        self._pieces = [list(pieces.values()) for pieces in tree.values()]
        self._notes: dict[str, NoteTable] = {}

    def _notes_of(self, recording: Recording) -> NoteTable:
        if recording.key not in self._notes:
            self._notes[recording.key] = self._find(recording)
        return self._notes[recording.key]

    def _find(self, recording: Recording) -> NoteTable:
        for midi_dir, audio_dir in self._renders:
            audio_path = audio_path_of(audio_dir, recording.source)
            if audio_path.with_suffix(".json").is_file() and (midi_dir / recording.source).is_file():
                return notes_of_render(midi_dir, audio_path)
        raise MezzoforteError(
            "no folder of renders has this recording", where=recording.source, advice="Name its folders with --renders"
        )

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, NoteTargets]:
        """Samples [n] float32 and the targets of their frames."""
        pieces = self._pieces[rng.integers(len(self._pieces))]
        recordings = pieces[rng.integers(len(pieces))]
        recording = recordings[rng.integers(len(recordings))]
        speed = float(np.exp(rng.uniform(-DETUNE, DETUNE)))
        n_read = int(np.ceil(self.n_samples * speed)) + 1
        first = int(rng.integers(0, max(1, recording.n_samples - n_read + 1)))
        samples = change_speed(self._pack.samples(recording, first, n_read), speed, self.n_samples)
        notes = _faster(self._notes_of(recording), first / SAMPLE_RATE_HZ, speed)
        return samples, note_targets(notes, 0.0, self.n_frames)


def _faster(notes: NoteTable, start_s: float, speed: float) -> NoteTable:
    """The notes in seconds after `start_s`, played `speed` times as fast."""
    times = [(t - start_s) / speed for t in (notes.onset_s, notes.offset_s, notes.release_s)]
    return NoteTable(*times, notes.pitch, notes.velocity, (notes.pedal - start_s) / speed)


def note_losses(logits: dict[str, Tensor], targets: dict[str, Tensor]) -> dict[str, Tensor]:
    """Binary cross-entropy of onset, frame, offset and pedal, squared error of velocity beside onsets, weighted.

    Rolls are averaged over frames and summed over pitches, so that a note weighs the same in any register.
    """
    n_frames = targets["onset"].shape[0] * targets["onset"].shape[1]
    losses = {
        task: F.binary_cross_entropy_with_logits(logits[task], targets[task], reduction="sum") / n_frames
        for task in ("onset", "frame", "offset", "pedal")
    }
    struck = targets["velocity"] > 0
    error = (torch.sigmoid(logits["velocity"][struck]) - targets["velocity"][struck]).square()
    losses["velocity"] = 10 * error.sum() / struck.sum().clamp_min(1)
    return {task: WEIGHTS[task] * loss for task, loss in losses.items()}


class NoteTrainer:
    """One training run that can be saved and loaded at any step."""

    def __init__(self, sampler: NoteSampler, identity: str, steps: int, batch: int, fold: int | None) -> None:
        torch.manual_seed(86)
        self.sampler, self.identity, self.steps, self.batch, self.fold = sampler, identity, steps, batch, fold
        self.step, self.rng = 0, np.random.default_rng(86)
        self.spectrum, self.model = PitchSpectrum(), NoteNet()
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)

    def learning_rate(self) -> float:
        """Linear warm-up over 50 steps, then a cosine down to 2 % at the last step."""
        warm, progress = min(1.0, (self.step + 1) / 50), min(1.0, self.step / self.steps)
        return LEARNING_RATE * warm * (0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * progress))))

    def train_step(self) -> dict[str, float]:
        """One optimiser step on a fresh batch; the losses by task."""
        drawn = [self.sampler.draw(self.rng) for _ in range(self.batch)]
        samples = torch.from_numpy(np.stack([s for s, _ in drawn]))
        targets = {k: torch.from_numpy(np.stack([getattr(t, k) for _, t in drawn])) for k in WEIGHTS}
        self.model.train()
        with torch.no_grad():
            power = augment_notes(self.spectrum(samples), self.rng)
        losses = note_losses(self.model(power), targets)
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
            "schema": 1, "kind": "notes", "config": asdict(self.model.config), "fold": self.fold, "step": self.step,
            "data_identity": self.identity, "commit": commit(), "model": self.model.state_dict(),
            "average": self.average.module.state_dict(), "n_averaged": int(self.average.n_averaged),
            "optimiser": self.optimiser.state_dict(), "numpy_rng": self.rng.bit_generator.state,
        }  # fmt: skip
        beside = path.with_name(f".{os.getpid()}-{path.name}")
        torch.save(state, beside)
        beside.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint. Raises `MezzoforteError` when it is of other recordings or another network."""
        state = load_checkpoint(path)
        if (state.get("kind"), state["fold"], state["data_identity"]) != ("notes", self.fold, self.identity):
            raise MezzoforteError("the checkpoint is of another network, fold or pack", where=str(path))
        if state["config"] != asdict(self.model.config) | {"dilations": tuple(state["config"]["dilations"])}:
            raise MezzoforteError("the checkpoint is of a network of another size", where=str(path))
        self.model.load_state_dict(state["model"])
        self.average.module.load_state_dict(state["average"])
        self.average.n_averaged.fill_(state["n_averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = state["numpy_rng"]
        self.step = state["step"]


def fit(trainer: NoteTrainer, out: Path, log_every: int, save_every_s: float) -> None:
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
    parser = argparse.ArgumentParser(prog="python -m train.fit_notes", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument(
        "--renders", nargs=2, type=Path, action="append", required=True, metavar=("MIDI_DIR", "AUDIO_DIR")
    )
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold kept for tests (default: none)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1_600)
    parser.add_argument("--batch", type=int, default=4, help=f"segments of {SEGMENT_S:g} s per step")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--log-every", type=int, default=25)
    parser.add_argument("--save-every-s", type=float, default=120)
    return parser


def run(args: argparse.Namespace) -> int:
    """Set up, resume when asked, train. Being terminated saves like an interrupt."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    pack = Pack(args.pack)
    recordings = pack.split("train", args.fold)
    sampler = NoteSampler(pack, recordings, [(m, a) for m, a in args.renders])
    trainer = NoteTrainer(sampler, identity_of(recordings), args.steps, args.batch, args.fold)
    checkpoint = args.out / CHECKPOINT
    if checkpoint.exists():
        if not args.resume:
            raise MezzoforteError("the run folder holds a checkpoint", where=str(checkpoint), advice="Add --resume")
        trainer.load(checkpoint)
    fit(trainer, args.out, args.log_every, args.save_every_s)
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
