"""What is told to be unsure, and whether it is: `python -m benchmarks.accuracy.doubts ask|fit|table …`.

Three questions are asked of every recording: are the beats those of the music (they are not where beat F < 0.8), do
most bars have the true number of beats, and do bars begin where they should (they do not where downbeat F < 0.8); the
last two only where the beats are right. ``ask`` keeps, of pieces that no network had learned from, what is known of
each question and of each remedy, and what is true, in a file. ``fit`` finds weights from such files by logistic
regression and writes them into the card. Something is told from the lowest chance on at which, with each piece left out
in turn, seven in ten of those told are wrong, and three at least; a remedy is proposed from the lowest chance on at
which seven in ten of those proposed, where something was wrong, did help. What designed players played
(`train.onsets.perform`) has a say in that only where there is too little that people played. ``table`` counts true
alarms, false alarms and misses, and says how F moves when the user does what is proposed, or says what only they can.
"""

from __future__ import annotations

import itertools
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy import unsure
from benchmarks.accuracy.unsure import QUESTIONS, Asked, Case, Quality, Tried, cases, which_f
from runtime.analysis import Doubt, Question
from runtime.corrections import SAME_BEAT_S, Corrections, Pin, from_json
from runtime.decode import doubts as in_use
from runtime.decode import remedies
from runtime.decode.doubts import doubts
from runtime.decode.grid import find_grid
from runtime.model import find_card, load_model
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.measure.metrics import TOLERANCE_S
from train.onsets.designed import DESIGNED
from train.sources import ALL, chosen_on, credited, union

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_PRECISION = 0.7
_FEWEST_TRUE = 3
"""From fewer cases no chance is taken."""
_RIDGE = 0.3
_MOVES_F = 0.01
"""By less F has not moved."""
_NAMES = {"pulse": "the beats are others", "metre": "bars have another length", "bar": "bars begin elsewhere"}


def fit(rows: Sequence[Asked]) -> dict[str, float]:
    """The weights of every question and the least chance that is told, as thresholds of a card."""
    out: dict[str, float] = {}
    pieces = np.array([r.piece for r in rows])
    for question in QUESTIONS:
        known = np.array([r.wrong[question] is not None for r in rows])
        names = in_use.FEATURES[question]
        x = np.array([[r.features[name] for name in names] for r in rows])
        y = np.array([bool(r.wrong[question]) for r in rows])
        chance = _left_out(x, y, pieces, known)
        least = _least(chance[known], y[known], _by_people(rows)[known])
        out |= _named(f"doubt_{question}", names, _logistic(x[known], y[known]), least)
        alarms = known & (chance >= least)
        print(f"{question}: {y[known].sum()} of {known.sum()} wrong; told {alarms.sum()}, of them {y[alarms].sum()}")
    return out


def fit_remedies(rows: Sequence[Asked]) -> dict[str, float]:
    """The weights of every remedy and the least chance that is proposed, as thresholds of a card. Learned from the
    cases whose F it moves; it must help where something is wrong."""
    out: dict[str, float] = {}
    for key, names in remedies.FEATURES.items():
        tried = [(r, t) for r in rows for t in r.tried if t.key == key and abs(t.gain) > _MOVES_F]
        if not tried:
            continue
        pieces = np.array([r.piece for r, _ in tried])
        x = np.array([[t.features[name] for name in names] for _, t in tried])
        helps = np.array([t.gain > 0 for _, t in tried])
        wrong = np.array([bool(r.wrong[t.question]) for r, t in tried])  # of what changes bars: where bars begin
        chance = _left_out(x, helps, pieces, np.ones(len(tried), bool))
        least = _least(chance[wrong], helps[wrong], _by_people([r for r, _ in tried])[wrong])
        out |= _named(f"remedy_{key}", names, _logistic(x, helps), least)
        good = wrong & (chance >= least)
        print(f"{key}: helps {helps[wrong].sum()} of {wrong.sum()}; proposed {good.sum()}, helps {helps[good].sum()}")
    return out


