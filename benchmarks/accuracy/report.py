"""Write docs/accuracy.md: `python -m benchmarks.accuracy --pack TEST.h5 --fold 0 --out docs/accuracy.md`.

The protocols, then for each corpus of the packs' test pieces the model beside the trivial rules and other systems, F1
and confusion by level, scores by composer, metre and piano, reliability, and pictures of the worst recordings.
"""

from __future__ import annotations

import os
import shlex
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.error_picture import error_picture
from benchmarks.accuracy.reliability import diagram, reliabilities, worst
from benchmarks.accuracy.reliability import table as table_of_reliability
from runtime.analysis import LEVELS, Analysis
from runtime.model import Model, load_model
from runtime.transcribe.own import OwnTranscriber
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.frames.hear import transcriber_of
from train.frames.predict import Heard, Predicted, analyse, listen, predicted_of
from train.frames.segments import Pack, Recording
from train.measure.evaluate import (
    COLUMNS,
    Baselines,
    ModelRow,
    add_baselines,
    baselines_of,
    by_corpus,
    evaluate,
    other_systems,
    report,
    rows_of,
    scores,
    table,
)
from train.measure.metrics import dynamics_scores

N_WORST = 5

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
- *Other models* are decoded like ours, with options chosen on the same validation pieces (`train.measure.tune`).
- *Reliability*: of all events that are given with a confidence of 0.8, eight in ten should be right; the expected
  calibration error is the mean difference over ten bins. A marking is right when its level is the true one at its beat.
  A change point is right when the score changes within two beats of it, which is what its confidence promises; how many
  stand at the very beat is in the row below. All on the model's own beats.
- *Splits* (`train/data/splits.py`) are by piece. Decoding options were chosen on validation pieces, those
  of beats and bars on answers of networks that had not seen the piece (`train.beats.fit`). Where a chapter
  says **synthesised**, the piano was never used in training. `batik_mozart` (another player, other annotators) is
  never trained on, `real_audio` are real recordings with labels of our own (`benchmarks/labels/real_audio`), the
  first minute of each.

Model: {model}, {parameters:,} parameters.

{data}
"""
NOTES = """
Everywhere below the model also knows the notes that its own transcriber hears in the recording, as with
`python -m runtime.analyze --quality best`; they count in beats, bars and levels. How much notes and sound count was
fitted on validation pieces (`train.onsets.tune`).
"""


def by_group(heard: list[Heard], predicted: list[Predicted], name: Callable[[Heard], str]) -> str:
    """One row per group of recordings with the same name; empty when all have the same."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i, h in enumerate(heard):
        groups[name(h)].append(i)
    rows = {
        f"{group} ({len(members)})": scores([heard[i].truth for i in members], [predicted[i] for i in members])
        for group, members in sorted(groups.items())
    }
    return table(rows, COLUMNS) if len(rows) > 1 else ""


def metre_of(heard: Heard) -> str:
    """The most frequent number of beats per bar."""
    position = heard.truth.beat_in_bar
    lengths = np.diff(np.flatnonzero(position == 1))
    return f"{np.bincount(lengths).argmax()} beats per bar" if len(lengths) else "metre not known"


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
    pack: Pack,
    corpus: str,
    recordings: list[Recording],
    model: Model,
    transcriber: OwnTranscriber | None,
    others: tuple[Baselines, list[ModelRow]],
    pictures: Pictures,
    kept: Path | None = None,
) -> tuple[str, dict[str, Any]]:
    """Everything about one corpus, and its figures."""
    heard = listen(pack, recordings, model, transcriber, kept)
    analyses = [analyse(h, model) for h in heard]
    predicted = [predicted_of(h, a, model) for h, a in zip(heard, analyses, strict=True)]
    result = evaluate(heard, model, *others, own=predicted)
    parts = [
        report(corpus, result),
        by_level(heard, predicted),
        by_group(heard, predicted, lambda h: h.recording.composer),
        by_group(heard, predicted, metre_of),
        by_group(heard, predicted, lambda h: f"piano {h.recording.instrument}"),
        *_reliability_and_errors(corpus, heard, predicted, analyses, pictures),
    ]
    return "\n\n".join(p for p in parts if p), result


def _reliability_and_errors(
    corpus: str, heard: list[Heard], predicted: list[Predicted], analyses: list[Analysis], pictures: Pictures
) -> list[str]:
    found = reliabilities(zip((h.truth for h in heard), analyses, strict=True))
    parts = [table_of_reliability(found), pictures.add(f"{corpus}_reliability", diagram(found, corpus))]
    beat_f = [scores([h.truth], [p])["beat_f"] for h, p in zip(heard, predicted, strict=True)]
    parts.append(f"The {N_WORST} recordings of {corpus} with the lowest beat F:")
    for rank, i in enumerate(worst(beat_f, N_WORST), 1):
        title = f"{heard[i].recording.key.replace('|', '/')}: beat F {beat_f[i]:.2f}"
        picture = error_picture(heard[i].truth, analyses[i], title)
        parts.append(pictures.add(f"{corpus}_worst_{rank}", picture, title))
    return parts


@dataclass(frozen=True)
class Pictures:
    """Writes pictures into `folder` and gives the markdown that shows them in a document that lies in `seen_from`."""

    folder: Path
    seen_from: Path

    def add(self, name: str, png: bytes, text: str = "") -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.png"
        write_bytes(path, png)
        return f"![{text or name}]({os.path.relpath(path, self.seen_from).replace(os.sep, '/')})"


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", default="mezzoforte")
    parser.add_argument("--pack", type=Path, nargs="+", required=True)
    parser.add_argument("--notes", action="store_true", help="let the model know the notes that its transcriber hears")
    add_baselines(parser)
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kept", type=Path, help="folder for what was heard, so that the next report need not listen")
    parser.add_argument("--pictures", type=Path, help="folder of the pictures (default: pictures/NAME beside NAME.md)")


def run(args: Namespace) -> None:
    """Evaluate every corpus of the pack's test pieces and write the document."""
    model, baselines, rows = load_model(args.model, "cpu"), baselines_of(args), rows_of(args)
    parts = by_corpus(args.pack, "test", args.fold)
    transcriber = transcriber_of(model) if args.notes else None
    fold = ("" if args.fold is None else f" --fold {args.fold}") + (" --notes" if args.notes else "")
    others = "".join(f" --baseline {shlex.quote(name)} DIR" for name, _ in baselines)
    others += "".join(f" --row {shlex.quote(row.name)} FILE" for row in rows)
    head = (HEAD + NOTES * args.notes).format(
        command=f"python -m benchmarks.accuracy --pack {' '.join(p.name for p in args.pack)}{fold}{others} "
        f"--out {args.out}",
        model=f"{model.card.name} {model.card.version} ({model.card.sha256[:12]})",
        parameters=model.card.parameters, data="\n".join(f"- {s}" for s in model.card.training_data),
    )  # fmt: skip
    pictures = Pictures(args.pictures or args.out.parent / "pictures" / args.out.stem, args.out.parent)
    chapters = [
        corpus_chapter(pack, corpus, recordings, model, transcriber, (baselines, rows), pictures, args.kept)
        for corpus, pack, recordings in parts
    ]
    told = other_systems(result for _, result in chapters)
    head += f"\nOther models and systems:\n\n{told}\n" if told else ""
    write_bytes(args.out, ("\n\n".join([head.rstrip(), *(text for text, _ in chapters)]) + "\n").encode())
    print(args.out)


main = Command(add_options, run)
