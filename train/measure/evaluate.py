"""Score a model by the protocols of `train.measure.metrics`: `python -m train.measure.evaluate --model CARD …`.

The recordings are those of one split of a pack. The table has one row per system: the model, and the trivial rules
beside it. stdout gets markdown, `--json` a file with every figure, which `--row NAME FILE` (here and in
`benchmarks.accuracy.report`) shows as the row of another model.
"""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.model import Model, find_card, load_model
from runtime.network.card import Metric
from runtime.write.atomic import write_bytes
from train.data.labels.values import BeatLabels
from train.data.splits import Split
from train.fitting.command import Command
from train.frames.hear import transcriber_of
from train.frames.predict import RULES, Heard, Predicted, listen, predict
from train.frames.segments import Pack, Recording
from train.measure.baseline_files import read_told, told_scores
from train.measure.metrics import (
    beat_scores,
    change_point_counts,
    change_point_counts_own_beats,
    downbeat_scores,
    dynamics_scores,
    dynamics_scores_own_beats,
)
from train.measure.published import published_scores

COLUMNS = {
    "beat_f": "beat F", "beat_cmlt": "CMLt", "beat_amlt": "AMLt", "downbeat_f": "downbeat F",
    "dynamics_macro_f1": "dynamics macro-F1", "dynamics_weighted_f1": "weighted F1", "within_one": "within one level",
    "change_f1": "change-point F1",
    "own_dynamics_macro_f1": "own beats: dynamics", "own_change_f1": "own beats: change",
}  # fmt: skip
PUBLISHED_COLUMNS = {
    "weighted_f1_mf_filled": "dynamics (weighted, mf filled)",
    "change_point_f1_with_padding_bonus": "change (padding bonus)",
    "beat_f1_pooled_4_frames": "beat (±4 frames, pooled)",
    "third_beat_f1_pooled_4_frames": "third beat",
}
AS_PUBLISHED = dict(zip(PUBLISHED_COLUMNS, (0.544, 0.261, 0.841, 0.552), strict=True))
"""arXiv 2510.18190, table 1, multi-task BSSL: mean of five folds on the real recordings, one of them contaminated."""
PROTOCOL = "docs/accuracy.md: mir_eval F ±70 ms from 5 s on; dynamics and change points at ground-truth beats"
PROTOCOL_WITH_NOTES = f"{PROTOCOL}; the notes heard too (quality best)"


