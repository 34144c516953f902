"""How well and how fast recordings are aligned with their scores, against known beat times.

``python -m benchmarks.alignment [--renders DIR …] [--pieces N] [--applause] [--repeats] [--synctoolbox-python FILE]
[--wrong] [--worst N] [--json FILE]`` aligns performances with their scores and prints a table. Data: the folder in
MEZZOFORTE_DATA.

Recordings: with ``--renders`` the folders written by `train.rendering.render` (one take of each piece is used), else
fluidsynth renders MIDI performances. Audio times are those of the MIDI plus nothing: the latency of the instrument
is part of the error.

The error of a known beat (`benchmarks.alignment.data`) is how far the nearest time is at which the alignment has the
same beat of the same written measure; a beat that the alignment has nowhere counts as wrong. Beside all beats the table
has those that can be heard: *struck*, a note is written to begin there, and the performance's MIDI has one of its
pitches within 70 ms of the known time (elsewhere annotators interpolated, or the player did something else), and the
annotation does not call the beat undeterminable.

``--repeats`` and ``--applause`` change the recordings (`benchmarks.alignment.changes`). synctoolbox cannot choose
repeats: it is given the bars that are played, in order, and the music without applause. ``--wrong`` also aligns each
recording with the score of the next piece and prints the fit of both. ``--json FILE`` keeps the result of each take,
and a run with the same options goes on from there.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt
import soundfile

from benchmarks.alignment.changes import Recording, applauded, shuffled
from benchmarks.alignment.data import Take, Truth, asap_takes, mazurka_takes, rendered_takes, truth_of
from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score.align import coarse, features
from runtime.score.align.performance import nominal_seconds, play
from runtime.score.align.recording import Alignment, align_features
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.write.atomic import write_bytes
from train.fitting.command import Command, data_folder

SOUNDFONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
_BLOCK = 65_536


@dataclass(frozen=True)
class Result:
    """Errors of one take in milliseconds; `left_out` says why there are none; `struck_*`: beats that can be heard."""

    name: str
    n_beats: int = 0
    median_ms: float = 0.0
    within_70_ms: float = 0.0
    within_250_ms: float = 0.0
    n_struck: int = 0
    struck_within_70_ms: float = 0.0
    struck_within_250_ms: float = 0.0
    order_found: bool = False
    audio_s: float = 0.0
    cpu_s: float = 0.0
    fit: float = 0.0
    fit_of_wrong_score: float | None = None
    peer: dict[str, float] | None = None
    worst: tuple[str, ...] = ()
    left_out: str = ""
    far: dict[str, int] = field(default_factory=dict)


def render(midi: Path, soundfont: Path) -> npt.NDArray[np.float32]:
    """Mono 22,050 Hz samples of a MIDI file, without reverberation."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder, "take.wav")
        command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(SAMPLE_RATE_HZ)]
        command += ["-o", "synth.polyphony=256", "-T", "wav", "-F", str(wav), str(soundfont), str(midi)]
        subprocess.run(command, check=True, capture_output=True)
        return _samples(wav)


def _samples(path: Path) -> npt.NDArray[np.float32]:
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    if rate_hz != SAMPLE_RATE_HZ:
        raise LookupError(f"{path} is at {rate_hz} Hz")
    return np.asarray(samples.mean(axis=1), dtype=np.float32)


def errors_ms(found: Alignment, truth: Truth) -> npt.NDArray[np.float64]:
    """Signed errors of known beats, infinite where the alignment never plays the measure."""
    out = []
    for at_s, measure, offset_q in zip(truth.seconds, truth.measure, truth.offset_q, strict=True):
        places = [found.starts[n] + offset_q for n, i in enumerate(found.measures) if i == measure]
        errors = (found.times_of(np.array(places)) - at_s) * 1000
        out.append(float(min(errors, key=abs)) if len(places) else np.inf)
    return np.array(out)


