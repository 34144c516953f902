"""Counts of everything there is to learn from: `python -m train.data.counts DATA --out docs/data_counts.md`.

DATA is the folder with the public data sets; each set that is there gets a chapter: performances, hours, beats and
levels by composer, the signs written in the scores, and what was dropped or masked and why.
"""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.analysis import LEVELS
from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes
from train.data.corpora.acpas import read_acpas
from train.data.corpora.asap import read_asap
from train.data.corpora.batik import read_batik
from train.data.corpora.classical_piano_midi import read_classical_piano_midi
from train.data.corpora.mazurka_notes import score_path
from train.data.corpora.mazurka_resynth import read_resynth
from train.data.corpora.mazurkabl import mazurka_names, read_markings, read_mazurka, read_mazurkabl
from train.data.corpora.mazurkabl_facts import MAZURKAS_WITHOUT_DYNAMICS
from train.data.corpora.pop909 import read_pop909
from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading
from train.data.labels.score_levels import count_marks
from train.data.labels.values import BeatLabels
from train.data.overlaps import Overlaps
from train.data.pieces import mazurka_piece
from train.data.score_corpora import scores_table
from train.data.scores.musicxml import read_measures
from train.fitting.command import Command
from train.rendering.performance import read_performance

PERFORMED = (
    "pieces",
    "performances",
    "hours",
    "beats",
    "downbeats",
    "flagged beats",
    "with levels",
    *LEVELS,
    "changes",
)
WRITTEN = (*(f"written {level}" for level in LEVELS), "written accents", "written hairpins")
FEW = 6
"""So many dropped entries are named, more are counted."""

HEAD = """# What there is to learn from, counted

Written by `python -m train.data.counts DATA{labels} --out {out}`.
What the sets are and how they are read: [data.md](data.md).

- *hours*: from the first to the last beat of each performance. *flagged beats*: beats whose time is doubtful.
- *with levels*: performances with at least one beat of known level; *pp … ff*: beats at that level (beats before the
  first marking of a score have none); *changes*: beats at which the level changes.
- *written*: signs in the scores, each piece once. Accents are sf, sfz, fp and the like, which set no level.
"""


@dataclass(frozen=True)
class Source:
    """One data set: the folder below DATA, how it is read, what its rows are."""

    folder: str
    read: Callable[[Path], Reading]
    key: Callable[[Item], str]
    what: str


def _overlaps(folder: Path) -> Overlaps:
    return Overlaps.read(folder.parent / "overlaps.csv")


SOURCES = (
    Source("asap", read_asap, lambda i: i.composer,
           "human performances, beats and downbeats annotated, levels from scores"),
    Source("mazurkabl", read_mazurkabl, lambda i: i.composer, "annotations of recordings that are not distributed"),
    Source("mazurka_resynth", read_resynth, lambda i: f"{i.composer}, tier {i.attributes['tier']}",
           "performances made from MazurkaBL (tier A: sound beat times, B: repaired in places, C: doubtful)"),
    Source("batik_mozart", read_batik, lambda i: i.composer, "for tests only"),
    Source("classical_piano_midi", lambda f: read_classical_piano_midi(f, _overlaps(f), with_tests=True),
           lambda i: f"{i.attributes['split']} pieces", "piano-midi.de, tempo and velocities drawn by hand"),
    Source("acpas", lambda f: read_acpas(f, _overlaps(f), with_tests=True),
           lambda i: f"{i.attributes['source']}, {i.attributes['split']} pieces",
           "ACPAS where it is not ASAP: piano-midi.de (CPM) and MAPS"),
    Source("pop909", read_pop909, lambda i: i.composer, "pop songs, annotated by programmes"),
)  # fmt: skip


