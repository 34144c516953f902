"""Beats of other trackers, run by the Python of the environment in which they are installed.

``PYTHON benchmarks/accuracy/baseline_beats.py SYSTEM PACK.h5 OUT_DIR`` writes one small JSON file per recording of a
pack (`train.frames.pack`), named by the recording's id; what is there is skipped. `train.measure.evaluate --baseline
NAME OUT_DIR` and `benchmarks.accuracy.report --baseline …` read them. ``PYTHON benchmarks/accuracy/baseline_beats.py
SYSTEM --time AUDIO`` prints how long one file takes, imports left out.

SYSTEM is ``madmom`` (RNNDownBeatProcessor and its DBN with the models of the package), ``librosa`` (beat_track, no
bars) or ``beat_this`` (needs ``--checkpoint``; without it the weights are random and only ``--time`` is allowed). Each
with its own defaults. This file imports nothing of the project: those environments do not have it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PACK_RATE_HZ = 22_050
Source = Any
"""A file name, or mono float samples at `PACK_RATE_HZ`."""


@dataclass(frozen=True)
class Tracker:
    """A loaded system: `track(source)` gives beat times in seconds and positions in the bar (None: it has no bars)."""

    what: str
    track: Callable[[Source], tuple[np.ndarray, np.ndarray | None]]


def load_madmom(_checkpoint: str | None) -> Tracker:
    """madmom's downbeat pipeline; reads collections and numpy names that went away since it was published."""
    import collections
    import collections.abc

    for name in ("MutableSequence", "Iterable", "Mapping"):
        setattr(collections, name, getattr(collections.abc, name))
    for name, kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
        if name not in np.__dict__:
            setattr(np, name, kind)
    import madmom
    from madmom.audio.signal import Signal
    from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor
    from scipy.signal import resample_poly

    network, decoder = RNNDownBeatProcessor(), DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=100)

    def track(source: Source) -> tuple[np.ndarray, np.ndarray | None]:
        if isinstance(source, np.ndarray):
            # Its front end needs 44.1 kHz, which is twice a pack's rate.
            source = Signal(resample_poly(source, 2, 1).astype(np.float32), sample_rate=2 * PACK_RATE_HZ)
        found = decoder(network(source)).reshape(-1, 2)
        return found[:, 0], found[:, 1].astype(int)

    version = getattr(madmom, "__version__", "")
    return Tracker(f"madmom {version} RNNDownBeatProcessor + DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4])", track)


def load_librosa(_checkpoint: str | None) -> Tracker:
    """librosa's dynamic-programming beat tracker (Ellis 2007)."""
    import librosa

    def track(source: Source) -> tuple[np.ndarray, np.ndarray | None]:
        samples = source if isinstance(source, np.ndarray) else librosa.load(source, sr=PACK_RATE_HZ, mono=True)[0]
        return librosa.beat.beat_track(y=samples, sr=PACK_RATE_HZ, units="time")[1], None

    return Tracker(f"librosa {librosa.__version__} beat_track", track)


def load_beat_this_small(checkpoint: str | None) -> Tracker:
    """The small Beat This with random weights, for its time alone; `checkpoint` is not used."""
    from beat_this import inference
    from beat_this.model.beat_tracker import BeatThis

    inference.load_model = lambda *_: BeatThis(transformer_dim=128).eval()
    found = load_beat_this(None)
    return Tracker("beat_this (small architecture, random weights)", found.track)


def load_beat_this(checkpoint: str | None) -> Tracker:
    """Beat This with minimal post-processing, on the CPU cores that the process may use."""
    import torch
    from beat_this.inference import Audio2Beats, File2Beats

    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    of_file = File2Beats(checkpoint_path=checkpoint, device="cpu", dbn=False)
    of_samples = Audio2Beats(checkpoint_path=checkpoint, device="cpu", dbn=False)

    def track(source: Source) -> tuple[np.ndarray, np.ndarray | None]:
        is_array = isinstance(source, np.ndarray)
        beats, downbeats = of_samples(source, PACK_RATE_HZ) if is_array else of_file(source)
        return np.asarray(beats), positions(np.asarray(beats), np.asarray(downbeats))

    weights = Path(checkpoint).stem if checkpoint else "final architecture, random weights"
    return Tracker(f"beat_this ({weights})", track)