def _named(prefix: str, names: Sequence[str], weights: tuple[Floats, float], least: float) -> dict[str, float]:
    told = {f"{prefix}_{n}": round(float(w), 4) for n, w in zip(names, weights[0], strict=True)}
    return told | {f"{prefix}_bias": round(weights[1], 4), f"{prefix}_least": least}


def _left_out(x: Floats, y: Bools, pieces: npt.NDArray[np.str_], known: Bools) -> Floats:
    """The chances that those learn that are `known` and of other pieces."""
    chance = np.zeros(len(y))
    for piece in np.unique(pieces):
        out = pieces == piece
        chance[out] = _chance(x[out], *_logistic(x[known & ~out], y[known & ~out]))
    return chance


def _logistic(x: Floats, y: Bools) -> tuple[Floats, float]:
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


def _by_people(rows: Sequence[Asked]) -> Bools:
    return np.array([DESIGNED not in r.sources for r in rows])


def _least(chance: Floats, wrong: Bools, by_people: Bools) -> float:
    """The lowest chance from which on seven in ten of those told are wrong, three at least; 1 where there is none. Of
    what people played, if there is one."""
    least = _lowest(chance[by_people], wrong[by_people])
    return least if least < 1 else _lowest(chance, wrong)


def _lowest(chance: Floats, wrong: Bools) -> float:
    order = np.argsort(-chance, kind="stable")
    true = np.cumsum(wrong[order])
    precise = true / np.arange(1, len(wrong) + 1) >= _PRECISION
    enough = np.flatnonzero(precise & wrong[order] & (true >= _FEWEST_TRUE))
    return round(float(chance[order][enough[-1]]), 4) if len(enough) else 1.0


@dataclass(frozen=True)
class Told:
    """A case with what was told of it, whether that can be done at once, and beat and downbeat F after it was done, or
    after the user said what only they can."""

    asked: Asked
    at_once: dict[Question, bool]
    after: dict[Question, tuple[float, float]]


def told(case: Case) -> Told | None:
    """None where there are no beats."""
    found = case.found()
    if found is None:
        return None
    at_once, after = {}, {}
    heard = case.logits
    for doubt in doubts(
        found, case.card.thresholds, lambda said: find_grid(heard, heard.ntot_sone, case.options, said)
    ):
        at_once[doubt.about] = bool(doubt.corrections)
        after[doubt.about] = case.scored(_said(case, doubt))
    return Told(Asked.of(case, found, tries=False), at_once, after)


