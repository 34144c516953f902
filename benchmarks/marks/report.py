"""Do the marks say what was played? `python -m benchmarks.marks --renders DIR --work DIR --out docs/marks.md`.

Test pieces, rendered with a piano that nothing was trained on, go the whole way of `mezzoforte analyze --score`: heard,
aligned, marked, with the editors' marks hidden. The marks are played back and compared with the velocities that were
performed (`train.measure.explained`) and with the editors' marks (`train.measure.marks`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks.marks.cases import Case, asap_cases, batik_cases
from benchmarks.marks.mazurkas import loudness_table
from benchmarks.marks.rules import in_turn, random_segments
from runtime.analysis import LADDER
from runtime.dynamics.ladder import Hairpin, Level
from runtime.dynamics.mark import PRICES
from runtime.marks.annotate import PAGE_WEIGHT, AnnotateOptions, annotate
from runtime.marks.heard import HeardInScore
from runtime.score.plan import PlannedMark
from runtime.write.atomic import write_bytes
from train.fitting.command import Command, data_folder
from train.measure.explained import edition, explained, planned
from train.measure.marks import Agreement, Marks, Sign, agreement, editors_marks, five_levels, planned_marks

FEWEST_LEVELS = 4
"""Pieces with fewer printed levels are counted apart."""
_BISECTIONS = 9
SYSTEMS = {
    "as_many": "Mezzoforte, as many marks as the edition",
    "half": "Mezzoforte, half as many",
    "no_page": "as many, without the page's odds of places",
    "sparse": "Mezzoforte, sparse",
    "normal": "Mezzoforte, normal (default)",
    "detailed": "Mezzoforte, detailed",
    "best": "best possible, as many as the edition: the same search on the true velocities",
    "edition": "the printed edition's own marks",
    "in_turn": "p and f in turn, as many levels as the edition",
    "random": "random segments, levels fitted to the truth, as many marks (200 draws)",
}


@dataclass(frozen=True)
class Figure:
    """One system on one performance: shares explained (gain fitted; gain of the ladder), levels and hairpins per bar,
    and hairpins whose direction is that of the playing."""

    r2: float
    on_ladder: float
    levels: float
    hairpins: float
    n_right: int
    n_hairpins: int


def figure(case: Case, levels: list[Level[float]], hairpins: list[Hairpin[float]]) -> Figure:
    """Marks at written places, judged by what was struck."""
    said = explained(case.played, levels, hairpins)
    bars = len(set(case.alignment.measures))
    right = [d for h in hairpins if (d := _goes_right(case, h)) is not None]
    return Figure(said.r2, said.on_ladder, len(levels) / bars, len(hairpins) / bars, sum(right), len(right))


def _goes_right(case: Case, h: Hairpin[float]) -> bool | None:
    """Whether the true velocity goes the hairpin's way from its first half to its second; None where nothing was."""
    at = np.array([float(p) for p in case.truth.at])
    middle = (h.start + h.end) / 2
    first = case.truth.velocity[(at >= h.start) & (at < middle)]
    second = case.truth.velocity[(at >= middle) & (at <= h.end)]
    first, second = first[np.isfinite(first)], second[np.isfinite(second)]
    return bool((second.mean() - first.mean()) * h.sign > 0) if len(first) and len(second) else None


def plan(case: Case, heard: HeardInScore, price: float, page_weight: float = PAGE_WEIGHT) -> list[PlannedMark]:
    """The marks that would be written at a price, less accents and sf."""
    options = AnnotateOptions(policy="replace", price=price, page_weight=page_weight)
    marks = annotate(case.blank, case.alignment, case.analysis, heard, options).plan.marks
    return [m for m in marks if m.kind == "hairpin" or (m.kind == "dynamic" and m.value != "sf")]


