"""What each thing in the transcriber's training brings on pianos that it never heard: `python -m train.notes.study`.

Short branches go on from one checkpoint (`--start`), each with one thing left out: what recordings suffer on their way
(`train.notes.augment`), the sampled pianos among the renders, the real recordings; one branch has everything, and one
more has it with other random numbers, which shows what chance does. Each is heard on the recordings of `--held-out` (a
file of `train.notes.taught`; its players must be in no training) as they are and under each change, beside their
teacher's notes. The onset threshold is chosen on the validation piano for each branch. A checkpoint that has seen all
of it before tells less than a run from nothing would: what was learned is not soon forgotten.

OUT gets `study.json`, to which each branch is added when it is done: started again, the command goes on with the next.
The table is printed at the end.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.network import windows
from runtime.notes.played import PlayedNotes
from runtime.sound.level import Samples
from runtime.transcribe.events import notes_of
from runtime.transcribe.own import options_of, rolls_of
from runtime.transcribe.rolls import RollOptions, Values
from runtime.write.atomic import write_bytes
from train.fitting.averaged_run import SEED
from train.fitting.checkpoints import load_checkpoint
from train.fitting.command import Command
from train.frames.hear import load_transcriber
from train.frames.segments import Pack
from train.notes.augment import CHANGES, NOISE
from train.notes.fit import CONFIG, NoteSampler, NoteTrainer
from train.notes.labels import NoteTable
from train.notes.network import NoteNet, PitchSpectrum
from train.notes.taught import Taught, read_taught
from train.notes.tune import ONSET_GRID, note_f, validation_cases

RATE, WARM_UP_STEPS = 1e-3, 20
"""About where the rate of the run stood at the checkpoints that branches go on from; it falls to nothing."""
SAMPLED = ("salamander", "splendid")
"""The pianos that are sampled key by key begin with these names; all others are SoundFonts."""
PIANOS, REAL = "sampled pianos", "real recordings"
_EDGE_S, _SAME_S = 0.1, 0.05
_CHANGED = (*CHANGES, NOISE)


@dataclass(frozen=True)
class Branch:
    """A short run without one thing (None: with everything)."""

    without: str | None
    seed: int = SEED

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"everything, seed {self.seed}" if self.without is None else f"without {self.without}"


BRANCHES = (Branch(None), Branch(None, SEED + 1), *(Branch(name) for name in (REAL, PIANOS, *_CHANGED)))


def hissing(samples: Samples, rng: np.random.Generator) -> Samples:
    """Under white noise, 15 to 30 dB below the recording."""
    level = float(np.sqrt(np.square(samples).mean())) * 10 ** (-rng.uniform(15, 30) / 20)
    return samples + np.float32(level) * rng.standard_normal(len(samples), dtype=np.float32)


def heard_under(change: str | None, recordings: list[Taught]) -> list[Taught]:
    """Recordings after a change, with the random numbers of their place in the list; as they are for None."""
    if change is None:
        return recordings
    do = hissing if change == NOISE else CHANGES[change][1]
    return [replace(t, samples=do(t.samples, np.random.default_rng(k))) for k, t in enumerate(recordings)]


def columns_by(network: NoteNet) -> Callable[[Samples], Values]:
    """What `OwnTranscriber.columns` says, by a network in training."""
    spectrum = PitchSpectrum()

    def columns(samples: Samples) -> Values:
        with torch.no_grad():
            logits = network.eval()(spectrum(torch.from_numpy(np.ascontiguousarray(samples))[None]))
        rolls = {k: torch.sigmoid(v[0]).float().numpy() for k, v in logits.items()}
        order = (rolls["onset"], rolls["frame"], rolls["velocity"], rolls["offset"], rolls["pedal"][:, None])
        return np.concatenate(order, axis=1)

    return columns


def counts_beside(heard: PlayedNotes, teacher: NoteTable, length_s: float) -> npt.NDArray[np.int64]:
    """How many notes are the same (pitch, and onset within 50 ms), how many were heard, how many the teacher has.

    What is heard where the teacher is in doubt counts for nothing, nor does what begins just before the end.
    """
    mine = heard.onset_s < length_s - _EDGE_S
    for from_s, to_s, pitch in teacher.doubtful:
        mine &= ~((heard.pitch == pitch) & (heard.onset_s >= from_s) & (heard.onset_s <= to_s))
    theirs = teacher.onset_s < length_s - _EDGE_S
    pairs = mir_eval.transcription.match_notes(
        *_intervals(teacher.onset_s[theirs], teacher.pitch[theirs]),
        *_intervals(heard.onset_s[mine], heard.pitch[mine]),
        onset_tolerance=_SAME_S, offset_ratio=None,
    )  # fmt: skip
    return np.array([len(pairs), mine.sum(), theirs.sum()])


def _intervals(onset_s: npt.NDArray[np.float64], pitch: npt.NDArray[np.int64]) -> tuple[np.ndarray, np.ndarray]:
    return np.column_stack((onset_s, onset_s + 0.1)), 440.0 * 2.0 ** ((pitch - 69) / 12)


def beside_teacher(
    columns: Callable[[Samples], Values], options: RollOptions, recordings: list[Taught]
) -> dict[str, float]:
    """F-measure over all notes of the recordings, and what was heard besides, as a share of the teacher's notes."""
    total = np.zeros(3, np.int64)
    for taught in recordings:
        heard, _ = notes_of(rolls_of(windows.run(columns, iter([taught.samples]))), options)
        total += counts_beside(heard, taught.notes, len(taught.samples) / SAMPLE_RATE_HZ)
    same, mine, theirs = (int(n) for n in total)
    return {"f": 2 * same / (mine + theirs), "extra": (mine - same) / theirs}


