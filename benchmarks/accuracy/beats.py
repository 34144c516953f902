"""Beats and bars alone, by sound, notes heard and true notes: `python -m benchmarks.accuracy.beats --pack TEST.h5 …`.

For each corpus of the packs' test pieces, means over recordings: F, CMLt and AMLt of beats, F of downbeats, and how
often in a recording the beats change their level, for sound alone, with the notes that the transcriber hears, and with
the notes that were played. `--parts` adds what is left without a part of the model, to see what each is worth. No marks
are chosen, so it is quick where `benchmarks.accuracy` is not.
"""

from __future__ import annotations

import json
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runtime.corrections import Corrections
from runtime.decode import DecodeOptions
from runtime.decode.grid import find_grid
from runtime.decode.rounds import knowing_notes
from runtime.digital_piano.performance import silent
from runtime.model import Model, load_model
from runtime.network.card import ModelCard
from runtime.network.logits import FrameLogits
from runtime.notes.played import PlayedNotes
from runtime.stages.onsets import Mix
from runtime.transcribe.own import OwnTranscriber
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.frames.hear import transcriber_of
from train.frames.kept import frames_of, notes_of
from train.frames.segments import Pack, Recording
from train.measure.evaluate import by_corpus
from train.measure.metrics import track_scores

Floats = npt.NDArray[np.float64]

FIGURES = ("beat F", "CMLt", "AMLt", "downbeat F", "level changes")
HEAD = """# Beats and bars alone

Written by `{command}`.

Means over recordings of the test pieces: mir_eval F ±70 ms after the first 5 s, CMLt, AMLt, and how often in a
recording the number of beats found goes from one to another of a quarter, half, as many, twice and four times as many
as there are (in stretches of eight true beats). *notes heard*: by the shipped transcriber, as with `--quality best`;
*true notes*: those that were played. Renders are synthesised, on a piano that training never used. Everything else
about accuracy: [accuracy_best.md](accuracy_best.md).

"""
_WINDOW_BEATS = 8
_LEVELS = (-1.5, -0.5, 0.5, 1.5)
"""Octaves between a quarter, half, all, twice and four times as many beats as there are."""


def level_changes(true_s: Floats, found_s: Floats) -> int:
    """How often the number of beats found, in eight true ones, goes from one to another of a quarter, half, as many,
    twice and four times as many; stretches without any are passed over."""
    counts = np.diff(np.searchsorted(found_s, true_s[::_WINDOW_BEATS] - 1e-3))
    level = np.digitize(np.log2(np.maximum(counts, 1) / _WINDOW_BEATS), _LEVELS)
    return int(np.count_nonzero(np.diff(level[counts > 0])))


def scored(r: Recording, logits: FrameLogits, card: ModelCard) -> tuple[float, ...]:
    """The figures of one recording, in the order of `FIGURES`; a recording without beats has none right."""
    found = find_grid(logits, logits.ntot_sone, DecodeOptions.of(card.thresholds), Corrections())
    found_s = found.times_s if found else np.empty(0)
    bars_s = found_s[found.bars.position == 1] if found else np.empty(0)
    beat, downbeat = track_scores(r.beats_s, found_s), track_scores(r.beats_s[r.beat_in_bar == 1], bars_s)
    nothing = (np.nan,) * 3
    return (*(beat or nothing), (downbeat or nothing)[0], level_changes(r.beats_s, found_s))


def heard(r: Recording, model: Model, frames: FrameLogits, notes: PlayedNotes | None) -> tuple[float, ...]:
    """The figures when the frame network said `frames` and the notes are those, or unknown."""
    logits = model.refined(frames)
    if notes is None:
        return scored(r, logits, model.card)
    return scored(r, knowing_notes(logits, model, notes), model.card.knowing_notes())


