"""Render performance MIDI files to audio with several pianos: `python -m train.rendering MIDI_DIR OUT_DIR …`.

Every performance becomes `OUT_DIR/<relative path>.flac` (mono, 22,050 Hz, 16 bit, peak −1 dBFS) and a JSON file
beside it that says how it was made: instrument, onset latency, pedal, variation. What is there is skipped; a render is
written beside and then moved, so an interrupted run goes on where it stopped. The instrument and the variation
depend only on the file's path and `--seed`.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing as mp
import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from train.fitting.command import Command
from train.rendering.instruments import (
    INSTRUMENTS,
    RENDER_RATE_HZ,
    Player,
    onset_latency_s,
    trained_on,
)
from train.rendering.performance import PEDAL_DOWN, Variation, read_performance
from train.sources import add_data_option, taken

_PEAK = 10 ** (-1 / 20)


@dataclass(frozen=True)
class RenderJob:
    """One performance to render: `midi` is relative to the MIDI folder."""

    midi: str
    instrument: str
    variation: Variation
    max_s: float | None


@dataclass(frozen=True)
class RenderOptions:
    midi_dir: Path
    out_dir: Path
    pianos_dir: Path
    soundfonts_dir: Path


def plan_jobs(
    midis: list[str], instruments: list[str], *, seed: int, vary: bool, max_s: float | None
) -> list[RenderJob]:
    """One job per MIDI path, its instrument and variation drawn from a generator seeded by path and seed."""
    jobs = []
    for midi in midis:
        rng = _rng(midi, seed)
        instrument = instruments[int(rng.integers(len(instruments)))]
        jobs.append(RenderJob(midi, instrument, Variation.random(rng) if vary else Variation(), max_s))
    return sorted(jobs, key=lambda j: j.instrument)


def _rng(midi: str, seed: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed}/{midi}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


def render_one(job: RenderJob, options: RenderOptions, player: Player) -> None:
    """Render `job` into its FLAC and JSON files. Raises `MezzoforteError` when a file cannot be used."""
    events = job.variation.apply(read_performance(options.midi_dir / job.midi), job.max_s)
    if not any(e.kind == "on" for e in events):
        raise MezzoforteError(f"there is no note in the first {job.max_s:g} s", where=job.midi)
    instrument = INSTRUMENTS[job.instrument]
    samples = soxr.resample(player.render(instrument, events), RENDER_RATE_HZ, SAMPLE_RATE_HZ)
    peak = float(np.abs(samples).max(initial=0.0))
    if peak == 0.0:
        raise MezzoforteError("the render is silent", where=job.midi)
    audio_path = audio_path_of(options.out_dir, job.midi)
    audio_path.parent.mkdir(parents=True, exist_ok=True)
    beside = audio_path.with_name(f".{os.getpid()}-{audio_path.name}")
    sf.write(beside, samples * (_PEAK / peak), SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    latency_s = round(onset_latency_s(player, instrument), 4)
    how = {**asdict(job), "onset_latency_s": latency_s, "pedal_switched_at": PEDAL_DOWN}
    audio_path.with_suffix(".json").write_text(json.dumps(how, indent=1))
    beside.replace(audio_path)


def audio_path_of(out_dir: Path, midi: str) -> Path:
    """Where the render of the performance `midi` lies."""
    return (out_dir / midi).with_suffix(".flac")


_worker: tuple[RenderOptions, Player] | None = None


def _start_worker(options: RenderOptions) -> None:
    global _worker
    _worker = options, Player(options.pianos_dir, options.soundfonts_dir)


def _work(job: RenderJob) -> str | None:
    assert _worker is not None
    try:
        render_one(job, *_worker)
    except MezzoforteError as e:
        return f"{job.midi}: {e}"
    return None


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("midi_dir", type=Path)
    parser.add_argument("out_dir", type=Path)
    parser.add_argument("--list", type=Path, help="text file of MIDI paths relative to MIDI_DIR (default: all)")
    parser.add_argument("--pianos", type=Path, required=True, help="folder with the SFZ pianos")
    parser.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"))
    parser.add_argument(
        "--instruments", help="names to draw from; repeat one to weight it (default: all that are for training)"
    )
    add_data_option(parser)
    parser.add_argument("--vary", action="store_true", help="random tempo, velocity law and transposition")
    parser.add_argument("--max-s", type=float, help="only the first seconds of every performance")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)


def run(args: Namespace) -> int:
    """Render what is missing; 0 when every performance has its audio, 1 when some failed (listed on stderr)."""
    instruments = args.instruments.split(",") if args.instruments else trained_on(args.data)
    if unknown := set(instruments) - set(INSTRUMENTS):
        raise MezzoforteError(f"unknown instruments {sorted(unknown)}", advice=f"Choose from {sorted(INSTRUMENTS)}")
    taken((INSTRUMENTS[name].source for name in instruments), args.data, "--instruments")
    if args.list:
        midis = args.list.read_text().split("\n")
        midis = [m.strip() for m in midis if m.strip()]
    else:
        midis = sorted(str(p.relative_to(args.midi_dir)) for p in args.midi_dir.rglob("*.mid"))
    jobs = plan_jobs(midis, instruments, seed=args.seed, vary=args.vary, max_s=args.max_s)
    todo = [j for j in jobs if not audio_path_of(args.out_dir, j.midi).is_file()]
    print(f"{len(jobs)} performances, {len(jobs) - len(todo)} already rendered", file=sys.stderr)
    options = RenderOptions(args.midi_dir, args.out_dir, args.pianos, args.soundfonts)
    with mp.Pool(args.jobs, _start_worker, (options,)) as pool:
        results = list(tqdm(pool.imap(_work, todo), total=len(todo), unit="performance"))
    failures = [r for r in results if r]
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


main = Command(add_options, run)