def mazurka_marks(folder: Path) -> dict[str, Counter[str]]:
    """Signs of each mazurka: levels from `markings_dyn`, accents and hairpins from the (unfolded) scores.

    One with a damaged file is left out; the reader names it.
    """
    marks = {}
    for name in mazurka_names(folder):
        if name in MAZURKAS_WITHOUT_DYNAMICS:
            continue
        try:
            levels = read_markings(folder, name, len(read_mazurka(folder, name).beat_in_bar))
        except DataError:
            continue
        counts = Counter(LEVELS[level - 1] for _, level in levels)
        try:
            drawn = count_marks(read_measures(score_path(folder, name)))
        except DataError:
            drawn = Counter()
        marks[mazurka_piece(name)] = counts + Counter({k: drawn[k] for k in ("accents", "hairpins")})
    return marks


def read_labelled(folder: Path) -> Reading:
    """Our own label files of real recordings (`time_s,bar,beat`). Raises `DataError` for one that cannot be read."""
    reading = Reading()
    for path in sorted(folder.glob("*.csv")):
        try:
            with path.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
            times_s, beat = np.array([float(r["time_s"]) for r in rows]), np.array([int(r["beat"]) for r in rows])
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise DataError("not a label file", where=str(path), cause=str(e)) from e
        labels = BeatLabels(times_s, beat, np.zeros(len(beat), np.int8))
        reading.items.append(Item(f"real_audio/{path.stem}", "real_audio", path.stem, path.stem, labels))
    if not reading.items:
        raise DataError("no label file", where=str(folder))
    return reading


def drop_broken_midi(reading: Reading) -> Reading:
    """`reading` without the items whose MIDI file is broken or has no notes, which the readers do not look into."""
    kept, dropped = [], list(reading.dropped)
    for item in reading.items:
        try:
            if item.midi_path is not None:
                read_performance(item.midi_path)
            kept.append(item)
        except MezzoforteError as e:
            dropped.append(Dropped(item.id, "MIDI file broken or without notes", str(e), is_damage=True))
    return Reading(kept, dropped, reading.masked, reading.score_counts)


def row_of(items: Sequence[Item], written: Mapping[str, Counter[str]]) -> dict[str, float | int]:
    """Sums over the items: beats and changes per performance, written marks per piece once."""
    labels, pieces = [i.labels for i in items], dict.fromkeys(i.piece_id for i in items)
    marks = sum((written.get(piece, Counter()) for piece in pieces), Counter[str]())
    beats_at = sum((Counter(b.levels.tolist()) for b in labels), Counter[int]())
    hours = sum(float(b.beats_s[-1] - b.beats_s[0]) / 3600 for b in labels if b.n_beats)
    return {
        "pieces": len(pieces), "performances": len(items), "hours": round(hours, 2),
        "beats": sum(b.n_beats for b in labels), "downbeats": sum(len(b.downbeats_s) for b in labels),
        "flagged beats": sum(int(b.flagged.sum()) for b in labels),
        "with levels": sum(bool((b.levels > 0).any()) for b in labels),
        **{name: beats_at[number] for number, name in enumerate(LEVELS, start=1)},
        "changes": sum(len(b.change_points) for b in labels), "hairpins": sum(len(b.hairpins) for b in labels),
        **{f"written {name}": marks[name] for name in (*LEVELS, "accents", "hairpins")},
    }  # fmt: skip


