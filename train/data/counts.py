"""Counts of everything there is to learn from: `python -m train.data.counts DATA --out docs/data_counts.md`.

DATA is the folder with the public data sets; each set that is there gets a chapter: performances, hours, beats and
levels by composer, the signs written in the scores, and what was dropped or masked and why.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.analysis import LEVELS
from runtime.errors import MezzoforteError
from runtime.write.atomic import write_bytes
from train.data.corpora.asap import read_asap
from train.data.corpora.batik import read_batik
from train.data.corpora.mazurka_notes import score_path
from train.data.corpora.mazurka_resynth import read_resynth
from train.data.corpora.mazurkabl import mazurka_names, read_markings, read_mazurka, read_mazurkabl
from train.data.corpora.mazurkabl_facts import MAZURKAS_WITHOUT_DYNAMICS
from train.data.errors import DataError
from train.data.items import Item, Reading
from train.data.labels.score_levels import count_marks
from train.data.labels.values import BeatLabels
from train.data.pieces import mazurka_piece
from train.data.report import dropped_rows, group_rows
from train.data.scores.musicxml import read_measures
from train.fitting.command import start

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


SOURCES = (
    Source("asap", read_asap, lambda i: i.composer,
           "human performances, beats and downbeats annotated, levels from scores"),
    Source("mazurkabl", read_mazurkabl, lambda i: i.composer, "annotations of recordings that are not distributed"),
    Source("mazurka_resynth", read_resynth, lambda i: f"{i.composer}, tier {i.attributes['tier']}",
           "performances made from MazurkaBL (tier A: sound beat times, B: repaired in places, C: doubtful)"),
    Source("batik_mozart", read_batik, lambda i: i.composer, "for tests only"),
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


def chapter(name: str, what: str, reading: Reading, key: Callable[[Item], str], data: Path) -> str:
    """Everything about one data set."""
    rows = group_rows(reading.items, key, reading.score_counts)
    if len(rows) == 2:
        rows = {name: row for name, row in rows.items() if name != "total"}
    parts = [f"## {name}: {what}", table(rows, PERFORMED)]
    if reading.score_counts:
        parts += [
            "Written in the scores:",
            table({k: r for k, r in rows.items() if any(r[c] for c in WRITTEN)}, WRITTEN),
        ]
    return "\n\n".join([*parts, "Left out:", left_out(reading, data)])


def chapters(data: Path, labels: Path | None) -> list[str]:
    """One chapter per data set that is below `data`. Raises `MezzoforteError` when there is none."""
    out = []
    marks = mazurka_marks(data / "mazurkabl") if (data / "mazurkabl").is_dir() else {}
    for source in SOURCES:
        if (data / source.folder).is_dir():
            reading = source.read(data / source.folder)
            if source.folder == "mazurkabl":
                reading.score_counts.update(marks)
            out.append(chapter(source.folder, source.what, reading, source.key, data))
    if not out:
        raise MezzoforteError(
            "no data set", where=str(data), advice=f"Looked for {', '.join(s.folder for s in SOURCES)}"
        )
    if labels:
        what = "the first minute of real recordings, our labels, for tests only"
        out.append(chapter("real_audio", what, read_labelled(labels), lambda i: i.composer, labels))
    return out


def build_parser() -> argparse.ArgumentParser:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m train.data.counts", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("data", type=Path, help="folder with the data sets")
    parser.add_argument("--labels", type=Path, help="folder of our own label files")
    parser.add_argument("--out", type=Path, help="Markdown file (default: stdout)")
    return parser


def run(args: argparse.Namespace) -> int:
    """Count and write."""
    labels = f" --labels {args.labels}" if args.labels else ""
    head = HEAD.format(labels=labels, out=args.out or "FILE")
    text = "\n\n".join([head.rstrip(), *chapters(args.data, args.labels)]) + "\n"
    if args.out:
        write_bytes(args.out, text.encode())
    else:
        print(text, end="")
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