def evaluate(take: Take, options: Namespace, wrong: Score | None) -> Result:
    """Render, change, align and measure one take."""
    try:
        recording = _recording(take, options)
    except (MezzoforteError, LookupError) as e:
        return Result(take.name, left_out=str(e))
    score, audio, truth = recording.score, recording.audio, recording.truth
    audio_s = len(audio) / SAMPLE_RATE_HZ
    started = time.process_time()
    heard = features.listen(audio[i : i + _BLOCK] for i in range(0, len(audio), _BLOCK))
    try:
        found = align_features(score, heard)
    except MezzoforteError as e:
        return Result(take.name, len(truth.seconds), n_struck=int(_audible(truth).sum()), audio_s=audio_s,
                      cpu_s=time.process_time() - started, left_out=f"refused: {e}")  # fmt: skip
    cpu_s = time.process_time() - started
    errors = errors_ms(found, truth)
    size, struck = np.abs(errors), np.abs(errors[_audible(truth)])
    played = truth.order[: int(truth.turn.max()) + 1]
    other = coarse.outline(wrong, heard) if wrong is not None else None
    return Result(
        take.name, len(size), float(np.median(size)), float(np.mean(size <= 70)), float(np.mean(size <= 250)),
        len(struck), float(np.mean(struck <= 70)), float(np.mean(struck <= 250)),
        found.measures[: len(played)] == played, audio_s, cpu_s, found.fit,
        other.cost / other.shifted if other else None,
        _by_synctoolbox(recording, options.synctoolbox_python) if options.synctoolbox_python else None,
        tuple(_worst(errors, truth, options.worst)), far=_far(errors, truth),
    )  # fmt: skip


def _audible(truth: Truth) -> npt.NDArray[np.bool_]:
    return truth.struck & truth.confirmed & ~truth.unclear


def _far(errors: npt.NDArray[np.float64], truth: Truth) -> dict[str, int]:
    """How many beats are more than 250 ms off, by what there was to hear."""
    audible = _audible(truth)
    last = int(np.flatnonzero(audible).max(initial=-1))
    kinds = ("after the last heard", "not struck", "struck elsewhere", "heard")
    found: Counter[str] = Counter()
    for k in np.flatnonzero(np.abs(errors) > 250):
        here = (k > last, not truth.struck[k], not audible[k], True)
        found[kinds[here.index(True)]] += 1
    return dict(found)


def _recording(take: Take, options: Namespace) -> Recording:
    score = read_score(take.score)
    truth = truth_of(take, score)
    audio = _samples(take.audio) if take.audio else render(take.midi, options.soundfont)
    recording = Recording(score, audio, truth)
    if options.repeats:
        recording = shuffled(recording, options.seed)
    return applauded(recording) if options.applause else recording


def _worst(errors: npt.NDArray[np.float64], truth: Truth, count: int) -> Iterator[str]:
    """The worst regions in words: neighbouring beats more than 70 ms off."""
    bad = np.flatnonzero(np.abs(errors) > 70)
    groups = np.split(bad, np.flatnonzero(np.diff(bad) > 2) + 1) if len(bad) else []
    for group in sorted(groups, key=lambda g: -float(np.minimum(np.abs(errors[g]), 5000).sum()))[:count]:
        a, b = int(group[0]), int(group[-1])
        marks = "".join("x" if heard else "." for heard in _audible(truth)[a : b + 1])
        listed = " ".join(f"{e:.0f}" for e in errors[a : min(b + 1, a + 12)])
        yield f"{truth.seconds[a]:.1f}-{truth.seconds[b]:.1f} s, measure {truth.measure[a] + 1}: {listed} ms, {marks}"


