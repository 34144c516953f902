"""How well and how fast recordings are aligned with their scores, against known beat times.

``python -m benchmarks.alignment [--pieces N] [--set asap|mazurka|both] [--soundfont FILE] [--applause] [--wrong]
[--json FILE]`` renders performances with fluidsynth (an instrument that nothing here was trained on), aligns each
with its MusicXML and prints a table. Data: the folder in MEZZOFORTE_DATA.

Truth, ASAP: the beats annotated in the performance, placed in the score by the annotations of the score's own
MIDI: quarters of that MIDI, corrected at every downbeat to our unfolding when both count the same downbeats
(pieces where they do not are listed as left out). Truth, mazurkas: the beat times of the resynthesised
performance, one per written beat of the unfolded score. Audio times are those of the MIDI plus nothing: the
latency of the instrument is part of the error.

``--wrong`` also aligns each recording with the score of the next piece and prints the fit of both.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import soundfile

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score import coarse, features
from runtime.score.align import Alignment, align_features
from runtime.score.read import read_score
from runtime.score.table import Score

SOUNDFONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
# Mazurkas whose first bar has fewer labelled beats than written ones: the labels begin later in that bar.
RIGHT_ALIGNED = ("M17-4", "M50-1", "M68-2")


@dataclass(frozen=True)
class Take:
    """A performance with its score and where to find the truth about it."""

    name: str
    midi: Path
    score: Path
    kind: str
    truth: Path


@dataclass(frozen=True)
class Result:
    """Errors of one take in milliseconds; `left_out` says why there are none."""

    name: str
    n_beats: int = 0
    median_ms: float = 0.0
    within_70_ms: float = 0.0
    within_250_ms: float = 0.0
    worst_ms: float = 0.0
    audio_s: float = 0.0
    cpu_s: float = 0.0
    fit: float = 0.0
    fit_of_wrong_score: float | None = None
    left_out: str = ""


def asap_takes(root: Path) -> Iterator[Take]:
    """One performance of each ASAP piece that has an annotation, in a fixed order that mixes composers."""
    folders = sorted({p.parent for p in root.rglob("xml_score.musicxml")}, key=lambda p: (p.name, str(p)))
    for folder in folders:
        for midi in sorted(p for p in folder.glob("*.mid") if p.name != "midi_score.mid"):
            truth = midi.with_name(midi.stem + "_annotations.txt")
            if truth.exists():
                name = f"{folder.relative_to(root)} {midi.stem}"
                yield Take(name, midi, folder / "xml_score.musicxml", "asap", truth)
                break


def mazurka_takes(root: Path) -> Iterator[Take]:
    """One tier A resynthesised performance of each mazurka."""
    scores = {_mazurka_key(p): p for p in (root / "mazurkabl" / "xml_scores").iterdir()}
    seen: set[str] = set()
    with (root / "mazurka_resynth" / "index.csv").open() as file:
        for row in csv.DictReader(file):
            key = row["mazurka"]
            if row["tier"] != "A" or key in seen or key not in scores:
                continue
            seen.add(key)
            folder = root / "mazurka_resynth"
            truth = folder / "labels" / key / f"{row['pid']}.json"
            yield Take(f"{key} {row['pid']}", folder / row["midi"], scores[key], "mazurka", truth)


def _mazurka_key(path: Path) -> str:
    opus, number = path.stem.lower().removeprefix("mazurka").split("-")
    return f"M{int(opus):02d}-{number}"


def render(midi: Path, soundfont: Path) -> np.ndarray:
    """Mono 22,050 Hz samples of a MIDI file, without reverberation."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder, "take.wav")
        command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(SAMPLE_RATE_HZ)]
        command += ["-o", "synth.polyphony=256", "-T", "wav", "-F", str(wav), str(soundfont), str(midi)]
        subprocess.run(command, check=True, capture_output=True)
        samples, _ = soundfile.read(wav, dtype="float32", always_2d=True)
    return np.asarray(samples.mean(axis=1))


