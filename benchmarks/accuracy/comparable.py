"""What others are tested on, by notes alone: the folds of ASAP as Beat This has them, and the test split of ACPAS.

``python -m benchmarks.accuracy.comparable pieces DATA > left_out.txt`` names the pieces that a stage must not have
learned from; ``python -m train.onsets … --without left_out.txt`` trains one. ``… measure DATA --model CARD --json FILE
[--renders DIR]`` measures it: every performance goes through what ``analyze take.mid`` does, and so do the notes that
the shipped transcriber hears in its render, where there is one in DIR (`train.rendering` of DATA/asap). ``--sets`` and
``--asap-fold`` say on what. ``… table --row NAME FILE … --out FILE.md`` makes a page of such files.
`benchmarks.accuracy.eight_folds` does all that for every fold.

Of ACPAS the rows that are not ASAP's; most of them are piano-midi.de, drawn by hand, some twice (MAPS).
"""

from __future__ import annotations

import csv
import json
import shlex
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.accuracy.beats import FIGURES, Floats, Rows, level_changes, table
from runtime.digital_piano.performance import hear_performance
from runtime.errors import MezzoforteError
from runtime.model import Model, load_model
from runtime.transcribe.own import OwnTranscriber
from runtime.transcribe.write_midi import to_midi
from runtime.write.atomic import write_bytes
from train.data.corpora.acpas import read_acpas
from train.data.corpora.asap import read_asap
from train.data.items import Item
from train.data.overlaps import Overlaps
from train.fitting.command import Command
from train.frames.hear import load_transcriber
from train.measure.metrics import track_scores
from train.rendering.render import audio_path_of

N_FOLDS = 8
METRONOME_S = 60 / 138
"""As the trivial rule of `benchmarks.accuracy` has it on ASAP."""
SETS = ("asap", "acpas")
METRONOME, ALL_FOLDS = "a metronome", "ASAP, all eight folds of Beat This"
HEAD = """# Beats on what others are tested on

Written by `{command}` from what `… measure` wrote (`python -m benchmarks.accuracy.comparable --help`).

Beats and bars by notes alone, with onset stages that learned from no piece of the set in question (`train.onsets
--without`), and for fewer steps than the shipped one: the figures are for standing beside those of others, not
what a user gets. Means over performances: mir_eval F ±70 ms after the first 5 s, CMLt, AMLt, and how often the beats
change their level within a performance ([beats.md](beats.md)). *Notes heard in a render*: synthesised on an upright
piano that nothing was trained on, one performance of a piece, and heard by the shipped transcriber, which has heard
other performances of some of these pieces on other pianos. *A metronome* is the trivial rule: 138 beats a minute from
the first true beat on, four in a bar.

Published, on other input: Beat This (final architecture, eight folds of ASAP, real audio, the decoder of
casm-beat-tracking) beat F .772, CMLt .531, AMLt .610, downbeat F .617; Murgul and Heizmann (2025), performance MIDI,
.781 and .278; PM2S in their table .830 and .141, trained on pieces of the test set.

"""


@dataclass(frozen=True)
class TestSet:
    """Performances to be tested on, and every piece of which nothing may be learned for it."""

    name: str
    items: list[Item]
    pieces: frozenset[str]


def asap_fold(data: Path, fold: int) -> TestSet:
    """One of Beat This's folds: its performances, and all pieces with a performance in it."""
    path = data / "asap_corrections" / "asap_folds_all_performances.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [r for r in csv.DictReader(stream) if r["fold"] == str(fold)]
    except OSError as e:
        raise MezzoforteError("no table of folds", where=str(path), cause=str(e)) from e
    tested = {data / "asap" / r["asap_midi"] for r in rows if r["fold_from"] == "in Beat This"}
    of_pieces = {data / "asap" / r["asap_midi"] for r in rows}
    items = read_asap(data / "asap", levels=False, only=of_pieces.__contains__).items
    pieces = frozenset(i.piece_id for i in items)
    return TestSet(f"ASAP, fold {fold} of Beat This", [i for i in items if i.midi_path in tested], pieces)


def acpas_test(data: Path) -> TestSet:
    """The test split of ACPAS without ASAP's rows."""
    overlaps = Overlaps.read(data / "overlaps.csv")
    items = read_acpas(data / "acpas", overlaps, with_tests=True).items
    chosen = [i for i in items if i.attributes["acpas_split"] == "test"]
    return TestSet("ACPAS, test split", chosen, frozenset(i.piece_id for i in chosen))


def scored(item: Item, midi: Path, model: Model) -> tuple[float, ...]:
    """The figures of one performance, in the order of `FIGURES`."""
    beats = hear_performance(midi, model).analysis.beats
    return measured(item, np.array([b.time_s for b in beats]), np.array([b.time_s for b in beats if b.position == 1]))


