"""How well scores are made from performances: places of notes, hands and metre, against the scores of ASAP.

``python -m benchmarks.transcription.engraving [--pieces N] [--renders DIR [--keep DIR]] [--longest-s S] [--json
FILE]``: one performance of each held-out piece (`ASAP_TEST_PIECES`), read as MIDI, in up to five ways:

* `ours, true beats`: on the annotated beats, which leaves the quantisation alone to err;
* `nearest, true beats`: on the same beats, each attack to the nearest fourth or third of a beat (what music21 does);
* `ours, own beats` (with `--renders`, sound files named like the MIDI files in the data set): beats by our model,
  which knows the notes;
* `fixed tempo`: nearest fourth or third of a beat of one tempo, the median of the annotated one, from the first note;
* `all from sound` (with `--renders`): notes by our transcriber, and beats by our model, which knows these. A note that
  was missed counts as wrong in place and hand.

`place`: share of notes at the right beat and the right place in it (to 1/48 beat) of those that have a partner in the
score and are no ornament; an output beat counts as an annotated one within 70 ms. `hands`: share on the right staff.
`metre`: share of pieces whose most frequent bar has the right number of beats, rightly divided in two or in three.
Means over pieces. Data: the folder in MEZZOFORTE_DATA.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.transcription.engraving_truth import Truth, annotated_analysis, truth_of
from runtime.analysis import Analysis, from_json
from runtime.engrave.sheet import Sheet, sheet
from runtime.errors import MezzoforteError
from runtime.model import Model, load_model
from runtime.notes.played import Floats, PlayedNotes, read_notes
from runtime.pipeline import hear
from runtime.transcribe import load
from runtime.transcribe.releases import for_score
from runtime.transcribe.transcription import Transcription
from train.data.corpora.asap import read_metadata
from train.data.pieces import asap_piece
from train.data.splits import ASAP_TEST_PIECES
from train.fitting.command import Command, data_folder

WAYS = ("ours, true beats", "nearest, true beats", "ours, own beats", "fixed tempo", "all from sound")
NEAR_S = 0.07
_SAME_NOTE_S = 0.1
_SAME_PLACE = 1 / 48
_MIDDLE_C = 60


@dataclass(frozen=True)
class Result:
    """Shares of one piece by one way; `beats` is the F-measure of its beats, `hands` by pitch for the naive ways."""

    piece: str
    way: str
    n_notes: int
    place: float
    hands: float
    metre: bool
    beats: float


def performances(root: Path, renders: Path | None) -> list[dict[str, str]]:
    """One row of the metadata for each held-out piece: the rendered performance, or the first."""
    rows: dict[str, dict[str, str]] = {}
    for row in read_metadata(root):
        piece = asap_piece(row["composer"], row["title"])
        there = renders is None or _render(renders, row).is_file()
        if piece in ASAP_TEST_PIECES and there and piece not in rows:
            rows[piece] = row | {"piece": piece}
    return [rows[p] for p in sorted(rows)]


def spread(rows: Sequence[dict[str, str]], count: int) -> list[dict[str, str]]:
    """`count` rows over all composers: one of each in turn."""
    by_composer: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_composer[row["composer"]].append(row)
    turns = [[v[k] for v in by_composer.values() if k < len(v)] for k in range(len(rows))]
    return [row for turn in turns for row in turn][:count]


def _render(renders: Path, row: dict[str, str]) -> Path:
    return (renders / row["midi_performance"]).with_suffix(".flac")


def evaluate(
    root: Path, row: dict[str, str], renders: Path | None, longest_s: float, keep: Path | None = None
) -> list[Result]:
    """Every way on one performance. Raises `MezzoforteError` when it cannot be matched with its score."""
    notes = read_notes(root / row["midi_performance"])
    truth = truth_of(
        notes, root / row["performance_annotations"], root / row["midi_score"], root / row["midi_score_annotations"]
    )
    every_note = notes
    notes, truth = _beginning(notes, truth, longest_s)
    analysis = annotated_analysis(truth, float(notes.offset_s.max()))
    made = sheet(notes, analysis)
    by_pitch = np.where(notes.pitch >= _MIDDLE_C, 1, 2)
    results = [_of_sheet(row["piece"], WAYS[0], made, truth)]
    nearest = _nearest(made.grid.beats_at(notes.onset_s))
    results.append(_scored(row["piece"], WAYS[1], nearest, made.grid.times_s, by_pitch, results[0].metre, truth))
    if renders is not None:
        recording = _render(renders, row)
        transcription = load("own").transcribe(recording)
        kept = (keep / row["midi_performance"]).with_suffix("") if keep else None
        told, heard = _heard(recording, (every_note, transcription.notes), kept)
        results.append(_of_sheet(row["piece"], WAYS[2], sheet(notes, told), truth))
    period = float(np.median(np.diff(truth.beats_s)))
    fixed = (notes.onset_s - notes.onset_s[0]) / period
    times_s = notes.onset_s[0] + period * np.arange(int(fixed[-1]) + 2)
    in_four = _usual(truth.per_bar) == 4 and not truth.triple
    results.append(_scored(row["piece"], WAYS[3], _nearest(fixed), times_s, by_pitch, in_four, truth))
    if renders is not None:
        results.append(_from_sound(row["piece"], transcription, notes, heard, truth, longest_s))
    return results


def _from_sound(
    piece: str, transcription: Transcription, played: PlayedNotes, heard: Analysis, truth: Truth, longest_s: float
) -> Result:
    """The score of a transcription, judged at the notes that were played."""
    notes = for_score(transcription)
    inside = notes.onset_s < longest_s
    pedal = tuple(p for p in notes.pedal if p[1] < longest_s)
    notes = PlayedNotes(*(v[inside] for v in (notes.onset_s, notes.offset_s, notes.pitch, notes.velocity)), pedal)
    made = sheet(notes, heard)
    partner = _heard_as(played, notes)
    missed = partner < 0
    places = np.array([float(p) for p in made.quantised.position])[partner]
    staff = np.where(missed, 0, np.array(made.staff)[partner])
    usual = Counter((b.full_beats, b.bar.compound) for b in made.bars).most_common(1)[0][0]
    metre = usual == (_usual(truth.per_bar), truth.triple)
    return _scored(piece, WAYS[4], np.where(missed, np.inf, places), made.grid.times_s, staff, metre, truth)


def _heard_as(played: PlayedNotes, heard: PlayedNotes) -> np.ndarray:
    """Index of the heard note of the same pitch that is nearest in time to each note played, -1 beyond 0.1 s."""
    partner = np.full(len(played.onset_s), -1)
    for p in np.unique(played.pitch):
        a, b = np.flatnonzero(played.pitch == p), np.flatnonzero(heard.pitch == p)
        if len(b):
            apart = np.abs(played.onset_s[a][:, None] - heard.onset_s[b][None])
            partner[a] = np.where(apart.min(axis=1) <= _SAME_NOTE_S, b[apart.argmin(axis=1)], -1)
    return partner


def _beginning(notes: PlayedNotes, truth: Truth, longest_s: float) -> tuple[PlayedNotes, Truth]:
    kept = notes.onset_s < longest_s
    pedal = tuple(p for p in notes.pedal if p[1] < longest_s)
    beats = truth.beats_s < longest_s
    return (
        PlayedNotes(notes.onset_s[kept], notes.offset_s[kept], notes.pitch[kept], notes.velocity[kept], pedal),
        dataclasses.replace(
            truth, place=truth.place[kept], staff=truth.staff[kept], beats_s=truth.beats_s[beats],
            position=truth.position[beats], per_bar=truth.per_bar[beats],
        ),
    )  # fmt: skip


def _heard(recording: Path, notes: tuple[PlayedNotes, ...], kept: Path | None) -> list[Analysis]:
    """Our analyses of a recording, knowing these notes or those; made once when there is a place to keep them."""
    files = [kept.with_name(f"{kept.name}.{n}.json") for n in range(len(notes))] if kept else []
    if files and all(f.is_file() for f in files):
        return [from_json(f.read_text(encoding="utf-8")) for f in files]
    heard = hear(recording, _model())
    if heard.again is None:
        raise MezzoforteError("nothing was analysed", where=str(recording))
    analyses = [heard.again(known, False).analysis for known in notes]
    for file, analysis in zip(files, analyses, strict=False):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(analysis.to_json(), encoding="utf-8")
    return analyses


@cache
def _model() -> Model:
    return load_model(None, "cpu")


def _nearest(beats: Floats) -> Floats:
    """The nearest fourth or third of a beat."""
    candidates = np.stack([np.round(beats * d) / d for d in (4, 3)])
    return np.asarray(candidates[np.abs(candidates - beats).argmin(axis=0), np.arange(len(beats))])


def _of_sheet(piece: str, way: str, made: Sheet, truth: Truth) -> Result:
    usual = Counter((b.full_beats, b.bar.compound) for b in made.bars).most_common(1)[0][0]
    metre = usual == (_usual(truth.per_bar), truth.triple)
    places = np.array([float(p) for p in made.quantised.position])
    return _scored(piece, way, places, made.grid.times_s, np.array(made.staff), metre, truth)


def _usual(per_bar: np.ndarray) -> int:
    known = per_bar[per_bar > 0]
    return int(np.bincount(known).argmax()) if len(known) else 0


def _scored(
    piece: str, way: str, places: Floats, grid_s: Floats, staff: np.ndarray, metre: bool, truth: Truth
) -> Result:
    """Shares for output places (beats of the output's own grid, whose times are `grid_s`)."""
    partner = np.abs(grid_s[:, None] - truth.beats_s[None]).argmin(axis=1)
    # Beats continued past the annotation go on counting.
    index = np.arange(len(grid_s))
    near = np.abs(grid_s - truth.beats_s[partner]) <= NEAR_S
    partner = np.where(grid_s > truth.beats_s[-1] + NEAR_S, partner[near][-1] + index - index[near][-1], partner) if (
        near.any()
    ) else partner  # fmt: skip
    near |= grid_s > truth.beats_s[-1] + NEAR_S
    there = np.isfinite(places)
    places = np.where(there, places, 0.0)
    beat = np.clip(np.floor(places + 1e-9).astype(int), 0, len(grid_s) - 1)
    known = ~np.isnan(truth.place)
    right = there & near[beat] & (np.abs(partner[beat] + places - beat - truth.place) < _SAME_PLACE)
    on_staff = truth.staff > 0
    hands = float(np.mean(staff[on_staff] == truth.staff[on_staff])) if on_staff.any() else float("nan")
    return Result(piece, way, int(known.sum()), float(right[known].mean()), hands, metre, _f_measure(grid_s, truth))


def _f_measure(grid_s: Floats, truth: Truth) -> float:
    """Beats within 70 ms, among those between the first and the last annotated."""
    inside = grid_s[(grid_s > truth.beats_s[0] - NEAR_S) & (grid_s < truth.beats_s[-1] + NEAR_S)]
    if not len(inside):
        return 0.0
    found = sum(np.abs(inside - t).min() <= NEAR_S for t in truth.beats_s)
    return 2 * float(found) / (len(inside) + len(truth.beats_s))


def table(results: Sequence[Result]) -> str:
    """Markdown: a row per composer and way, and over all pieces."""
    lines = [
        "| composer | way | pieces | notes | place | hands | metre | beats F |",
        "|---|---|---|---|---|---|---|---|",
    ]
    composers = sorted({r.piece.split("/")[0] for r in results})
    for composer in (*composers, "all"):
        for way in WAYS:
            mine = [r for r in results if r.way == way and composer in (r.piece.split("/")[0], "all")]
            if mine:
                hands = [r.hands for r in mine if not np.isnan(r.hands)]
                lines.append(
                    f"| {composer} | {way} | {len(mine)} | {sum(r.n_notes for r in mine)} "
                    f"| {np.mean([r.place for r in mine]):.1%} | {np.mean(hands):.1%} "
                    f"| {sum(r.metre for r in mine)}/{len(mine)} | {np.mean([r.beats for r in mine]):.1%} |"
                )
    return "\n".join(lines)


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--pieces", type=int, default=20, help="how many, over all composers in turn (default: 20)")
    parser.add_argument("--renders", type=Path, help="folder of sound files for our own beats")
    parser.add_argument("--keep", type=Path, help="folder in which our analyses are kept for the next time")
    parser.add_argument("--longest-s", type=float, default=180.0, help="the beginning that is looked at (default: 180)")
    parser.add_argument("--json", type=Path, help="where to write every figure")


def run(options: Namespace) -> None:
    """Make scores of performances, print the table."""
    root, results = data_folder() / "asap", list[Result]()
    for row in spread(performances(root, options.renders), options.pieces):
        try:
            found = evaluate(root, row, options.renders, options.longest_s, options.keep)
        except MezzoforteError as e:
            print(f"{row['piece']}: left out: {e}", file=sys.stderr, flush=True)
            continue
        results += found
        told = ", ".join(f"{r.way} {r.place:.1%} hands {r.hands:.1%} metre {r.metre}" for r in found)
        print(f"{row['piece']}: {told}", file=sys.stderr, flush=True)
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in results], indent=1))


main = Command(add_options, run)

if __name__ == "__main__":
    main()