SYSTEMS: dict[str, Callable[[str | None], Tracker]] = {
    "madmom": load_madmom,
    "librosa": load_librosa,
    "beat_this": load_beat_this,
    "beat_this_small": load_beat_this_small,
}


def positions(beats_s: np.ndarray, downbeats_s: np.ndarray) -> np.ndarray:
    """Position in the bar of each beat, counted from the last downbeat; 0 before the first one."""
    is_downbeat = np.isin(np.round(beats_s, 3), np.round(downbeats_s, 3))
    at = np.flatnonzero(is_downbeat)
    last = np.searchsorted(at, np.arange(len(beats_s)), side="right") - 1
    return np.where(last < 0, 0, np.arange(len(beats_s)) - at[np.maximum(last, 0)] + 1) if at.size else 0 * last


def recordings(pack: Path) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    """(id, how to read its samples) of every complete recording of a pack, one of each piece before the next of any.

    Within each round the order is that of hashed ids, so that a run that was stopped leaves a sample of everything.
    """
    import h5py

    with h5py.File(pack, "r") as file:
        rounds: Counter[str] = Counter()
        order = []
        for key in sorted((k for k in file if file[k].attrs.get("complete")), key=_hash):
            piece = str(file[key].attrs["piece_id"])
            order.append((rounds[piece], _hash(key), key))
            rounds[piece] += 1
        for _, _, key in sorted(order):
            group = file[key]
            yield key.replace("|", "/"), lambda group=group: group["samples"][()].astype(np.float32) / 32768


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def write_result(path: Path, result: dict[str, Any]) -> None:
    """Write JSON beside `path`, then move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{os.getpid()}-{path.name}")
    beside.write_text(json.dumps(result) + "\n", encoding="utf-8")
    beside.replace(path)


def track_pack(tracker: Tracker, pack: Path, out: Path) -> int:
    """Track every recording of `pack` that has no file in `out` yet; returns how many were done."""
    done = 0
    for name, samples in recordings(pack):
        path = out / f"{name}.json"
        if path.exists():
            continue
        start = time.perf_counter()
        beats_s, beat_in_bar = tracker.track(samples())
        seconds = time.perf_counter() - start
        write_result(path, {
            "system": tracker.what, "recording": name, "beats_s": [round(float(t), 4) for t in beats_s],
            "beat_in_bar": None if beat_in_bar is None else [int(p) for p in beat_in_bar],
        })  # fmt: skip
        done += 1
        print(f"{name}: {len(beats_s)} beats in {seconds:.1f} s", file=sys.stderr, flush=True)
    return done


def time_file(tracker: Tracker, audio: Path) -> dict[str, Any]:
    """What ran, wall and CPU seconds from file to beats, and the peak memory of this process in MB."""
    start, cpu = time.perf_counter(), time.process_time()
    beats_s, _ = tracker.track(str(audio))
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    unit = 1e-6 if sys.platform == "darwin" else 1024e-6  # ru_maxrss: bytes on macOS, KiB on Linux
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"what": tracker.what, "seconds": seconds, "cpu_s": cpu_s, "peak_mb": peak_mb, "n_beats": len(beats_s)}


def main() -> int:
    """Command line; 0 done, 2 wrong usage."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("pack", type=Path, nargs="?")
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--time", type=Path, metavar="AUDIO", help="only time this file")
    parser.add_argument("--checkpoint", help="weights of beat_this: a name it knows or a file")
    args = parser.parse_args()
    if args.time:
        print(json.dumps(time_file(SYSTEMS[args.system](args.checkpoint), args.time)))
        return 0
    if args.pack is None or args.out is None:
        parser.error("PACK and OUT_DIR, or --time AUDIO")
    if args.system == "beat_this" and not args.checkpoint:
        parser.error("beats of random weights mean nothing: give --checkpoint")
    done = track_pack(SYSTEMS[args.system](args.checkpoint), args.pack, args.out)
    print(f"{done} recordings done", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
