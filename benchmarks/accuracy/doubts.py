"""What is told to be unsure, and whether it is: `python -m benchmarks.accuracy.doubts fit|table --renders …`.

Three questions are asked of every recording, with `best` and with `fast` quality: are the beats those of the music
(they are not where beat F < 0.8), do most bars have the true number of beats, and do bars begin where they should (they
do not where downbeat F < 0.8); the last two only where the beats are right. ``fit`` finds weights by logistic
regression on pieces that no network had learned from, and on performances of training pieces on a piano that none had
heard, and writes them into the card; something is told from the lowest chance on at which, with each piece left out in
turn, seven in ten of those told are wrong, and three at least. ``table`` counts true alarms, false alarms and misses,
and says how F moves when the user does what is proposed.
"""

from __future__ import annotations

import itertools
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.corrections import pieces_of
from benchmarks.accuracy.renders import Piece, Shown
from runtime.analysis import Question
from runtime.corrections import from_json
from runtime.decode.doubts import FEATURES, doubts
from runtime.model import find_card, load_model
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.marks.hear import Listener

Floats = npt.NDArray[np.float64]

POOR_F = 0.8
_PRECISION = 0.7
_FEWEST_TRUE = 3
"""From fewer cases no chance is taken."""
_RIDGE = 0.3
QUESTIONS: tuple[Question, ...] = ("pulse", "metre", "bar")
_NAMES = {"pulse": "the beats are others", "metre": "bars have another length", "bar": "bars begin elsewhere"}


@dataclass(frozen=True)
class Asked:
    """One recording at one quality: features, what is wrong with it (None: the question has no sense there), what was
    told, and beat and downbeat F before and after each remedy that was proposed."""

    piece: str
    corpus: str
    with_notes: bool
    features: dict[str, float]
    wrong: dict[Question, bool | None]
    told: dict[Question, str]
    before: tuple[float, float]
    after: dict[Question, tuple[float, float]]


def ask(piece: Piece, listener: Listener, with_notes: bool) -> Asked | None:
    """None where there are no beats."""
    notes = piece.notes if with_notes else None
    found = piece.frames.found(listener.model, notes)
    if found is None:
        return None
    beat, downbeat = piece.scored(Shown(found.grid.beats(), found.grid.metres()))
    lengths = np.diff(np.flatnonzero(piece.position == 1))
    metre = int(np.bincount(lengths).argmax()) if len(lengths) else found.usual_metre
    off = beat < POOR_F
    wrong: dict[Question, bool | None] = {
        "pulse": off,
        "metre": None if off else found.usual_metre != metre and downbeat < POOR_F,
        "bar": None if off else downbeat < POOR_F,
    }
    told, after = {}, {}
    model = listener.model
    thresholds = (model.card if notes is None else model.card.knowing_notes()).thresholds
    for doubt in doubts(found, thresholds, lambda said: piece.frames.grid(model, said, notes)):
        told[doubt.about] = doubt.remedy.key
        if doubt.corrections:
            said = from_json('{"corrections": 1, ' + json.dumps(doubt.corrections)[1:])
            after[doubt.about] = piece.scored(piece.grid(listener, said, with_notes=with_notes))
    return Asked(piece.name, piece.corpus, with_notes, found.features(), wrong, told, (beat, downbeat), after)


def asked(args: Namespace, listener: Listener) -> Iterator[Asked]:
    """Of all pieces that the options name, at both qualities."""
    for piece, with_notes in itertools.product(pieces_of(args, listener), (True, False)):
        found = ask(piece, listener, with_notes)
        if found is not None:
            yield found


def fit(rows: Sequence[Asked]) -> dict[str, float]:
    """The weights of every question and the least chance that is told, as thresholds of a card. As in use
    (`runtime.decode.doubts.chances`), metre and bars count only as far as the pulse is right."""
    out: dict[str, float] = {}
    pieces = np.array([r.piece for r in rows])
    right = np.ones(len(rows))
    for question in QUESTIONS:
        known = np.array([r.wrong[question] is not None for r in rows])
        x = np.array([[r.features[name] for name in FEATURES[question]] for r in rows])
        y = np.array([bool(r.wrong[question]) for r in rows])
        chance = np.zeros(len(rows))
        for piece in np.unique(pieces):
            out_of = pieces == piece
            chance[out_of] = _chance(x[out_of], *_logistic(x[known & ~out_of], y[known & ~out_of]))
        told = right * chance
        least = _least(told[known], y[known])
        weights, bias = _logistic(x[known], y[known])
        names = [f"doubt_{question}_{name}" for name in FEATURES[question]]
        out |= dict(zip(names, (round(float(w), 4) for w in weights), strict=True))
        out |= {f"doubt_{question}_bias": round(bias, 4), f"doubt_{question}_least": least}
        print(f"{question}: {y[known].sum()} of {known.sum()} wrong; told {(told[known] >= least).sum()}")
        if question == "pulse":
            right = 1 - chance
    return out


