"""A performance's MIDI matched with the score note by note by parangonar, beside our alignment of the sound.

``python -m benchmarks.alignment.notes --renders DIR … [--pieces N]``: takes, known beats and errors as in
`benchmarks.alignment.takes`. The matcher (parangonar's AutomaticNoteMatcher with its own settings) gets the notes of
the MIDI file and, as it chooses no repeats, the score's notes in the order of the bars that are played. A beat's time
is that of the matched notes written on it, else it lies in a straight line between its matched neighbours.

The known beats were made from the same MIDI notes (annotated on them, or the notes were placed by them), so note
matching starts with a median near 0; what it can get wrong is which note is which. Our alignment hears the rendered
sound only and chooses the order of bars itself. Data: the folder in MEZZOFORTE_DATA. Needs parangonar 3.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.alignment import takes as alignment
from benchmarks.alignment.data import Take, Truth, truth_of
from runtime.errors import MezzoforteError
from runtime.notes.played import read_notes
from runtime.score.align.performance import Played, play
from runtime.score.read.files import read_score
from train.fitting.command import Command, data_folder

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One take: sizes of errors of its beats in ms by each way, which beats can be heard, and CPU seconds."""

    name: str
    notes_ms: Floats
    heard: npt.NDArray[np.bool_]
    notes_cpu_s: float
    matched: float
    ours: alignment.Result
    audio_s: float


def performed_notes(midi: Path, end_s: float) -> npt.NDArray[np.void]:
    """A performance's notes up to `end_s` as parangonar takes them."""
    n = read_notes(midi)
    rows = zip(n.onset_s, np.maximum(0.01, n.offset_s - n.onset_s), n.pitch, n.velocity, strict=True)
    kept = [r for r in rows if r[0] <= end_s]
    fields = [("onset_sec", float), ("duration_sec", float), ("pitch", int), ("velocity", int), ("id", "U12")]
    return np.array([(*r, f"p{i}") for i, r in enumerate(kept)], dtype=fields)


def written_notes(played: Played, end_q: float) -> npt.NDArray[np.void]:
    """The score's notes in playing order up to a position, as parangonar takes them (a beat is a quarter)."""
    fields = [("onset_beat", float), ("duration_beat", float), ("pitch", int), ("voice", int), ("id", "U12")]
    lengths = np.where(played.grace, 0.0, np.maximum(0.01, played.ends - played.onsets))
    rows = zip(played.onsets, lengths, played.pitches, strict=True)
    kept = sorted((float(a), float(b), int(p)) for a, b, p in rows if a < end_q)
    return np.array([(*r, 1, f"s{i}") for i, r in enumerate(kept)], dtype=fields)


def beat_times(matches: list[dict[str, str]], score: np.ndarray, performance: np.ndarray, at_q: Floats) -> Floats:
    """Seconds of positions: the mean of the matched notes there, straight lines between such places."""
    where = {n["id"]: n["onset_beat"] for n in score if n["duration_beat"] > 0}
    when = {n["id"]: n["onset_sec"] for n in performance}
    pairs = [(where[m["score_id"]], when[m["performance_id"]]) for m in matches
             if m["label"] == "match" and m["score_id"] in where]  # fmt: skip
    places = sorted({q for q, _ in pairs})
    seconds = [float(np.mean([s for p, s in pairs if p == q])) for q in places]
    return np.interp(at_q, places, np.maximum.accumulate(seconds))


def match(take: Take, truth: Truth, played: Played) -> tuple[Floats, float, float]:
    """(error of each known beat in ms, share of written notes that found a partner, CPU seconds)."""
    from parangonar import AutomaticNoteMatcher

    last = int(truth.turn.max()) + 1
    end_s = float(truth.seconds.max()) / take.time_scale
    performance = performed_notes(take.midi, end_s + 1.0)
    score = written_notes(played, float(played.starts[last]))
    started = time.process_time()
    matches = AutomaticNoteMatcher()(score, performance)
    cpu_s = time.process_time() - started
    at_q = played.starts[truth.turn] + truth.offset_q
    found_s = beat_times(matches, score, performance, np.asarray(at_q, float))
    share = sum(m["label"] == "match" for m in matches) / len(score)
    return 1000 * np.abs(found_s - truth.seconds / take.time_scale), share, cpu_s


