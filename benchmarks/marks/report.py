"""Marks that are planned against marks that editors wrote: `python -m benchmarks.marks --pack TEST.h5 --fold 0
--work DIR --out docs/marks.md`.

Every recording of the pack's test pieces whose score has at least four levels goes the way of `runtime.analyze
--score`: heard, decoded, aligned, planned, with the score's own marks hidden from the planner. `--choose VALID.h5`
first chooses what a density stands for on validation pieces, prints it for `runtime/marks/annotate.py` and measures
with the choice instead of with what stands there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise, permutations
from pathlib import Path

from benchmarks.marks.cases import Case, Shelf, cases, marked_score, score_path
from benchmarks.marks.choose import choose
from benchmarks.marks.levels import level_table
from benchmarks.marks.rules import RULES
from runtime.errors import MezzoforteError
from runtime.marks import annotate
from runtime.marks.annotate import AnnotateOptions, Density, Taste
from runtime.model import Model, load_model
from runtime.write.atomic import write_bytes
from train.data.splits import Split
from train.fitting.command import start
from train.frames.segments import Recording
from train.measure.evaluate import by_corpus
from train.measure.marks import Agreement, Marks, agreement, editors_marks, planned_marks
from train.measure.metrics import Counts

LEAST_MARKS = 4
DENSITIES: tuple[Density, ...] = ("sparse", "normal", "detailed")
HEAD = """# Marks against editors' marks

Written by `{command}`.

How near are the marks that Mezzoforte plans to those that editors wrote into the same scores? Editors put down what
a player should do, a recording holds what one player did, and the truth here is one edition: no system reaches 1,
and neither do players among themselves (below).

- *The way*: recording → model → beats → alignment with the score → levels and hairpins on the score's beats → plan, as
  in `runtime.analyze --score`.
  The marks of the score are hidden from the planner.
- *Data*: {data} Scores with at least {least} levels. The densities (`TASTES` in `runtime/marks/annotate.py`) were
  chosen on validation pieces with `--choose`, hairpins fitted on training pieces by `train.marks.fit_hairpins`.
- *Levels* are pp, p, mf, f, ff; softer and louder signs count as the outermost, mp as p; several at one place as the
  loudest. Two can be a pair when they stand at most one bar apart; pairs are one to one, as many as there can be.
  **Place** asks no more, **place and level** that both are the same, **one step** that they are at most one level
  apart. P is the share of planned marks that are in a pair, R the share of the editors'.
- *Hairpins*: a pair goes the same way and shares half of the shorter one. An editor's cresc. or dim. in words counts
  as a hairpin to the next level or hairpin, two bars at most.
- Only bars that were played count, a repeated bar once. All recordings are pooled.
- *Between players* (mazurkas): the plan for one player's recording judged by the plan for another's of the same piece,
  all pairs. This says how far two performances ask for the same marks **as Mezzoforte hears them**, not how far two
  human editors agree; the data has no second edition of these scores.

