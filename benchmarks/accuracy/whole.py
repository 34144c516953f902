"""Beats of the real recordings as a user gets them: `python -m benchmarks.accuracy.whole REAL_AUDIO`.

Each file is analysed whole, with `--quality best` or `fast`, and its labelled first minute scored
(`benchmarks/labels/real_audio`): mir_eval F ±70 ms after the first 5 s, CMLt and AMLt of beats, F of downbeats. In
`docs/accuracy_best.md` the model hears that minute alone, which is harder: the pulse of a whole piece says more.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.labels.recordings import LABELS, RECORDINGS, read_labels
from runtime.analysis import Analysis
from runtime.model import load_model
from runtime.thorough import QUALITIES, hear_with, listener_for, load_listener
from train.fitting.command import Command
from train.measure.metrics import track_scores

_AFTER_S = 0.5


def scored(analysis: Analysis, labels: Path) -> tuple[float, float, float, float]:
    """F, CMLt and AMLt of beats and F of downbeats up to half a second after the last labelled beat."""
    truth = read_labels(labels)
    end_s = truth.times_s[-1] + _AFTER_S
    found = [b for b in analysis.beats if b.time_s < end_s]
    beat = track_scores(truth.times_s, np.array([b.time_s for b in found]))
    downbeats_s = np.array([b.time_s for b in found if b.position == 1])
    downbeat = track_scores(truth.times_s[truth.beats == 1], downbeats_s)
    assert beat is not None and downbeat is not None
    return (*beat, downbeat[0])


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("recordings", type=Path, help="folder with the five real recordings")
    parser.add_argument("--model", help="name of a shipped model or path of a card")
    parser.add_argument("--quality", choices=QUALITIES)
    parser.add_argument("--listener", help="who hears the notes (default: our transcriber)")
    parser.add_argument("--listener-path", type=Path, help="its card, where it is not in its usual place")


def run(args: Namespace) -> None:
    """Print a table, a row when each recording is done."""
    model = load_model(args.model, "cpu")
    who = load_listener(model, args.listener, args.listener_path) if args.listener else None
    print("| whole file, first minute scored | beat F | CMLt | AMLt | downbeat F |\n|---|---:|---:|---:|---:|")
    rows = []
    for recorded in RECORDINGS:
        path = args.recordings / recorded.audio
        heard = hear_with(path, model, who or listener_for(path, model, args.quality))
        rows.append(scored(heard.analysis, LABELS / f"{recorded.name}.csv"))
        print(_row(recorded.name, rows[-1]), flush=True)
    print(_row("**all**", np.mean(rows, axis=0)))


def _row(name: str, figures: Iterable[float]) -> str:
    return f"| {name} | " + " | ".join(f"{value:.3f}" for value in figures) + " |"


main = Command(add_options, run)

if __name__ == "__main__":
    main()