def by_metronome(item: Item) -> tuple[float, ...]:
    """Those of beats at `METRONOME_S` from the first true one on, four in a bar."""
    true_s = item.labels.beats_s
    found_s = np.arange(true_s[0], true_s[-1] + METRONOME_S, METRONOME_S)
    return measured(item, found_s, found_s[::4])


def measured(item: Item, found_s: Floats, bars_s: Floats) -> tuple[float, ...]:
    """Beats and bar lines beside the true ones."""
    true_s = item.labels.beats_s
    beat, downbeat = track_scores(true_s, found_s), track_scores(true_s[item.labels.beat_in_bar == 1], bars_s)
    return (*(beat or (np.nan,) * 3), (downbeat or (np.nan,))[0], level_changes(true_s, found_s))


def ways(item: Item, asap: Path, renders: Path | None, ear: OwnTranscriber, heard: Path) -> Iterator[tuple[str, Path]]:
    """The MIDI files of an item by how its notes are known; what is heard in a render is written to `heard`."""
    assert item.midi_path is not None
    yield "true notes", item.midi_path
    if renders is not None and item.midi_path.is_relative_to(asap):
        audio = audio_path_of(renders, str(item.midi_path.relative_to(asap)))
        if audio.is_file():
            heard.write_bytes(to_midi(ear.transcribe(audio).notes))
            yield "notes heard in a render", heard


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    actions = parser.add_subparsers(dest="what", required=True)
    for action in ("pieces", "measure"):
        one = actions.add_parser(action)
        one.add_argument("data", type=Path, help="folder with the public data sets")
        one.add_argument("--asap-fold", type=int, choices=range(N_FOLDS), default=0)
        one.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="default: both")
        if action == "measure":
            one.add_argument("--model", required=True, help="card whose onset stage learned from none of the pieces")
            one.add_argument("--renders", type=Path, help="renders of DATA/asap")
            one.add_argument("--json", type=Path, required=True, help="gets the figures of every performance")
    page = actions.add_parser("table")
    page.add_argument("--row", nargs=2, action="append", required=True, metavar=("NAME", "FILE"))
    page.add_argument("--out", type=Path, metavar="FILE.md", help="write the table as a page, too")


def run(args: Namespace) -> None:
    """Print the pieces, measure, or print the table."""
    if args.what == "table":
        write_table(args.row, args.out)
        return
    made = {"asap": lambda: asap_fold(args.data, args.asap_fold), "acpas": lambda: acpas_test(args.data)}
    sets = [made[name]() for name in args.sets]
    if args.what == "pieces":
        print("\n".join(sorted(frozenset().union(*(s.pieces for s in sets)))))
        return
    figures = list(measure(sets, load_model(args.model, "cpu"), args.data / "asap", args.renders))
    write_bytes(args.json, json.dumps(figures, indent=1).encode())


def measure(sets: list[TestSet], model: Model, asap: Path, renders: Path | None) -> Iterator[dict[str, object]]:
    """The figures of every performance, by every way that its notes are known."""
    ear = load_transcriber()
    with tempfile.TemporaryDirectory() as folder:
        for tested in sets:
            for item in tqdm(tested.items, desc=tested.name, unit="performance", file=sys.stderr):
                who = {"performance": item.id, "corpus": tested.name}
                yield {**who, "way": METRONOME, **dict(zip(FIGURES, by_metronome(item), strict=True))}
                for way, midi in ways(item, asap, renders, ear, Path(folder) / "heard.mid"):
                    yield {**who, "way": way, **dict(zip(FIGURES, scored(item, midi, model), strict=True))}


def rows_of(named: list[tuple[str, str]]) -> Rows:
    """The rows of the files that `measure` wrote, by corpus, and by way and name. Where one name has all eight folds,
    their performances together make a row, too."""
    told: dict[tuple[str, str], dict[str, tuple[float, ...]]] = defaultdict(dict)
    folds: dict[str, set[str]] = defaultdict(set)
    for name, path in named:
        for one in json.loads(Path(path).read_text(encoding="utf-8")):
            way = one["way"] if one["way"] == METRONOME else f"{one['way']}, {name}"
            figures = tuple(float(one[f]) for f in FIGURES)
            told[one["corpus"], way][one["performance"]] = figures
            if one["corpus"].startswith("ASAP"):
                told[ALL_FOLDS, way][one["performance"]] = figures
                folds[way].add(one["corpus"])
    whole = {key for key in told if key[0] != ALL_FOLDS or len(folds[key[1]]) == N_FOLDS}
    return {key: list(told[key].values()) for key in told if key in whole}


def write_table(named: list[tuple[str, str]], out: Path | None) -> None:
    """Print the table, and write the page."""
    rows = rows_of(named)
    print(table(rows))
    if out is not None:
        names = dict.fromkeys(name for name, _ in named)
        others = "".join(f" --row {shlex.quote(name)} FILE" for name in names)
        command = f"python -m benchmarks.accuracy.comparable table{others} --out {out}"
        write_bytes(out, (HEAD.format(command=command) + table(rows) + "\n").encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