def with_as_many(case: Case, heard: HeardInScore, wanted: int, page_weight: float = PAGE_WEIGHT) -> list[PlannedMark]:
    """The plan at the price that gives nearest to `wanted` marks."""
    low, high = -1.5, 6.0
    best = plan(case, heard, float(np.exp(high)), page_weight)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        marks = plan(case, heard, float(np.exp(middle)), page_weight)
        if abs(len(marks) - wanted) < abs(len(best) - wanted):
            best = marks
        if len(marks) == wanted:
            break
        low, high = (middle, high) if len(marks) > wanted else (low, middle)
    return best


def judged(case: Case) -> tuple[dict[str, Figure], dict[str, Agreement], int]:
    """Figures and agreement with the editor of every system; and how many levels the editor wrote."""
    measures = set(case.alignment.measures)
    levels, hairpins = edition(case.score, measures)
    wanted = len(levels) + len(hairpins)
    truth = editors_marks(case.score, measures)
    figures: dict[str, Figure] = {}
    agree: dict[str, Agreement] = {}
    plans: dict[str, Callable[[], list[PlannedMark]]] = {
        name: lambda price=price: plan(case, case.heard, price) for name, price in PRICES.items()
    }
    if len(levels) >= FEWEST_LEVELS:
        plans |= {
            "as_many": lambda: with_as_many(case, case.heard, wanted),
            "half": lambda: with_as_many(case, case.heard, wanted // 2),
            "no_page": lambda: with_as_many(case, case.heard, wanted, 0.0),
            "best": lambda: with_as_many(case, case.truth, wanted),
        }
    for name, make in plans.items():
        marks = make()
        figures[name] = figure(case, *planned(case.blank, marks))
        agree[name] = agreement(truth, planned_marks(case.blank, marks, measures))
    if len(levels) >= FEWEST_LEVELS:
        figures["edition"] = figure(case, levels, hairpins)
        places = np.array([float(p) for p, m in zip(case.heard.at, case.heard.measure, strict=True) if m in measures])
        turn = in_turn(places, len(levels))
        figures["in_turn"] = figure(case, turn, [])
        agree["in_turn"] = agreement(truth, _as_marks(case, turn))
        r2 = random_segments(case.played, max(1, wanted), np.random.default_rng(0))
        figures["random"] = Figure(r2, float("nan"), wanted / len(measures), 0.0, 0, 0)
    return figures, agree, len(levels)


def _as_marks(case: Case, levels: list[Level[float]]) -> Marks:
    signs = []
    for x in levels:
        at = Fraction(x.at).limit_denominator(64)
        signs.append(Sign(at, five_levels(LADDER[x.level]), case.blank.measure_at(at).time.bar_quarters))
    return Marks(tuple(signs), ())


def tables(cases: Iterator[Case], title: str) -> tuple[str, list[dict[str, object]]]:
    """Markdown and rows by piece."""
    rows: list[dict[str, object]] = []
    pooled: dict[str, Agreement] = {}
    by_system: dict[str, list[Figure]] = {}
    unmarked: dict[str, list[Figure]] = {}
    shares = []
    for case in cases:
        figures, agree, n_levels = judged(case)
        marked = n_levels >= FEWEST_LEVELS
        for name, f in figures.items():
            (by_system if marked else unmarked).setdefault(name, []).append(f)
        if marked:
            for name, a in agree.items():
                pooled[name] = pooled.get(name, Agreement()) + a
            shares.append(figures["as_many"].r2 / max(figures["best"].r2, 1e-6))
        rows.append({"piece": case.name, "printed_levels": n_levels,
                     **{name: asdict(f) for name, f in figures.items()}})  # fmt: skip
    out = [f"## {title}\n"]
    if by_system:
        told = f"as many marks as the edition explain {np.mean(shares):.2f} of what is possible (mean)"
        out.append(f"{len(shares)} performances of pieces with at least {FEWEST_LEVELS} printed levels; {told}.\n")
        out += [_head(), *(_line(n, by_system[n], pooled.get(n)) for n in SYSTEMS if n in by_system), ""]
    if unmarked:
        n = len(next(iter(unmarked.values())))
        out.append(f"{n} performances of pieces with fewer printed levels, at the shipped prices:\n")
        out += [_head(), *(_line(n, unmarked[n], None) for n in SYSTEMS if n in unmarked), ""]
    return "\n".join(out), rows


def _head() -> str:
    return ("| marks | R² | R², gain of the ladder | levels a bar | hairpins a bar | hairpins the right way "
            "| place F1 | place and level F1 | hairpins F1 |\n|---|" + "---:|" * 8)  # fmt: skip


def _line(name: str, figures: list[Figure], agree: Agreement | None) -> str:
    def mean(of: str) -> str:
        value = float(np.mean([getattr(f, of) for f in figures]))
        return "–" if np.isnan(value) else f"{value:.2f}"

    n = sum(f.n_hairpins for f in figures)
    way = f"{sum(f.n_right for f in figures) / n:.2f}" if n else "–"
    told = ["–"] * 3 if agree is None else [f"{c.f1:.3f}" for c in (agree.place, agree.level, agree.gradual)]
    cells = [SYSTEMS[name], f"**{mean('r2')}**", mean("on_ladder"), mean("levels"), mean("hairpins"), way, *told]
    return "| " + " | ".join(cells) + " |"


HEAD = """# Marks that say what was played

Written by `python -m benchmarks.marks` ([how](training.md)). {protocol}

"""
PROTOCOL = """All audio is synthesised with an upright piano that nothing was trained on, sustain pedal switched at 64;
every piece is a test piece. The way is that of `mezzoforte analyze --score`: heard with `--quality best`, aligned with
the score, marked, the editor's marks hidden.

- **R²**: the share of the variance of what was played that the marks explain. Unit: the quarter of the written score,
  mean velocity of the notes that begin in it, all passes of a repeat averaged; the marks are played back (a level
  holds, a hairpin leads straight to the level at its end, else one step), with the best gain ≥ 0 and offset; in the
  second column with the gain of MuseScore's ladder, 16 velocities a step.
- **as many marks**: the price of a mark is set for each piece so that levels and hairpins together are as many as the
  edition has. cresc. and dim. in words count as hairpins.
- **the right way**: hairpins over which the true velocity goes that way from the first half to the second. -
**place**: pairs with the editor's levels at most a bar apart, one to one; **and level**: of the five classes, mp as p.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--renders", type=Path, required=True, help="ASAP's test pieces, by train.rendering")
    parser.add_argument("--batik-renders", type=Path, help="Batik's movements, by train.rendering")
    parser.add_argument("--model", help="name of a shipped model or path of a card (default: the shipped one)")
    parser.add_argument("--work", type=Path, required=True, help="folder for what was heard")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--json", type=Path, help="figures by piece")
    parser.add_argument("--only", help="part of the name of the pieces that count")


def run(args: argparse.Namespace) -> None:
    """Write the page."""
    data = data_folder()
    parts, rows = [], {}
    sources = {"asap": lambda: asap_cases(data / "asap", args.renders, args.work, model=args.model)}
    if args.batik_renders:
        sources["batik"] = lambda: batik_cases(data / "batik_mozart", args.batik_renders, args.work, args.model)
    titles = {"asap": "ASAP, test pieces", "batik": "Batik plays Mozart, 12 movements"}
    for name, cases in sources.items():
        text, rows[name] = tables((c for c in cases() if args.only is None or args.only in c.name), titles[name])
        parts.append(text)
    parts.append(loudness_table(data / "mazurkabl"))
    write_bytes(args.out, (HEAD.format(protocol=PROTOCOL) + "\n".join(parts)).encode())
    if args.json:
        write_bytes(args.json, json.dumps(rows, indent=1).encode())


main = Command(add_options, run)