def _by_synctoolbox(recording: Recording, python: Path) -> dict[str, float]:
    """synctoolbox on the music alone, with the bars that are played."""
    truth, score = recording.truth, recording.score
    order = list(truth.order[: int(truth.turn.max()) + 1])
    played, nominal = play(score, order), np.diff(nominal_seconds(score))
    edges = np.concatenate([[0.0], np.cumsum([nominal[i] for i in order])])
    start, end = (np.interp(x, played.starts, edges) for x in (played.onsets, played.ends))
    notes = np.column_stack([start, np.maximum(0.05, end - start), played.pitches, np.full(len(start), 64.0)])
    first = max(0.0, float(truth.seconds[0]) - 1.0)
    audio = recording.audio[int(first * SAMPLE_RATE_HZ) :]
    query = np.interp(played.starts[truth.turn] + truth.offset_q, played.starts, edges)
    with tempfile.TemporaryDirectory() as folder:
        job, result = Path(folder, "job.npz"), Path(folder, "result.npz")
        np.savez(job, audio=audio, notes=notes[(notes[:, 2] >= 21) & (notes[:, 2] <= 108)], query_s=query)
        script = Path(__file__).with_name("synctoolbox.py")
        subprocess.run([str(python), str(script), str(job), str(result)], check=True, stdout=subprocess.DEVNULL)
        with np.load(result) as answer:
            size = 1000 * np.abs(answer["found_s"] + first - truth.seconds)
            cpu_s, peak_mb = float(answer["cpu_s"]), float(answer["peak_mb"])
    struck = size[_audible(truth)]
    return {
        "median_ms": float(np.median(size)), "within_70_ms": float(np.mean(size <= 70)),
        "within_250_ms": float(np.mean(size <= 250)), "struck_within_70_ms": float(np.mean(struck <= 70)),
        "struck_within_250_ms": float(np.mean(struck <= 250)), "cpu_s": cpu_s, "peak_mb": peak_mb,
    }  # fmt: skip


def table(results: list[Result]) -> str:
    """The results as markdown; the last lines pool the beats of all takes, refused ones counting as wrong."""
    lines = [
        "| take | beats | median ms | ≤ 70 ms | ≤ 250 ms | struck | ≤ 70 ms | ≤ 250 ms | order | × real time | fit |"
    ]
    lines.append("|---" * 11 + "|")
    tried = [r for r in results if r.n_beats]
    for r in tried:
        if r.left_out:
            continue
        other = f" ({r.fit_of_wrong_score:.2f} wrong)" if r.fit_of_wrong_score else ""
        lines.append(_row(r.name, [r], "yes" if r.order_found else "no") + f" {r.fit:.2f}{other} |")
        lines += [f"  {w}" for w in r.worst]
    if tried:
        orders = f"{sum(r.order_found for r in tried)} of {len(tried)}"
        lines.append(_row(f"all {len(tried)} takes", tried, orders) + " |")
        peers = [(r, r.peer) for r in tried if r.peer]
        if peers:
            lines.append(_peer_row(peers))
    far: Counter[str] = sum((Counter(r.far) for r in tried), Counter())
    lines.append(f"more than 250 ms off: {far.total()} (" + ", ".join(f"{k} {n}" for k, n in far.most_common()) + ")")
    lines += [f"left out: {r.name}: {r.left_out}" for r in results if r.left_out]
    return "\n".join(lines) + "\n"


def _row(name: str, results: list[Result], order: str) -> str:
    measured = [r.median_ms for r in results if not r.left_out]
    beats, struck = [r.n_beats for r in results], [r.n_struck for r in results]
    shares = [_mean([r.within_70_ms for r in results], beats), _mean([r.within_250_ms for r in results], beats)]
    heard = [_mean([getattr(r, f"struck_within_{n}_ms") for r in results], struck) for n in (70, 250)]
    speed = sum(r.audio_s for r in results) / max(sum(r.cpu_s for r in results), 1e-9)
    return (
        f"| {name} | {sum(beats)} | {np.median(measured):.1f} | {shares[0]:.1%} | {shares[1]:.1%} "
        f"| {sum(struck)} | {heard[0]:.1%} | {heard[1]:.1%} | {order} | {speed:.0f} |"
    )