def evaluate(take: Take, options: Namespace) -> Row:
    """Both ways on one take. Raises `LookupError` or `MezzoforteError` when it has no known beats."""
    score = read_score(take.score)
    truth = truth_of(take, score)
    errors_ms, matched, cpu_s = match(take, truth, play(score, list(truth.order)))
    ours = alignment.evaluate(take, options, None)
    heard = truth.struck & truth.confirmed & ~truth.unclear
    return Row(take.name, errors_ms, heard, cpu_s, matched, ours, ours.audio_s)


def table(rows: list[Row]) -> str:
    """Markdown: both ways over all takes, then take by take."""
    head = "| way | takes | beats | median ms | ≤ 70 ms | ≤ 250 ms | heard | ≤ 70 ms | ≤ 250 ms | × real time |"
    lines = [head, "|---" * 10 + "|", _notes_line("notes of the MIDI matched (parangonar)", rows)]
    lines += [_sound_line("sound aligned (Mezzoforte)", [r.ours for r in rows]), ""]
    for r in rows:
        notes = f"notes {np.mean(r.notes_ms <= 70):.1%} within 70 ms, {r.matched:.1%} of the written ones matched"
        lines.append(f"{r.name}: {notes}; sound {r.ours.within_70_ms:.1%}")
    return "\n".join(lines)


def _notes_line(name: str, rows: list[Row]) -> str:
    size = np.concatenate([r.notes_ms for r in rows])
    heard = np.concatenate([r.notes_ms[r.heard] for r in rows])
    speed = sum(r.audio_s for r in rows) / sum(r.notes_cpu_s for r in rows)
    return (
        f"| {name} | {len(rows)} | {len(size):,} | {np.median([np.median(r.notes_ms) for r in rows]):.1f} "
        f"| {np.mean(size <= 70):.1%} | {np.mean(size <= 250):.1%} | {len(heard):,} | {np.mean(heard <= 70):.1%} "
        f"| {np.mean(heard <= 250):.1%} | {speed:.0f} |"
    )


def _sound_line(name: str, results: list[alignment.Result]) -> str:
    beats, struck = [r.n_beats for r in results], [r.n_struck for r in results]
    shares = [np.average([getattr(r, k) for r in results], weights=w) for k, w in (
        ("within_70_ms", beats), ("within_250_ms", beats), ("struck_within_70_ms", struck),
        ("struck_within_250_ms", struck),
    )]  # fmt: skip
    speed = sum(r.audio_s for r in results) / sum(r.cpu_s for r in results)
    return (
        f"| {name} | {len(results)} | {sum(beats):,} | {np.median([r.median_ms for r in results]):.1f} "
        f"| {shares[0]:.1%} | {shares[1]:.1%} | {sum(struck):,} | {shares[2]:.1%} | {shares[3]:.1%} | {speed:.0f} |"
    )


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--renders", type=Path, nargs="+", required=True, help="folders written by train.rendering.render"
    )
    parser.add_argument("--pieces", type=int, default=3, help="takes of each folder, one of each piece (default: 3)")


def run(options: Namespace) -> None:
    """Match, align, print the table."""
    if find_spec("parangonar") is None:
        raise MezzoforteError("parangonar is not installed", advice="pip install 'parangonar>=3,<4'")
    words = ["--renders", *map(str, options.renders), "--pieces", str(options.pieces)]
    settings, rows = alignment.main.parse(words), []
    for take in alignment.chosen_takes(settings, data_folder()):
        try:
            rows.append(evaluate(take, settings))
        except (LookupError, MezzoforteError) as e:
            print(f"{take.name}: left out: {e}", file=sys.stderr, flush=True)
            continue
        print(table(rows[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    print(table(rows))


main = Command(add_options, run)

if __name__ == "__main__":
    main()
