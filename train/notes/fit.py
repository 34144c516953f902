"""Train the transcriber: `python -m train.notes --pack PACK.h5 --renders MIDI_DIR AUDIO_DIR --fold 0 --out RUN`.

The pack has the samples, the JSON files that `train.rendering.render` wrote into AUDIO_DIR say which notes were
played. `--taught FILE` adds real recordings with a teacher's notes (`train.notes.taught`). RUN gets `last.pt` every few
minutes and at the end, and `log.csv`; `--resume` goes on from there.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from runtime.errors import MezzoforteError
from runtime.frames import HOP_SAMPLES, SAMPLE_RATE_HZ
from train.fitting.averaged_run import AveragedRun, RunConfig, add_arguments, fit, prepare
from train.fitting.command import Command
from train.frames.augment import change_speed
from train.frames.fit import identity_of
from train.frames.segments import Pack, Recording, pack_sources
from train.notes.augment import augment_notes, augment_samples
from train.notes.labels import NoteTable, NoteTargets, note_targets, notes_of_render
from train.notes.network import NoteNet, NoteNetConfig, PitchSpectrum
from train.notes.taught import Taught, read_taught
from train.rendering.render import audio_path_of
from train.sources import ALL, taken, union

SEGMENT_S = 8.0
DETUNE = 0.015
"""Largest change of playing speed: a quarter of a semitone."""
TAUGHT_SHARE = 0.25
"""Share of the segments that are from real recordings, where there are any."""
CONFIG = RunConfig("notes", learning_rate=2e-3, warm_up_steps=50, weight_decay=1e-3, ema_decay=0.99)
WEIGHTS = {"onset": 4.0, "frame": 1.0, "offset": 1.0, "velocity": 3.0, "pedal": 0.2}

Drawn = tuple[np.ndarray, NoteTable, int]
"""Samples, the notes of their recording, and which of its samples is the first."""


class NoteSampler:
    """Draws segments with their notes: a corpus, a piece of it, a recording of it, a start.

    Raises `MezzoforteError` when a recording of the pack has no JSON in the folders of renders.
    """

    def __init__(
        self, pack: Pack, recordings: list[Recording], renders: list[tuple[Path, Path]], taught: Sequence[Taught] = ()
    ) -> None:
        self._pack, self._renders, self.taught = pack, renders, taught
        self.n_samples = round(SEGMENT_S * SAMPLE_RATE_HZ / HOP_SAMPLES) * HOP_SAMPLES
        self.n_frames = 1 + self.n_samples // HOP_SAMPLES
        tree: dict[str, dict[str, list[Recording]]] = defaultdict(lambda: defaultdict(list))
        for r in recordings:
            tree[r.corpus][r.piece_id].append(r)
        self._pieces = [list(pieces.values()) for pieces in tree.values()]
        self._notes: dict[str, NoteTable] = {}
        self.sources = union(pack_sources(recordings), *(t.sources for t in taught))

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
        speed = float(np.exp(rng.uniform(-DETUNE, DETUNE)))
        n_read = int(np.ceil(self.n_samples * speed)) + 1
        if self.taught and rng.random() < TAUGHT_SHARE:
            samples, notes, first = self._drawn_taught(n_read, rng)
        else:
            samples, notes, first = self._drawn_render(n_read, rng)
        moved = notes.moved(first / SAMPLE_RATE_HZ, speed)
        return change_speed(samples, speed, self.n_samples), note_targets(moved, 0.0, self.n_frames)

    def _drawn_taught(self, n_read: int, rng: np.random.Generator) -> Drawn:
        taught = self.taught[rng.integers(len(self.taught))]
        first = int(rng.integers(0, max(1, len(taught.samples) - n_read + 1)))
        read = taught.samples[first : first + n_read]
        return np.pad(read, (0, n_read - len(read))), taught.notes, first

    def _drawn_render(self, n_read: int, rng: np.random.Generator) -> Drawn:
        pieces = self._pieces[rng.integers(len(self._pieces))]
        recordings = pieces[rng.integers(len(pieces))]
        recording = recordings[rng.integers(len(recordings))]
        first = int(rng.integers(0, max(1, recording.n_samples - n_read + 1)))
        return self._pack.samples(recording, first, n_read), self._notes_of(recording), first


def note_losses(logits: dict[str, Tensor], targets: dict[str, Tensor]) -> dict[str, Tensor]:
    """Binary cross-entropy of onset, frame, offset and pedal, squared error of velocity beside onsets, weighted; keys
    count where they are asked for.

    Rolls are averaged over frames and summed over pitches, so that a note weighs the same in any register.
    """
    n_frames = targets["onset"].shape[0] * targets["onset"].shape[1]
    losses = {}
    for task in ("onset", "frame", "offset", "pedal"):
        each = F.binary_cross_entropy_with_logits(logits[task], targets[task], reduction="none")
        losses[task] = (each if task == "pedal" else each * targets["asked"]).sum() / n_frames
    struck = targets["velocity"] > 0
    error = (torch.sigmoid(logits["velocity"][struck]) - targets["velocity"][struck]).square()
    losses["velocity"] = 10 * error.sum() / struck.sum().clamp_min(1)
    return {task: WEIGHTS[task] * loss for task, loss in losses.items()}


class NoteTrainer(AveragedRun):
    """The run of the transcriber; `without` names what its recordings do not suffer (`train.notes.augment`)."""

    def __init__(
        self, sampler: NoteSampler, identity: str, steps: int, batch: int, fold: int | None, is_compiled: bool = False,
        data: str = ALL, config: RunConfig = CONFIG, network: NoteNetConfig | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            config, NoteNet(network or NoteNetConfig()), identity, steps, batch, fold, taken(sampler.sources, data)
        )
        self.without: Collection[str] = ()
        self.sampler, self.spectrum, self.is_compiled = sampler, PitchSpectrum(), is_compiled
        self.model.to(memory_format=torch.channels_last)
        self._logits = torch.compile(self.model) if is_compiled else self.model

    def about(self) -> dict[str, Any]:
        """See `AveragedRun`; real recordings and their teachers are named."""
        taught = [{"recording": t.key, "teacher": t.teacher, "credit": t.credit} for t in self.sampler.taught]
        return super().about() | {"taught": taught}

    def losses(self) -> dict[str, Tensor]:
        drawn = [self.sampler.draw(self.rng) for _ in range(self.batch)]
        samples = torch.from_numpy(np.stack([augment_samples(s, self.rng, self.without) for s, _ in drawn]))
        targets = {
            k: torch.from_numpy(np.stack([getattr(t, k) for _, t in drawn])).to(self.device)
            for k in (*WEIGHTS, "asked")
        }
        with torch.no_grad():
            power = augment_notes(self.spectrum(samples), self.rng, self.without)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_compiled):
            logits = self._logits(power.to(self.device))
        return note_losses({k: v.float() for k, v in logits.items()}, targets)


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument(
        "--renders", nargs=2, type=Path, action="append", required=True, metavar=("MIDI_DIR", "AUDIO_DIR")
    )
    parser.add_argument(
        "--compiled", action="store_true",
        help="compile the network (minutes, wants a C++ compiler) and compute in bfloat16: half the time a step where"
        " the processor has such units",
    )  # fmt: skip
    parser.add_argument("--channels", type=int, default=NoteNetConfig.channels, help="width of the network")
    parser.add_argument("--taught", type=Path, help="file of train.notes.taught")
    add_arguments(parser, steps=1_700, batch=4)


def run(args: Namespace) -> None:
    """Set up, resume when asked, train."""
    prepare(args)
    pack = Pack(args.pack)
    recordings = pack.split("train", args.fold)
    taught = read_taught(args.taught) if args.taught else []
    sampler = NoteSampler(pack, recordings, [(m, a) for m, a in args.renders], taught)
    identity = "\n".join([identity_of(recordings), *(f"{t.key} {len(t.notes.pitch)}" for t in taught)])
    network = NoteNetConfig(channels=args.channels)
    trainer = NoteTrainer(
        sampler, identity, args.steps, args.batch, args.fold, args.compiled, args.data, network=network
    )
    fit(trainer, args)


main = Command(add_options, run)