def _peer_row(peers: list[tuple[Result, dict[str, float]]]) -> str:
    beats, struck = [r.n_beats for r, _ in peers], [r.n_struck for r, _ in peers]
    shares = [_mean([p[k] for _, p in peers], beats) for k in ("within_70_ms", "within_250_ms")]
    heard = [_mean([p[k] for _, p in peers], struck) for k in ("struck_within_70_ms", "struck_within_250_ms")]
    speed = sum(r.audio_s for r, _ in peers) / sum(p["cpu_s"] for _, p in peers)
    return (
        f"| synctoolbox, {len(peers)} takes | {sum(beats)} | {np.median([p['median_ms'] for _, p in peers]):.1f} "
        f"| {shares[0]:.1%} | {shares[1]:.1%} | {sum(struck)} | {heard[0]:.1%} | {heard[1]:.1%} | given "
        f"| {speed:.0f} | {max(p['peak_mb'] for _, p in peers):.0f} MB |"
    )


def _mean(values: list[float], weights: list[int]) -> float:
    return float(np.average(values, weights=weights)) if sum(weights) else 0.0


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--renders", type=Path, nargs="+", help="folders written by train.rendering.render")
    parser.add_argument("--pieces", type=int, default=10, help="how many takes of each set or folder (default 10)")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first so many of them (to share the work)")
    parser.add_argument("--set", choices=("asap", "mazurka", "both"), default="both", help="without --renders")
    parser.add_argument("--soundfont", type=Path, default=SOUNDFONT)
    parser.add_argument("--shortest-s", type=float, default=0.0, help="leave out shorter MIDI performances")
    parser.add_argument("--longest-s", type=float, default=600.0, help="leave out longer MIDI performances")
    parser.add_argument("--applause", action="store_true", help="ten seconds of claps before and after")
    parser.add_argument("--repeats", action="store_true", help="another order of repeats than was recorded")
    parser.add_argument("--seed", type=int, default=0, help="which order of repeats (default 0)")
    parser.add_argument("--wrong", action="store_true", help="also try the next take's score")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list N worst regions of each take")
    parser.add_argument("--synctoolbox-python", type=Path, help="a Python with synctoolbox, to compare with")
    parser.add_argument("--json", type=Path)


def chosen_takes(options: Namespace, root: Path) -> list[Take]:
    """The takes that the options ask for: one of each piece."""
    if options.renders:
        sources: list[Iterable[Take]] = [_one_each(rendered_takes(folder, root)) for folder in options.renders]
    else:
        found = {"asap": asap_takes(root / "asap"), "mazurka": mazurka_takes(root)}
        sources = [_right_length(s, options) for name, s in found.items() if options.set in (name, "both")]
    return [take for source in sources for take in islice(source, options.skip, options.pieces)]


def _one_each(takes: Iterable[Take]) -> Iterator[Take]:
    seen: set[Path] = set()
    for take in takes:
        if take.score not in seen:
            seen.add(take.score)
            yield take


def _right_length(takes: Iterable[Take], options: Namespace) -> Iterator[Take]:
    return (t for t in takes if options.shortest_s <= mido.MidiFile(t.midi).length <= options.longest_s)


def _kept(path: Path | None) -> dict[str, Result]:
    """The results of an earlier run by the names of their takes."""
    if path is None or not path.is_file():
        return {}
    return {row["name"]: Result(**{**row, "worst": tuple(row["worst"])}) for row in json.loads(path.read_text())}


def run(options: Namespace) -> None:
    """Align, measure, print."""
    takes, kept = chosen_takes(options, data_folder()), _kept(options.json)
    results = []
    for n, take in enumerate(takes):
        if take.name in kept:
            results.append(kept[take.name])
            continue
        wrong = read_score(takes[(n + 1) % len(takes)].score) if options.wrong else None
        results.append(evaluate(take, options, wrong))
        r = results[-1]
        told = r.left_out or f"median {r.median_ms:.1f} ms, {r.within_70_ms:.1%} within 70 ms, fit {r.fit:.2f}"
        print(f"{n + 1}/{len(takes)} {take.name}: {told}", file=sys.stderr, flush=True)
        if options.json:
            write_bytes(options.json, json.dumps([asdict(r) for r in results], indent=1).encode())
    print(table(results))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


main = Command(add_options, run)