def applauded(audio: np.ndarray) -> np.ndarray:
    """The recording with ten seconds of claps after it."""
    random = np.random.default_rng(0)
    n = 10 * SAMPLE_RATE_HZ
    claps = random.standard_normal(n) * np.repeat(random.random(n // 50 + 1) < 0.1, 50)[:n]
    return np.concatenate([audio, (0.3 * np.abs(audio).max() * claps).astype(np.float32)])


def truth_of(take: Take, score: Score, found: Alignment) -> tuple[np.ndarray, np.ndarray]:
    """(positions on the played axis, seconds) of the known beats. Raises `LookupError` when they do not match."""
    if take.kind == "mazurka":
        return _mazurka_truth(take, score, found)
    performed = [line.split() for line in take.truth.read_text().splitlines()]
    written = [line.split() for line in take.truth.with_name("midi_score_annotations.txt").read_text().splitlines()]
    if len(performed) != len(written):
        raise LookupError(f"{len(written)} beats in the score annotation, {len(performed)} in the performance")
    quarters = _quarters(take.score.with_name("midi_score.mid"), np.array([float(w[0]) for w in written]))
    theirs = quarters[[w[2].startswith("db") for w in written]]
    pairs = zip(found.measures, found.starts[:-1], strict=True)
    ours = np.array([s for i, s in pairs if score.measures[i].offset == 0])
    if len(ours) != len(theirs):
        raise LookupError(f"{len(theirs)} annotated downbeats, {len(ours)} in the measures that were found")
    ends = [-100.0, 100.0]
    positions = np.interp(quarters, _around(theirs, ends), _around(ours, ends))
    return positions, np.array([float(p[0]) for p in performed])


def _around(values: np.ndarray, ends: list[float]) -> np.ndarray:
    return np.concatenate([[values[0] + ends[0]], values, [values[-1] + ends[1]]])


def _quarters(midi: Path, seconds: np.ndarray) -> np.ndarray:
    """Seconds of a MIDI score to its quarters."""
    file = mido.MidiFile(midi)
    changes: list[tuple[int, int]] = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "set_tempo":
                changes.append((now, message.tempo))
    ticks, times, tempo = [0], [0.0], 500_000
    for tick, new in [*sorted(changes), (10**8, 0)]:
        times.append(times[-1] + (tick - ticks[-1]) * tempo / 1e6 / file.ticks_per_beat)
        ticks.append(tick)
        tempo = new
    return np.interp(seconds, times, ticks) / file.ticks_per_beat


def _mazurka_truth(take: Take, score: Score, found: Alignment) -> tuple[np.ndarray, np.ndarray]:
    label = json.loads(take.truth.read_text())
    positions = []
    for n, index in enumerate(found.measures):
        m = score.measures[index]
        positions += [float(found.starts[n]) + float(at - m.start) for at, _, _ in score.beats(index, index)]
    beats = np.array(label["beats"])
    missing = len(positions) - len(beats)
    if not 0 <= missing <= Fraction(3):  # the labels end with the last beat that sounds
        raise LookupError(f"{len(beats)} labelled beats, {len(positions)} in the measures that were found")
    first = missing if take.name.split()[0] in RIGHT_ALIGNED else 0
    return np.array(positions[first : first + len(beats)]), beats


def evaluate(take: Take, soundfont: Path, applause: bool, wrong: Score | None) -> Result:
    """Render, align and measure one take."""
    score = read_score(take.score)
    audio = render(take.midi, soundfont)
    audio = applauded(audio) if applause else audio
    started = time.process_time()
    heard = features.listen(audio[i : i + 65_536] for i in range(0, len(audio), 65_536))
    try:
        found = align_features(score, heard)
        cpu_s = time.process_time() - started
        positions, seconds = truth_of(take, score, found)
    except (MezzoforteError, LookupError) as e:
        return Result(take.name, audio_s=len(audio) / SAMPLE_RATE_HZ, left_out=str(e))
    errors = 1000 * np.abs(found.times_of(positions) - seconds)
    other = coarse.outline(wrong, heard) if wrong is not None else None
    return Result(
        take.name, len(errors), float(np.median(errors)), float(np.mean(errors <= 70)),
        float(np.mean(errors <= 250)), float(errors.max()), len(audio) / SAMPLE_RATE_HZ, cpu_s, found.fit,
        other and other.cost / other.shifted,
    )  # fmt: skip


def table(results: list[Result]) -> str:
    """The results as markdown, all beats of all takes pooled in the last line."""
    lines = ["| take | beats | median ms | ≤ 70 ms | ≤ 250 ms | worst ms | × real time | fit |"]
    lines.append("|---" * 8 + "|")
    measured = [r for r in results if not r.left_out]
    for r in measured:
        other = f" ({r.fit_of_wrong_score:.2f} wrong)" if r.fit_of_wrong_score else ""
        speed = r.audio_s / max(r.cpu_s, 1e-9)
        lines.append(
            f"| {r.name} | {r.n_beats} | {r.median_ms:.1f} | {r.within_70_ms:.1%} | {r.within_250_ms:.1%} "
            f"| {r.worst_ms:.0f} | {speed:.0f} | {r.fit:.2f}{other} |"
        )
    if measured:
        beats = np.array([r.n_beats for r in measured])
        lines.append(
            f"| all {len(measured)} | {beats.sum()} | {np.median([r.median_ms for r in measured]):.1f} (of takes) "
            f"| {np.average([r.within_70_ms for r in measured], weights=beats):.1%} "
            f"| {np.average([r.within_250_ms for r in measured], weights=beats):.1%} "
            f"| {max(r.worst_ms for r in measured):.0f} "
            f"| {sum(r.audio_s for r in measured) / sum(r.cpu_s for r in measured):.0f} | |"
        )
    lines += [f"left out: {r.name}: {r.left_out}" for r in results if r.left_out]
    return "\n".join(lines) + "\n"


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Accuracy and speed of score alignment.")
    parser.add_argument("--pieces", type=int, default=10, help="how many takes of each set (default 10)")
    parser.add_argument("--set", choices=("asap", "mazurka", "both"), default="both")
    parser.add_argument("--soundfont", type=Path, default=SOUNDFONT)
    parser.add_argument("--longest-s", type=float, default=600.0, help="leave out longer MIDI performances")
    parser.add_argument("--applause", action="store_true", help="ten seconds of claps after each recording")
    parser.add_argument("--wrong", action="store_true", help="also try the next take's score")
    parser.add_argument("--json", type=Path)
    return parser


def main(arguments: list[str] | None = None) -> int:
    options = build_parser().parse_args(arguments)
    root = os.environ.get("MEZZOFORTE_DATA")
    if not root:
        print("MEZZOFORTE_DATA is not set", file=sys.stderr)
        return 2
    takes: list[Take] = []
    for name, source in (("asap", asap_takes(Path(root, "asap"))), ("mazurka", mazurka_takes(Path(root)))):
        if options.set in (name, "both"):
            short = (t for t in source if mido.MidiFile(t.midi).length <= options.longest_s)
            takes += [t for _, t in zip(range(options.pieces), short, strict=False)]
    results = []
    for n, take in enumerate(takes):
        wrong = read_score(takes[(n + 1) % len(takes)].score) if options.wrong else None
        results.append(evaluate(take, options.soundfont, options.applause, wrong))
        r = results[-1]
        told = r.left_out or f"median {r.median_ms:.1f} ms, {r.within_70_ms:.1%} within 70 ms, fit {r.fit:.2f}"
        print(f"{n + 1}/{len(takes)} {take.name}: {told}", file=sys.stderr, flush=True)
    print(table(results))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in results], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