def _logistic(x: Floats, y: npt.NDArray[np.bool_]) -> tuple[Floats, float]:
    """Weights [k] and bias by Newton's method, with a ridge on the weights of standardised features."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack([(x - mean) / spread, np.ones(len(x))])
    ridge = np.append(np.full(x.shape[1], _RIDGE), 1e-6)
    w = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ w))
        w -= np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + np.diag(ridge), z.T @ (p - y) + ridge * w)
    return w[:-1] / spread, float(w[-1] - (w[:-1] * mean / spread).sum())


def _chance(x: Floats, weights: Floats, bias: float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(x @ weights + bias))))


def _least(chance: Floats, wrong: npt.NDArray[np.bool_]) -> float:
    """The lowest chance from which on so many of those told are wrong, three at least; 1 where there is none."""
    order = np.argsort(-chance, kind="stable")
    true = np.cumsum(wrong[order])
    precise = true / np.arange(1, len(wrong) + 1) >= _PRECISION
    enough = np.flatnonzero(precise & wrong[order] & (true >= _FEWEST_TRUE))
    return round(float(chance[order][enough[-1]]), 4) if len(enough) else 1.0


def table(rows: Sequence[Asked]) -> str:
    """Markdown: per question and quality counts of alarms, and the mean F before and after what was proposed."""
    lines = [
        "| question | quality | recordings | wrong | true alarms | false alarms | misses | F with what is proposed |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for question, with_notes in itertools.product(QUESTIONS, (True, False)):
        known = [r for r in rows if r.with_notes == with_notes and r.wrong[question] is not None]
        wrong = [r for r in known if r.wrong[question]]
        alarms = [r for r in known if question in r.told]
        true = [r for r in alarms if r.wrong[question]]
        which = 0 if question == "pulse" else 1
        tried = [r for r in alarms if question in r.after]
        moved = "–"
        if tried:
            before, after = (np.mean([f[which] for f in fs]) for fs in
                             ([r.before for r in tried], [r.after[question] for r in tried]))  # fmt: skip
            better = sum(r.after[question][which] > r.before[which] + 0.01 for r in tried)
            worse = sum(r.after[question][which] < r.before[which] - 0.01 for r in tried)
            moved = f"{before:.2f} → {after:.2f} ({better} better, {worse} worse of {len(tried)})"
        cells = (len(known), len(wrong), len(true), len(alarms) - len(true), len(wrong) - len(true))
        name, quality = _NAMES[question], "best" if with_notes else "fast"
        lines.append(f"| {name} | {quality} | " + " | ".join(map(str, cells)) + f" | {moved} |")
    return "\n".join(lines) + "\n"


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("do", choices=("fit", "table"))
    add("--renders", nargs=3, action="append", default=[], metavar=("CORPUS", "DATA_DIR", "AUDIO_DIR"))
    add("--real", type=Path, metavar="DIR", help="the folder of the real recordings")
    add("--work", type=Path, required=True, metavar="DIR", help="where what was heard is kept")
    add("--card", help="name or path of the card that fit writes to (default: the shipped one)")
    add("--out", type=Path, metavar="FILE.md")


def run(args: Namespace) -> None:
    """Fit and write the card, or print the tables."""
    listener = Listener.with_folder(args.work / "heard")
    rows = list(asked(args, listener))
    if args.do == "fit":
        path = find_card(args.card)
        card = load_model(path, "cpu").card
        kept = {k: v for k, v in card.thresholds.items() if "doubt_" not in k and not k.endswith("sure_confidence")}
        write_bytes(path, replace(card, thresholds={**kept, **fit(rows)}).to_json().encode())
        return
    parts = []
    for corpus in dict.fromkeys(r.corpus for r in rows):
        parts.append(f"### {corpus}\n\n{table([r for r in rows if r.corpus == corpus])}")
    text = "\n".join([*parts, f"### all\n\n{table(rows)}"])
    print(text)
    if args.out is not None:
        write_bytes(args.out, text.encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