Model: {model}.
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: what was counted, over how many recordings, and how many marks there were."""

    total: Agreement
    recordings: int

    def cells(self) -> list[str]:
        """P, R and F1 of each question."""
        t = self.total
        marks = (t.place.tp + t.place.fp) / max(self.recordings, 1)
        return [f"{marks:.1f}", *(_f1(t.place)), *(_f1(t.level)), f"{t.near.f1:.3f}", *(_f1(t.gradual))]


def _f1(c: Counts) -> list[str]:
    return [f"{c.precision:.2f}", f"{c.recall:.2f}", f"**{c.f1:.3f}**"]


PIECES = {
    "test": "test pieces, on which nothing was chosen, rendered with a piano that was never used in training",
    "valid": "validation pieces, on which the densities were chosen and with which the second stage was trained",
}
COLUMNS = ("levels each", "place P", "R", "F1", "place and level P", "R", "F1", "one step F1", "hairpins P", "R", "F1")


def planned(case: Case, density: Density) -> Marks:
    """What would be written into the score if it had no marks."""
    in_score = case.in_score(annotate.TASTES[density].change_ease)
    annotation = annotate.annotate(case.blank, case.alignment, case.analysis, AnnotateOptions(density), in_score)
    return planned_marks(case.blank, annotation.plan.marks, case.played)


def mark_rows(group: Sequence[Case]) -> dict[str, Row]:
    """The planner at each density, the trivial rules, and players judged by each other."""
    truth = [editors_marks(c.score, c.played) for c in group]
    rows: dict[str, Row] = {}
    plans = {d: [planned(c, d) for c in group] for d in DENSITIES}
    for density in DENSITIES:
        name = f"Mezzoforte, {density}" + (" (default)" if density == "normal" else "")
        rows[name] = _row([agreement(t, p) for t, p in zip(truth, plans[density], strict=True)], len(group))
    for name, rule in RULES.items():
        answers = [[agreement(t, m) for m in rule(c.blank, c.played, t)] for c, t in zip(group, truth, strict=True)]
        draws = max(len(a) for a in answers)
        rows[name] = _row([x for a in answers for x in a], len(group) * draws)
    pairs = _between_players(group, plans["normal"])
    if pairs:
        rows[f"between players: {len(pairs)} ordered pairs"] = _row(pairs, len(pairs))
    return rows


def _row(parts: Sequence[Agreement], n: int) -> Row:
    return Row(sum(parts, Agreement()), n)


def _between_players(group: Sequence[Case], plans: Sequence[Marks]) -> list[Agreement]:
    """Every plan judged by every other of the same piece."""
    by_piece = defaultdict(list)
    for case, plan in zip(group, plans, strict=True):
        by_piece[case.heard.recording.piece_id].append(plan)
    return [agreement(a, b) for same in by_piece.values() for a, b in permutations(same, 2)]


def table(rows: dict[str, Row]) -> str:
    """Markdown with one line per system."""
    lines = ["| system | " + " | ".join(COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    lines += [f"| {name} | " + " | ".join(row.cells()) + " |" for name, row in rows.items()]
    return "\n".join(lines)


def chapter(corpus: str, group: Sequence[Case], left_out: Sequence[tuple[str, str]]) -> str:
    """Everything about one corpus."""
    truth = [editors_marks(c.score, c.played) for c in group]
    n_signs, n_spans = sum(len(t.signs) for t in truth), sum(len(t.graduals) for t in truth)
    written = sum(len(editors_marks(c.score, range(len(c.score.measures))).signs) for c in group)
    again = sum(a.level == b.level for t in truth for a, b in pairwise(t.signs))
    pieces = len({c.heard.recording.piece_id for c in group})
    instruments = ", ".join(sorted({c.heard.recording.instrument for c in group}))
    parts = [
        f"## {corpus}: {len(group)} recordings of {pieces} pieces, synthesised ({instruments})",
        f"Editors' marks in the bars played: {n_signs / len(group):.1f} levels and {n_spans / len(group):.1f} hairpins "
        f"and words each; {written - n_signs} of {written} levels stand in bars that were not played or not found. "
        f"{again} of the {n_signs} levels say the level that is in force already; the planner writes changes only.",
        table(mark_rows(group)),
        "### What knowing the score is worth for levels and change points",
        level_table(group),
    ]
    if left_out:
        parts.append("Left out: " + "; ".join(f"{name} ({why})" for name, why in left_out))
    return "\n\n".join(parts)


def eligible(recordings: list[Recording], data: Path) -> list[Recording]:
    """Those whose score has enough levels."""
    enough: dict[Path, bool] = {}
    for r in recordings:
        path = score_path(data, r)
        if path not in enough:
            score = marked_score(data, r)
            enough[path] = len(editors_marks(score, range(len(score.measures))).signs) >= LEAST_MARKS
    return [r for r in recordings if enough[score_path(data, r)]]


def gather(args: argparse.Namespace, packs: Sequence[Path], split: Split, model: Model) -> dict[str, list]:
    """Cases of a split by corpus, with (name, reason) for those left out."""
    shelf = Shelf(args.work, args.any_alignment)
    groups: dict[str, list] = defaultdict(list)
    for corpus, pack, recordings in by_corpus(packs, split, args.fold):
        if packs is args.pack and args.corpus not in ("", corpus):
            continue
        pieces = set(sorted({r.piece_id for r in recordings})[: args.pieces])
        chosen = _some(eligible([r for r in recordings if r.piece_id in pieces], args.data), args.per_piece)
        groups[corpus] += cases(pack, chosen, args.data, model, shelf)
    return groups


def _some(recordings: list[Recording], per_piece: int | None) -> list[Recording]:
    """The first few of each piece."""
    count: dict[str, int] = defaultdict(int)
    out = []
    for r in recordings:
        count[r.piece_id] += 1
        if per_piece is None or count[r.piece_id] <= per_piece:
            out.append(r)
    return out


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.marks", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--model", default="mezzoforte")
    parser.add_argument("--pack", type=Path, nargs="*", default=[], help="packs with test pieces")
    parser.add_argument("--split", choices=("test", "valid"), default="test", help="which pieces of the packs")
    parser.add_argument("--choose", type=Path, nargs="*", default=[], help="packs with validation pieces")
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--data", type=Path, default=os.environ.get("MEZZOFORTE_DATA"), help="the data folder")
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps frames and alignments between runs")
    parser.add_argument(
        "--any-alignment", action="store_true", help="alignments kept from other beats or versions will do"
    )
    parser.add_argument("--per-piece", type=int, help="at most so many recordings of a piece")
    parser.add_argument("--corpus", default="", help="measure only this corpus; densities are chosen on all")
    parser.add_argument("--pieces", type=int, help="only so many pieces of each corpus, for a quick look")
    parser.add_argument("--out", type=Path, help="write the document here instead of to stdout")
    return parser


def run(args: argparse.Namespace) -> int:
    """Choose, when asked to, then measure."""
    if not args.data:
        raise MezzoforteError("where are the scores?", advice="Set MEZZOFORTE_DATA or give --data")
    args.data = Path(args.data)
    model = load_model(args.model, "cpu")
    if args.choose:
        groups = gather(args, args.choose, "valid", model)
        tastes, told = choose({k: [c for c in g if isinstance(c, Case)] for k, g in groups.items()})
        print(told, file=sys.stderr)
        annotate.TASTES.update(tastes)
    if not args.pack:
        return 0
    chapters = []
    for corpus, found in gather(args, args.pack, args.split, model).items():
        group = [c for c in found if isinstance(c, Case)]
        left_out = [c for c in found if not isinstance(c, Case)]
        if group:
            chapters.append(chapter(corpus, group, left_out))
    text = "\n\n".join([_head(args, model), *chapters, _tastes(annotate.TASTES)]) + "\n"
    if args.out:
        write_bytes(args.out, text.encode())
    else:
        print(text)
    return 0


def _head(args: argparse.Namespace, model: Model) -> str:
    fold = "" if args.fold is None else f" --fold {args.fold}"
    few = "".join(
        f" --{k.replace('_', '-')} {v}"
        for k, v in (
            ("split", args.split.replace("test", "")),
            ("corpus", args.corpus),
            ("per_piece", args.per_piece),
            ("pieces", args.pieces),
        )
        if v
    )
    choice = f" --choose {' '.join(p.name for p in args.choose)}" if args.choose else ""
    packs = " ".join(p.name for p in args.pack)
    any_alignment = " --any-alignment" if args.any_alignment else ""
    head = HEAD + (
        "Alignments were kept from an earlier run, maybe with other beats as evidence.\n" * args.any_alignment
    )
    return head.format(
        command=f"python -m benchmarks.marks --pack {packs}{fold}{few}{choice} --work WORK{any_alignment} "
        "--out docs/marks.md",
        data=f"{PIECES[args.split]}, at most 180 s of each ASAP piece. "
        "The mazurkas' marks are those of MazurkaBL, since nearly all its score files have none.",
        least=LEAST_MARKS, model=f"{model.card.name} {model.card.version} ({model.card.sha256[:12]})",
    ).rstrip()  # fmt: skip


def _tastes(tastes: dict[str, Taste]) -> str:
    names = list(asdict(next(iter(tastes.values()))))
    lines = ["## The densities measured", "", "| density | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    lines += [f"| {d} | " + " | ".join(str(asdict(t)[n]) for n in names) + " |" for d, t in tastes.items()]
    return "\n".join(lines)


def main() -> None:
    start(build_parser(), run)