def without_notes(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """The metrics of a card that hold whatever its onset stage is."""
    return tuple(m for m in metrics if m.protocol != PROTOCOL_WITH_NOTES)


def scores(truth: Sequence[BeatLabels], predicted: Sequence[Predicted]) -> dict[str, float]:
    """Every figure of the clean protocols, by the names of `COLUMNS`; 0..1. Unknown levels are masked."""
    beats = [p.beats for p in predicted]
    beat, downbeat = beat_scores(truth, beats), downbeat_scores(truth, beats)
    out = {
        "beat_f": beat.f_measure, "beat_cmlt": beat.cmlt, "beat_amlt": beat.amlt, "downbeat_f": downbeat.f_measure,
        "downbeat_cmlt": downbeat.cmlt, "downbeat_amlt": downbeat.amlt,
    }  # fmt: skip
    known = [i for i, t in enumerate(truth) if (t.levels > 0).any()]
    if known:
        out.update(_level_figures([truth[i] for i in known], [predicted[i] for i in known]))
    return out


def _level_figures(truth: list[BeatLabels], predicted: list[Predicted]) -> dict[str, float]:
    at_truth, own = [p.levels_at_truth for p in predicted], [p.levels_at_own for p in predicted]
    beats = [p.beats for p in predicted]
    levels, own_levels = dynamics_scores(truth, at_truth), dynamics_scores_own_beats(truth, beats, own)
    return {
        "dynamics_macro_f1": levels.macro_f1, "dynamics_weighted_f1": levels.weighted_f1,
        "within_one": levels.within_one, "change_f1": change_point_counts(truth, at_truth).f1,
        "own_dynamics_macro_f1": own_levels.macro_f1, "own_within_one": own_levels.within_one,
        "own_change_f1": change_point_counts_own_beats(truth, beats, own).f1,
    }  # fmt: skip


def published(truth: Sequence[BeatLabels], predicted: Sequence[Predicted], recordings: Sequence[Recording]) -> dict:
    """The published metric, flaws included, by the names of `PUBLISHED_COLUMNS`."""
    durations_s = [r.n_samples / SAMPLE_RATE_HZ for r in recordings]
    levels = [p.levels_at_truth for p in predicted]
    return vars(published_scores(truth, [p.beats for p in predicted], levels, durations_s))


def table(rows: dict[str, dict[str, float]], columns: dict[str, str]) -> str:
    """Markdown with one row per system; a figure that does not apply is a dash."""
    used = {k: v for k, v in columns.items() if any(k in row for row in rows.values())}
    lines = ["| system | " + " | ".join(used.values()) + " |", "|---|" + "---:|" * len(used)]
    for name, row in rows.items():
        cells = (f"{row[k]:.3f}" if k in row else "–" for k in used)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


Baselines = Sequence[tuple[str, Path]]
"""Names of other systems and the folders with their files (`train.measure.baseline_files`)."""


@dataclass(frozen=True)
class ModelRow:
    """The figures of another model: what `--json` wrote when it was evaluated."""

    name: str
    path: Path

    def read(self, heard: list[Heard]) -> dict[str, Any] | None:
        """Its figures on these recordings (`clean`, `published_metric`, `what`), or None without any of this corpus.

        Raises `MezzoforteError` when the file is damaged or is about other recordings.
        """
        try:
            results = json.loads(self.path.read_text(encoding="utf-8"))
            result = results.get(heard[0].recording.corpus)
            if result is None:
                return None
            own = next(iter(result["clean"]))
            row = {"clean": result["clean"][own], "published_metric": result["published_metric"][own]}
            row["what"], same = str(result["what"]), result["identity"] == identity_of(heard)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as e:
            raise MezzoforteError(
                "the figures of another model cannot be read", where=str(self.path), cause=f"{type(e).__name__}: {e}",
                advice="Write them with train.measure.evaluate --model CARD --pack PACK… --json FILE",
            ) from e  # fmt: skip
        if not same:
            raise MezzoforteError(
                "the figures of another model are about other recordings", where=str(self.path),
                advice="Evaluate it on these packs and this fold",
            )  # fmt: skip
        return row


def identity_of(heard: list[Heard]) -> str:
    """Hash of which recordings these are: keys, instruments, lengths and beats."""
    lines = sorted(
        f"{h.recording.key} {h.recording.instrument} {h.recording.n_samples} {h.truth.n_beats}" for h in heard
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def evaluate(
    heard: list[Heard],
    model: Model,
    baselines: Baselines = (),
    rows: Sequence[ModelRow] = (),
    own: list[Predicted] | None = None,
) -> dict[str, Any]:
    """All figures of the model, of other models and systems and of the trivial rules on these recordings; `own` are the
    model's answers where they are decoded already."""
    recordings = [h.recording for h in heard]
    truth = [h.truth for h in heard]
    own_name = f"{model.card.name} {model.card.version}"
    if any(h.notes is not None for h in heard):
        own_name += ", notes heard"
    own = own or [predict(h, model) for h in heard]
    systems = {own_name: own}
    others, what = other_rows(heard, own_name, own, baselines)
    peers = {row.name: figures for row in rows if (figures := row.read(heard))}
    for name, rule in RULES.items():
        systems[name] = [rule(h.truth, h.recording.n_samples / SAMPLE_RATE_HZ) for h in heard]
    return {
        "n_recordings": len(recordings),
        "n_pieces": len({r.piece_id for r in recordings}),
        "hours": sum(r.n_samples for r in recordings) / SAMPLE_RATE_HZ / 3600,
        "instruments": sorted({r.instrument for r in recordings}),
        "identity": identity_of(heard),
        "what": f"{own_name}, {model.card.parameters:,} parameters; {' '.join(model.card.training_data)}",
        "clean": {own_name: scores(truth, own)}
        | {name: figures["clean"] for name, figures in peers.items()}
        | others
        | {name: scores(truth, rule) for name, rule in systems.items() if name != own_name},
        "other_systems": {name: figures["what"] for name, figures in peers.items()} | what,
        "by_piece": by_piece(recordings, truth, own),
        "published_metric": {own_name: published(truth, own, recordings)}
        | {name: figures["published_metric"] for name, figures in peers.items()}
        | {name: published(truth, rule, recordings) for name, rule in systems.items() if name != own_name},
    }


def by_piece(
    recordings: Sequence[Recording], truth: Sequence[BeatLabels], predicted: Sequence[Predicted]
) -> dict[str, dict[str, float]]:
    """The figures of each piece over all its recordings, for comparisons in pairs."""
    out = {}
    for piece in sorted({r.piece_id for r in recordings}):
        its = [i for i, r in enumerate(recordings) if r.piece_id == piece]
        out[piece] = scores([truth[i] for i in its], [predicted[i] for i in its])
    return out


def other_rows(
    heard: list[Heard], own_name: str, own: list[Predicted], baselines: Baselines
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Rows of other systems, and what each of them is.

    A system without a file for any of the recordings has no row. One with files for some has a row over those, and
    the model has a row over the same beside it.
    """
    rows: dict[str, dict[str, float]] = {}
    what: dict[str, str] = {}
    for name, folder in baselines:
        told = [read_told(folder, h.recording.key) for h in heard]
        there = [i for i, t in enumerate(told) if t is not None]
        if not there:
            continue
        truth, found = [heard[i].truth for i in there], [t for t in told if t is not None]
        what[name] = found[0].system
        if len(there) == len(heard):
            rows[name] = told_scores(truth, found)
            continue
        part = f"{len(there)} of the {len(heard)}"
        rows[f"{name}, {part}"] = told_scores(truth, found)
        rows[f"{own_name}, the same {part}"] = scores(truth, [own[i] for i in there])
    return rows, what


def report(corpus: str, result: dict[str, Any]) -> str:
    """The result of one corpus as markdown."""
    head = (
        f"### {corpus}: {result['n_recordings']} recordings of {result['n_pieces']} pieces, "
        f"{result['hours']:.1f} h, {_origin(corpus, result)}"
    )
    parts = [head, "", table(result["clean"], COLUMNS)]
    if corpus == "mazurka_resynth":
        parts += ["", "The published metric, flaws included (not comparable with the columns above):", ""]
        as_published = {"as published (five folds, real recordings)": AS_PUBLISHED}
        parts.append(table({**result["published_metric"], **as_published}, PUBLISHED_COLUMNS))
    return "\n".join(parts)


def other_systems(results: Iterable[dict[str, Any]]) -> str:
    """What the other models and systems in these results are, one line each."""
    what = {name: what for result in results for name, what in result["other_systems"].items()}
    return "\n".join(f"- {name}: {what}" for name, what in what.items())


def _origin(corpus: str, result: dict[str, Any]) -> str:
    return "real recordings" if corpus == "real_audio" else f"synthesised ({', '.join(result['instruments'])})"


def card_metrics(corpus: str, result: dict[str, Any], protocol: str = PROTOCOL) -> tuple[Metric, ...]:
    """The model's own row as metrics for its card."""
    row = next(iter(result["clean"].values()))
    data = (
        f"{corpus}, {result['n_recordings']} recordings of {result['n_pieces']} held-out pieces, "
        f"{_origin(corpus, result)}"
    )
    return tuple(Metric(label, round(row[key], 4), protocol, data) for key, label in COLUMNS.items() if key in row)


def add_baselines(parser: ArgumentParser) -> None:
    """Add the option that names other systems."""
    parser.add_argument(
        "--baseline", nargs=2, action="append", default=[], metavar=("NAME", "DIR"),
        help="another system and the folder with its files, one per recording; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--row", nargs=2, action="append", default=[], metavar=("NAME", "FILE"),
        help="another model and its figures, as train.measure.evaluate --json writes them; may be repeated",
    )  # fmt: skip


def baselines_of(args: Namespace) -> Baselines:
    """The systems named on the command line. Raises `MezzoforteError` for a folder that is not there."""
    for _, folder in args.baseline:
        if not Path(folder).is_dir():
            raise MezzoforteError("no folder of another system's files", where=folder)
    return [(name, Path(folder)) for name, folder in args.baseline]


def rows_of(args: Namespace) -> list[ModelRow]:
    """The other models named on the command line."""
    return [ModelRow(name, Path(path)) for name, path in args.row]


def by_corpus(packs: Sequence[Path], split: Split, fold: int | None) -> list[tuple[str, Pack, list[Recording]]]:
    """The recordings of one split by corpus. Raises `MezzoforteError` when a pack has none."""
    parts = []
    for path in packs:
        pack = Pack(path)
        recordings = pack.split(split, fold)
        if not recordings:
            raise MezzoforteError(f"the pack has no {split} recordings", where=str(path))
        for corpus in sorted({r.corpus for r in recordings}):
            parts.append((corpus, pack, [r for r in recordings if r.corpus == corpus]))
    return parts


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", default="mezzoforte", help="name of a shipped model or path of a card")
    parser.add_argument("--pack", type=Path, nargs="+", required=True)
    add_baselines(parser)
    parser.add_argument("--split", choices=("train", "valid", "test"), default="test")
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold whose pieces are the test pieces")
    parser.add_argument("--notes", action="store_true", help="let the model know the notes that its transcriber hears")
    parser.add_argument("--kept", type=Path, help="folder for what was heard, so that the next time need not listen")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument(
        "--write-card", action="store_true", help="put the model's figures and their pieces into its card"
    )


def run(args: Namespace) -> None:
    """Evaluate each corpus of the split, print the tables."""
    model = load_model(args.model, "cpu")
    transcriber = transcriber_of(model) if args.notes else None
    baselines, rows = baselines_of(args), rows_of(args)
    results, pieces = {}, set()
    for corpus, pack, recordings in by_corpus(args.pack, args.split, args.fold):
        pieces |= {r.piece_id for r in recordings}
        results[corpus] = evaluate(listen(pack, recordings, model, transcriber, args.kept), model, baselines, rows)
        print(report(corpus, results[corpus]), end="\n\n")
    print(other_systems(results.values()))
    if args.json:
        write_bytes(args.json, (json.dumps(results, indent=1) + "\n").encode())
    if args.write_card:
        protocol = PROTOCOL_WITH_NOTES if args.notes else PROTOCOL
        kept = [m for m in model.card.metrics if m.protocol in {PROTOCOL, PROTOCOL_WITH_NOTES} - {protocol}]
        metrics = [m for corpus, result in results.items() for m in card_metrics(corpus, result, protocol)]
        card = replace(model.card, metrics=(*kept, *metrics)).holding_out(pieces)
        write_bytes(find_card(args.model), card.to_json().encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