def dropped_rows(dropped: Iterable[Dropped]) -> dict[str, list[str]]:
    """Ids by reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for entry in dropped:
        by_reason[entry.reason].append(f"{entry.id}: {entry.detail}" if entry.detail else entry.id)
    return dict(sorted(by_reason.items()))


def table(rows: Mapping[str, Mapping[str, float]], columns: tuple[str, ...]) -> str:
    """Markdown with one row per group; columns that are zero everywhere are left out."""
    used = [c for c in columns if any(row[c] for row in rows.values())]
    lines = ["| | " + " | ".join(c.removeprefix("written ") for c in used) + " |", "|---|" + "---:|" * len(used)]
    lines += [f"| {name} | " + " | ".join(f"{row[c]:,}" for c in used) + " |" for name, row in rows.items()]
    return "\n".join(lines)


def left_out(reading: Reading, data: Path) -> str:
    """One line per reason why something was dropped or its levels masked; a few are named, by paths below `data`."""
    lines = []
    for title, entries in (("dropped", reading.dropped), ("levels masked", reading.masked)):
        for reason, ids in dropped_rows(entries).items():
            names = ": " + "; ".join(i.split("\n")[0] for i in ids) if len(ids) <= FEW else ""
            lines.append(f"- {title}, {reason}: {len(ids)}{names}".replace(f"{data}/", ""))
    return "\n".join(lines) or "- nothing dropped, nothing masked"


@dataclass(frozen=True)
class Counted:
    """What was read of one data set, below `folder`."""

    name: str
    what: str
    reading: Reading
    key: Callable[[Item], str]
    folder: Path

    def rows(self) -> dict[str, dict[str, float | int]]:
        """One row per group and their total, which a single group is already."""
        groups: dict[str, list[Item]] = defaultdict(list)
        for item in self.reading.items:
            groups[self.key(item)].append(item)
        named = {name: groups[name] for name in sorted(groups)}
        if len(groups) != 1:
            named["total"] = self.reading.items
        return {name: row_of(items, self.reading.score_counts) for name, items in named.items()}

    def chapter(self) -> str:
        """Everything about it as Markdown."""
        rows = self.rows()
        parts = [f"## {self.name}: {self.what}", table(rows, PERFORMED)]
        if self.reading.score_counts:
            written = {k: r for k, r in rows.items() if any(r[c] for c in WRITTEN)}
            parts += ["Written in the scores:", table(written, WRITTEN)]
        return "\n\n".join([*parts, "Left out:", left_out(self.reading, self.folder)])

    def plain(self) -> dict[str, object]:
        """The same for programs."""
        lists = {"dropped": dropped_rows(self.reading.dropped), "masked": dropped_rows(self.reading.masked)}
        return {"groups": self.rows(), **lists}


def counted(data: Path, labels: Path | None, *, check_midi: bool = False) -> Iterator[Counted]:
    """The data sets that are below `data`, and our labels. Raises `MezzoforteError` when there is none."""
    there = [s for s in SOURCES if (data / s.folder).is_dir()]
    if not there:
        raise MezzoforteError(
            "no data set", where=str(data), advice=f"Looked for {', '.join(s.folder for s in SOURCES)}"
        )
    for source in there:
        reading = source.read(data / source.folder)
        if source.folder == "mazurkabl":
            reading.score_counts.update(mazurka_marks(data / source.folder))
        reading = drop_broken_midi(reading) if check_midi else reading
        yield Counted(source.folder, source.what, reading, source.key, data)
    if labels:
        what = "the first minute of real recordings, our labels, for tests only"
        yield Counted("real_audio", what, read_labelled(labels), lambda i: i.composer, labels)


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("data", type=Path, help="folder with the data sets")
    parser.add_argument("--labels", type=Path, help="folder of our own label files")
    parser.add_argument("--scores", type=Path, help="folder of train.data.score_corpora: count the scores too")
    parser.add_argument("--out", type=Path, help="Markdown file (default: stdout)")
    parser.add_argument("--json", action="store_true", help="JSON on stdout instead")
    parser.add_argument("--check-midi", action="store_true", help="open every MIDI file too (slower)")
    parser.add_argument("--strict", action="store_true", help="status 1 when a file is damaged or missing")


def run(args: Namespace) -> int:
    """Count and write; 1 when something is damaged and `--strict` was asked for."""
    sets = list(counted(args.data, args.labels, check_midi=args.check_midi))
    options = (f" --labels {args.labels}" if args.labels else "") + (" --scores CACHE" if args.scores else "")
    head = HEAD.format(labels=options, out=args.out or "FILE")
    scores = [scores_table(args.data, args.scores)] if args.scores else []
    text = "\n\n".join([head.rstrip(), *(s.chapter() for s in sets), *scores]) + "\n"
    if args.json:
        text = json.dumps({s.name: s.plain() for s in sets}, ensure_ascii=False, indent=1) + "\n"
    if args.out:
        write_bytes(args.out, text.encode())
    else:
        print(text, end="")
    damaged = [d for s in sets for d in s.reading.dropped if d.is_damage]
    return 1 if args.strict and damaged else 0


main = Command(add_options, run)

if __name__ == "__main__":
    main()