def _said(case: Case, doubt: Doubt) -> Corrections:
    """What is proposed; else what somebody says who knows: beats tapped, beats in a bar counted, one bar line set."""
    if doubt.corrections:
        return from_json('{"corrections": 1, ' + json.dumps(doubt.corrections)[1:])
    if doubt.remedy.key == "count":
        return Corrections(beats_per_bar=case.metre)
    first, last = (_seconds(str(doubt.remedy.values[name])) for name in ("first", "last"))
    within = (case.beats_s > first - TOLERANCE_S) & (case.beats_s < last + 1)
    if doubt.remedy.key == "tap":
        within &= np.diff(case.beats_s, append=np.inf) >= SAME_BEAT_S  # two labels of one beat are one tap
        rows = zip(case.beats_s[within], case.position[within], strict=True)
        return Corrections(taps=tuple(Pin(float(t), int(k) or None) for t, k in rows))
    lines = case.beats_s[within & (case.position == 1)]
    return Corrections(pins=tuple(Pin(float(t), 1) for t in lines[len(lines) // 2 :][:1]))


def _seconds(clock: str) -> int:
    minutes, seconds = clock.split(":")
    return 60 * int(minutes) + int(seconds)


def table(rows: Sequence[Told]) -> str:
    """Markdown: per question and quality counts of alarms, and the mean F before and after what was proposed, and
    before and after what the user was asked for."""
    lines = [
        "| question | quality | recordings | wrong | true alarms | false alarms | misses | F with what is proposed "
        "| F with what is asked for |",
        "|---|---|---:|---:|---:|---:|---:|---|---|",
    ]
    qualities = [q for q in get_args(Quality) if any(r.asked.quality == q for r in rows)]
    for question, quality in itertools.product(QUESTIONS, qualities):
        known = [r for r in rows if r.asked.quality == quality and r.asked.wrong[question] is not None]
        alarms = [r for r in known if question in r.after]
        wrong, true = (sum(bool(r.asked.wrong[question]) for r in some) for some in (known, alarms))
        cells = (len(known), wrong, true, len(alarms) - true, wrong - true)
        moved = (_moved([r for r in alarms if r.at_once[question] is done], question) for done in (True, False))
        lines.append(f"| {_NAMES[question]} | {quality} | " + " | ".join([*map(str, cells), *moved]) + " |")
    return "\n".join(lines) + "\n"


def _moved(rows: Sequence[Told], question: Question) -> str:
    if not rows:
        return "–"
    which = which_f(question)
    before, after = (np.array([f[which] for f in fs]) for fs in
                     ([r.asked.before for r in rows], [r.after[question] for r in rows]))  # fmt: skip
    better, worse = (after > before + _MOVES_F).sum(), (after < before - _MOVES_F).sum()
    return f"{before.mean():.2f} → {after.mean():.2f} ({better} better, {worse} worse of {len(rows)})"


def to_json(rows: Sequence[Asked]) -> str:
    """What `read` reads."""
    return json.dumps([asdict(r) for r in rows], indent=0)


def read(path: Path) -> list[Asked]:
    """What ``ask`` kept."""
    out = []
    for row in json.loads(path.read_text(encoding="utf-8")):
        tried = tuple(Tried(**t) for t in row.pop("tried"))
        lists = {name: tuple(row[name]) for name in ("sources", "before")}
        out.append(Asked(**{**row, **lists, "tried": tried}))
    return out


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    actions = parser.add_subparsers(dest="do", required=True)
    ask, fit, table = (actions.add_parser(name) for name in ("ask", "fit", "table"))
    for one in (ask, table):
        unsure.add_options(one)
    ask.add_argument("--out", type=Path, required=True, metavar="FILE.json")
    table.add_argument("--out", type=Path, metavar="FILE.md")
    fit.add_argument("asked", type=Path, nargs="+", metavar="FILE.json")
    fit.add_argument("--card", help="name or path of the card that is written to (default: the shipped one)")


def run(args: Namespace) -> None:
    """Ask, fit and write the card, or print the tables."""
    if args.do == "fit":
        _write_card(args.card, [row for path in args.asked for row in read(path)])
    elif args.do == "ask":
        with_beats = ((case, found) for case in cases(args) if (found := case.found()) is not None)
        rows = [Asked.of(case, found, tries=True) for case, found in with_beats]
        write_bytes(args.out, to_json(rows).encode())
    else:
        text = _tables([row for case in cases(args) if (row := told(case)) is not None])
        print(text)
        if args.out is not None:
            write_bytes(args.out, text.encode())


def _write_card(name: str | None, rows: Sequence[Asked]) -> None:
    path = find_card(name)
    card = load_model(path, "cpu").card
    names = union(*(r.sources for r in rows))
    kept = {k: v for k, v in card.thresholds.items() if not k.startswith(("doubt_", "remedy_"))}
    thresholds = {**kept, **fit(rows), **fit_remedies(rows)}
    card = credited(replace(card, thresholds=thresholds, sources=chosen_on(card, names, ALL)), names)
    write_bytes(path, card.to_json().encode())


def _tables(rows: Sequence[Told]) -> str:
    parts = []
    for corpus in dict.fromkeys(r.asked.corpus for r in rows):
        parts.append(f"### {corpus}\n\n{table([r for r in rows if r.asked.corpus == corpus])}")
    return "\n".join([*parts, f"### all\n\n{table(rows)}"])


main = Command(add_options, run)

if __name__ == "__main__":
    main()
