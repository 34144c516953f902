"""Write docs/accuracy.md: `python -m benchmarks.accuracy --pack TEST.h5 --fold 0 --out docs/accuracy.md`.

The protocols, then for each corpus of the pack's test pieces the model beside the trivial rules, F1 and confusion by
level, and scores by composer.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from runtime.analysis import LEVELS
from runtime.errors import MezzoforteError
from runtime.model import Model, load_model
from runtime.write.atomic import write_bytes
from train.evaluate import (
    COLUMNS,
    Baselines,
    add_baselines,
    baselines_of,
    by_corpus,
    evaluate,
    report,
    scores,
    table,
)
from train.metrics import dynamics_scores
from train.predict import Heard, Predicted, listen, predict
from train.segments import Pack, Recording

HEAD = """# Accuracy

Written by `{command}`.

- *Beats, downbeats*: mir_eval F-measure, ±70 ms, after leaving out the first 5 s; mean over recordings; CMLt and
  AMLt of the beats beside it. A downbeat is beat 1 of the bar.
- *Dynamics*: macro-F1 over pp, p, mf, f, ff at the true beats, pooled over recordings; the support-weighted F1 that
  the published paper reports under the name "macro" beside it, and the share of beats at most one level off.
- *Change points*: F1 of beats at which the level changes, exact beat, the first beat left out, pooled.
- *Own beats*: the same two on the beats that were found, paired with the true ones within 70 ms; a true beat without a
  partner is a miss. This is what a user without a score gets.
- Beats before the first marking of a score have no known level and do not count.
- *Other systems* run with their own defaults, on the same samples. They say nothing about levels; a change point of
  theirs counts at the true beat nearest in time. Where a system was not run on every recording, the model has a row on
  the same ones beside it.
- *Splits* (`train/data/splits.py`) are by piece. Decoding options were chosen on validation pieces. Where a chapter
  says **synthesised**, the piano was never used in training. `batik_mozart` (another player, other annotators) is
  never trained on, `real_audio` are real recordings with labels of our own (`benchmarks/labels/real_audio`), the
  first minute of each.

Model: {model}, {parameters:,} parameters. {data}
"""


def by_composer(heard: list[Heard], predicted: list[Predicted]) -> str:
    """One row per composer."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i, h in enumerate(heard):
        groups[h.recording.composer].append(i)
    rows = {}
    for composer, members in sorted(groups.items()):
        rows[f"{composer} ({len(members)})"] = scores(
            [heard[i].truth for i in members], [predicted[i] for i in members]
        )
    return table(rows, COLUMNS)


def by_level(heard: list[Heard], predicted: list[Predicted]) -> str:
    """F1, number of beats and confusion of each level at the true beats; empty when no level is known."""
    known = [i for i, h in enumerate(heard) if (h.truth.levels > 0).any()]
    if not known:
        return ""
    result = dynamics_scores([heard[i].truth for i in known], [predicted[i].levels_at_truth for i in known])
    lines = ["| true level | beats | F1 | " + " | ".join(f"heard as {level}" for level in LEVELS) + " |"]
    lines.append("|---|" + "---:|" * (2 + len(LEVELS)))
    for level, row in zip(LEVELS, result.confusion, strict=True):
        shares = (f"{100 * n / max(row.sum(), 1):.0f} %" for n in row[: len(LEVELS)])
        f1 = result.f1_per_level.get(level, 0.0)
        lines.append(f"| {level} | {int(row.sum())} | {f1:.3f} | " + " | ".join(shares) + " |")
    return "\n".join(lines)


def corpus_chapter(
    pack: Pack, corpus: str, recordings: list[Recording], model: Model, baselines: Baselines = ()
) -> str:
    """Everything about one corpus."""
    heard = listen(pack, recordings, model)
    predicted = [predict(h, model) for h in heard]
    parts = [report(corpus, evaluate(heard, model, baselines)), by_level(heard, predicted)]
    if len({r.composer for r in recordings}) > 1:
        parts.append(by_composer(heard, predicted))
    return "\n\n".join(p for p in parts if p)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--model", default="mezzoforte")
    parser.add_argument("--pack", type=Path, nargs="+", required=True)
    add_baselines(parser)
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--out", type=Path, required=True)
    return parser


def run(args: argparse.Namespace) -> int:
    """Evaluate every corpus of the pack's test pieces and write the document."""
    model, baselines = load_model(args.model, "cpu"), baselines_of(args)
    parts = by_corpus(args.pack, "test", args.fold)
    fold = "" if args.fold is None else f" --fold {args.fold}"
    others = "".join(f" --baseline {name} {name.upper()}_DIR" for name, _ in baselines)
    head = HEAD.format(
        command=f"python -m benchmarks.accuracy --pack {' '.join(p.name for p in args.pack)}{fold}{others} "
        f"--out {args.out}",
        model=f"{model.card.name} {model.card.version} ({model.card.sha256[:12]})",
        parameters=model.card.parameters, data=" ".join(model.card.training_data),
    )  # fmt: skip
    chapters = [corpus_chapter(pack, corpus, recordings, model, baselines) for corpus, pack, recordings in parts]
    write_bytes(args.out, ("\n\n".join([head.rstrip(), *chapters]) + "\n").encode())
    print(args.out)
    return 0


def main() -> None:
    try:
        sys.exit(run(build_parser().parse_args()))
    except MezzoforteError as e:
        sys.exit(f"error: {e}")


if __name__ == "__main__":
    main()