class Study:
    """Branches of one run and what they are measured by."""

    def __init__(self, args: Namespace) -> None:
        pack, self._taught = Pack(args.pack), read_taught(args.taught)
        renders = [(m, a) for m, a in args.renders]
        recordings = pack.split("train", args.fold)
        self._all = NoteSampler(pack, recordings, renders)
        self._fonts = NoteSampler(pack, [r for r in recordings if not r.instrument.startswith(SAMPLED)], renders)
        self._valid, self._renders, self._fold = Pack(args.valid), [(m, a) for m, a in args.valid_renders], args.fold
        self._held = {change: heard_under(change, read_taught(args.held_out)) for change in (None, *_CHANGED)}
        self._longest_s, self._begin = args.longest_s, args.out / "begin.pt"
        config = replace(CONFIG, learning_rate=RATE, warm_up_steps=WARM_UP_STEPS)
        self._trainer = NoteTrainer(self._all, "study", args.steps, args.batch, args.fold, args.compiled, config=config)
        start = load_checkpoint(args.start)
        if start["fold"] != args.fold or not self._trainer.is_of_this(start):
            raise MezzoforteError("the checkpoint is of another network, size or fold", where=str(args.start))
        for network in (self._trainer.model, self._trainer.average.module):
            network.load_state_dict(start["average"])
        self._trainer.save(self._begin)

    def begin(self) -> dict[str, Any]:
        """What is measured of the checkpoint itself."""
        return self._measured()

    def run(self, branch: Branch) -> dict[str, Any]:
        """Train a branch; what is measured of it."""
        trainer = self._trainer
        trainer.load(self._begin, new_data=True)
        trainer.rng = np.random.default_rng(branch.seed)
        trainer.without = () if branch.without is None else (branch.without,)
        trainer.sampler = self._fonts if branch.without == PIANOS else self._all
        trainer.sampler.taught = [] if branch.without == REAL else self._taught
        for _ in tqdm(range(trainer.steps), desc=branch.name, mininterval=10):
            trainer.train_step()
        return self._measured()

    def _measured(self) -> dict[str, Any]:
        columns, options = columns_by(self._trainer.average.module), options_of(load_transcriber().card)
        cases = validation_cases(self._valid, self._fold, self._renders, columns, self._longest_s)
        by_onset = {v: note_f(cases, replace(options, onset_threshold=v), with_offsets=False) for v in ONSET_GRID}
        best = max(by_onset, key=lambda v: by_onset[v])
        options = replace(options, onset_threshold=best)
        held = {change or "": beside_teacher(columns, options, recordings) for change, recordings in self._held.items()}
        return {"onset_threshold": best, "validation_f": by_onset[best], "held_out": held}


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Two tables: each branch on the recordings as they are, and each change heard with and without its training."""
    lines = [
        "| branch | onset F, validation piano | F, held-out pianists | extra, share of the teacher's |",
        "|---|---:|---:|---:|",
    ]
    for name, row in rows.items():
        real = row["held_out"][""]
        lines.append(f"| {name} | {row['validation_f']:.3f} | {real['f']:.3f} | {100 * real['extra']:.1f} % |")
    every = [b.name for b in BRANCHES if b.without is None and b.name in rows]
    lines += [
        "",
        f"| F, held-out pianists under | {' | '.join(every)} | without it |",
        "|---|" + "---:|" * (len(every) + 1),
    ]
    for change in _CHANGED:
        if (without := Branch(change).name) in rows:
            found = " | ".join(f"{rows[name]['held_out'][change]['f']:.3f}" for name in (*every, without))
            lines.append(f"| {change} | {found} |")
    return "\n".join(lines)


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("--start", type=Path, required=True, help="checkpoint of train.notes that all branches go on from")
    folders = {"nargs": 2, "type": Path, "action": "append", "required": True, "metavar": ("MIDI_DIR", "AUDIO_DIR")}
    add("--pack", type=Path, required=True)
    add("--renders", **folders)
    add("--taught", type=Path, required=True, help="real recordings to learn from: a file of train.notes.taught")
    add("--valid", type=Path, required=True, help="pack with the validation pieces")
    add("--valid-renders", **folders)
    add("--held-out", type=Path, required=True, help="real recordings of others: a file of train.notes.taught")
    add("--longest-s", type=float, default=10.0, help="of each validation recording (default: 10)")
    add("--fold", type=int, choices=range(5))
    add("--out", type=Path, required=True)
    add("--steps", type=int, default=160)
    add("--batch", type=int, default=4)
    add("--threads", type=int, help="CPU threads of torch")
    add("--compiled", action="store_true", help="as for train.notes")


def run(args: Namespace) -> None:
    """Train and measure what is not in OUT/study.json yet, then print the table."""
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    args.out.mkdir(parents=True, exist_ok=True)
    kept, study = args.out / "study.json", Study(args)
    rows: dict[str, dict[str, Any]] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    begin = f"the checkpoint ({args.start.name})"
    todo: list[tuple[str, Callable[[], dict[str, Any]]]] = [(begin, study.begin)]
    todo += [(b.name, lambda b=b: study.run(b)) for b in BRANCHES]
    for name, measure in todo:
        if name not in rows:
            rows[name] = measure()
            write_bytes(kept, (json.dumps(rows, indent=1) + "\n").encode())
    print(f"{args.steps} steps of {args.batch} segments each\n\n{table(rows)}")


main = Command(add_options, run)

if __name__ == "__main__":
    main()