def without_parts(
    r: Recording, model: Model, frames: FrameLogits, notes: PlayedNotes
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """The figures without the stage for beats, and by notes alone, each part calibrated as in the card."""
    bare = replace(model, beats=None)
    yield "sound alone, without the stage for beats", heard(r, bare, frames, None)
    yield "notes heard, without the stage for beats", heard(r, bare, frames, notes)
    if model.onsets is not None:
        card = model.card.of_notes_alone()
        alone = replace(bare, onsets=replace(model.onsets, mix=Mix.of(card.thresholds, card.name)))
        logits = knowing_notes(silent(frames.ntot_sone), alone, notes, None, DecodeOptions.of(card.thresholds))
        yield "notes heard, without any network for sound", scored(r, logits, card)


def ways(
    r: Recording, pack: Pack, samples: npt.NDArray[np.float32], transcriber: OwnTranscriber, kept: Path | None
) -> Iterator[tuple[str, PlayedNotes | None]]:
    """The notes of a recording by how they are known."""
    yield "sound alone", None
    yield "notes heard", notes_of(samples, transcriber, kept)
    if pack.has_notes(r):
        rows = pack.notes(r)[["onset_s", "offset_s", "pitch", "velocity"]].tolist()
        yield "true notes", PlayedNotes.of([tuple(row) for row in rows])


Rows = dict[tuple[str, str], list[tuple[float, ...]]]
"""Figures of recordings by corpus and way."""


def rows_of(name: str, path: Path) -> Rows:
    """The figures of another model, as ``--json`` of this command wrote them; sound alone has none of them."""
    rows: Rows = defaultdict(list)
    for one in json.loads(path.read_text(encoding="utf-8")):
        if one["way"] != "sound alone":
            rows[one["corpus"], f"{one['way']}, {name}"].append(tuple(one[f] for f in FIGURES))
    return rows


def table(rows: Rows) -> str:
    """Means as Markdown, by corpus."""
    lines = ["| | recordings | " + " | ".join(FIGURES) + " |", "|---|---:|" + "---:|" * len(FIGURES)]
    for (corpus, way), values in sorted(rows.items()):
        means = np.nanmean(np.array(values, np.float64), axis=0)
        cells = " | ".join(f"{m:.3f}" for m in means[:-1])
        lines.append(f"| {corpus}, {way} | {len(values)} | {cells} | {means[-1]:.1f} |")
    return "\n".join(lines)


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", default="mezzoforte")
    parser.add_argument("--pack", type=Path, nargs="+", required=True)
    parser.add_argument("--split", choices=("test", "valid"), default="test")
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--parts", action="store_true", help="also without the parts of the model")
    parser.add_argument("--kept", type=Path, help="folder for what was heard")
    parser.add_argument("--row", nargs=2, action="append", default=[], metavar=("NAME", "FILE"), help="another model")
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="write the table as a page, too")
    parser.add_argument("--json", type=Path, help="where to write the figures of every recording")


def run(args: Namespace) -> None:
    """Print the table; the figures of every recording go to a file where one is named."""
    model = load_model(args.model, "cpu")
    transcriber = transcriber_of(model)
    rows: Rows = defaultdict(list)
    for name, path in args.row:
        rows |= rows_of(name, Path(path))
    each = []
    for corpus, pack, recordings in by_corpus(args.pack, args.split, args.fold):
        for r in tqdm(recordings, desc=corpus, unit="recording", file=sys.stderr):
            samples = pack.samples(r, 0, r.n_samples)
            frames = frames_of(samples, model, args.kept)
            measured = [(way, heard(r, model, frames, n)) for way, n in ways(r, pack, samples, transcriber, args.kept)]
            if args.parts:
                measured += without_parts(r, model, frames, notes_of(samples, transcriber, args.kept))
            for way, figures in measured:
                rows[corpus, way].append(figures)
                each.append(
                    {"recording": r.key, "corpus": corpus, "way": way, **dict(zip(FIGURES, figures, strict=True))}
                )
    print(table(rows))
    if args.out:
        others = "".join(f" --row {shlex.quote(name)} FILE" for name, _ in args.row)
        packs = " ".join(p.name for p in args.pack)
        fold = "" if args.fold is None else f" --fold {args.fold}"
        parts = " --parts" if args.parts else ""
        command = f"python -m benchmarks.accuracy.beats --pack {packs}{fold}{parts}{others} --out {args.out}"
        write_bytes(args.out, (HEAD.format(command=command) + table(rows) + "\n").encode())
    if args.json:
        write_bytes(args.json, json.dumps(each, indent=1).encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
