"""Rebuild MazurkaBL's performances as MIDI from its public files: `python -m train.data.resynthesis DIR OUT`.

The recordings are not distributed, but their beat times (`beat_time/`), loudness curves (`sones/`) and scores
(`xml_scores/`) are: the score's notes are placed at the beat times and struck so hard that a model of a piano gives
the loudness curve (`train.data.resynthesis.perform`). OUT gets `midi/`, `labels/` and `index.csv`, which
`train.data.corpora.mazurka_resynth` reads. The same input gives the same bytes. Derived from CC BY-NC-SA 4.0 files: so
is the result.

Not in it: the tone, the room and the noise of the recordings; pedal and voicing are invented.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.piano.table import PianoModel, load_piano
from train.data.corpora.mazurka_notes import GridNote, grid_notes
from train.data.corpora.mazurkabl import Mazurka, mazurka_names, read_mazurka
from train.data.corpora.mazurkabl_facts import (
    MAZURKAS_WITHOUT_DYNAMICS,
    N_FOLDS,
    PUBLISHED_EXCLUSIONS,
    fold_of,
    fold_role,
)
from train.data.errors import DataError
from train.data.items import Dropped
from train.data.labels.repair import Repair, repair_beats
from train.data.labels.values import change_points
from train.data.resynthesis.perform import LoudnessCurve, Style, perform
from train.fitting.command import Command
from train.rendering.performance import MidiEvent, write_midi

_GAP_S = 3.0
_FEW_REPAIRS, _SOME_REPAIRS, _LITTLE_S = 6, 12, 0.3


@dataclass(frozen=True)
class Resynthesis:
    """One performance: its events, the repair of its beats, its style and the curve it follows."""

    events: list[MidiEvent]
    repair: Repair
    style: Style
    curve: LoudnessCurve


def resynthesize(
    mazurka: Mazurka, notes: list[GridNote], pid: str, curve: LoudnessCurve, model: PianoModel
) -> Resynthesis:
    """The performance `pid` of `mazurka`; equal input gives equal events."""
    seed = hashlib.sha256(f"{mazurka.name}/{pid}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "little"))
    real = mazurka.times_s[pid]
    repair = repair_beats(real)
    style = Style.draw(rng)
    events = perform(notes, repair.beats_s, mazurka.bar.tolist(), real, curve, model, style, rng)
    return Resynthesis(events, repair, style, curve)


def curve_path(folder: Path, mazurka: str, pid: str) -> Path:
    """Where the loudness curve of a recording is in the public layout."""
    return folder / "sones" / mazurka / f"{pid}Ntot.csv"


def read_curve(path: Path) -> LoudnessCurve:
    """A loudness curve. Raises `DataError` when the file is missing, cut short or not two columns of numbers."""
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.float64, ndmin=2)
    except (OSError, ValueError) as e:
        raise DataError("the loudness curve cannot be read", where=str(path), cause=str(e)) from e
    if table.shape[0] < 100 or table.shape[1] != 2 or not np.isfinite(table).all():
        raise DataError(f"a table of {table.shape}, not times and loudness", where=str(path), cause="a truncated file")
    if np.any(np.diff(table[:, 0]) <= 0):
        raise DataError("times that do not increase", where=str(path))
    return LoudnessCurve(table[:, 0], table[:, 1])


def recordings(
    folder: Path, only: tuple[str, ...], dropped: list[Dropped], every: int = 1
) -> Iterator[tuple[Mazurka, list[GridNote], str, LoudnessCurve]]:
    """Every recording (or every `every`-th of a mazurka) with all its files; the others go to `dropped`."""
    for name in mazurka_names(folder):
        if only and name not in only:
            continue
        if name in MAZURKAS_WITHOUT_DYNAMICS:
            dropped.append(Dropped(name, "no dynamics", MAZURKAS_WITHOUT_DYNAMICS[name]))
            continue
        try:
            mazurka = read_mazurka(folder, name)
            notes = grid_notes(folder, mazurka)
        except DataError as e:
            dropped.append(Dropped(name, "damaged or missing file", str(e), is_damage=True))
            continue
        for pid in list(mazurka.times_s)[::every]:
            path = curve_path(folder, name, pid)
            if not path.is_file():
                dropped.append(Dropped(f"{name}/{pid}", "no loudness curve"))
                continue
            try:
                yield mazurka, notes, pid, read_curve(path)
            except DataError as e:
                dropped.append(Dropped(f"{name}/{pid}", "damaged or missing file", str(e), is_damage=True))


def labels_json(mazurka: Mazurka, pid: str, made: Resynthesis) -> str:
    """Labels of one performance on its repaired beats, as `train.data.corpora.mazurka_resynth` reads them."""
    beats = np.round(made.repair.beats_s, 3)
    data = {
        "mazurka": mazurka.name, "pid": pid, "duration": _duration_s(made),
        "beats": beats.tolist(), "beat_in_bar": mazurka.beat_in_bar.tolist(), "measure": mazurka.bar.tolist(),
        "downbeats": beats[mazurka.beat_in_bar == 1].tolist(), "dynamic": mazurka.levels.tolist(),
        "change_points": beats[change_points(mazurka.levels)].tolist(), "test_fold": fold_of(mazurka.name),
    }  # fmt: skip
    return json.dumps(data, separators=(",", ":")) + "\n"


def index_row(mazurka: Mazurka, pid: str, made: Resynthesis) -> dict[str, object]:
    """The row of `index.csv`; tier A has sound beat times, B some repairs or long gaps, C many repairs."""
    repair, beats = made.repair, made.repair.beats_s
    gaps = int(np.sum(np.diff(beats) > _GAP_S))
    few = repair.n_widened <= _FEW_REPAIRS and repair.inserted_s <= _LITTLE_S and not gaps
    some = repair.n_widened <= _SOME_REPAIRS and repair.inserted_s <= _LITTLE_S
    velocities = [e.value for e in made.events if e.kind == "on"]
    sounding = made.curve.sone[(made.curve.times_s >= beats[0]) & (made.curve.times_s <= beats[-1])]
    excluded = pid in PUBLISHED_EXCLUSIONS.get(mazurka.name, ())
    folds = {f"fold{k}": "" if excluded else fold_role(mazurka.name, k) for k in range(N_FOLDS)}
    return {
        "mazurka": mazurka.name, "pid": pid, "midi": f"midi/{mazurka.name}/{pid}.mid",
        "real_ntot_median": f"{np.median(sounding):.3f}", "real_ntot_p95": f"{np.percentile(sounding, 95):.3f}",
        "n_notes": len(velocities), "dur": _duration_s(made), "n_repaired": repair.n_widened,
        "inserted_s": f"{repair.inserted_s:.3f}", "pedal": made.style.pedal,
        "breaking": int(made.style.breaking_s > 0), "vmed": int(np.median(velocities)),
        "tier": "A" if few else "B" if some else "C", "test_fold": fold_of(mazurka.name), **folds,
    }  # fmt: skip


def _duration_s(made: Resynthesis) -> float:
    return round(max(e.time_s for e in made.events) + 2.0, 3)


def write_performance(folder: Path, mazurka: Mazurka, pid: str, made: Resynthesis) -> None:
    """Write one performance's MIDI and label files below `folder`, each beside its place and then moved there."""
    midi = folder / "midi" / mazurka.name / f"{pid}.mid"
    midi.parent.mkdir(parents=True, exist_ok=True)
    part = midi.with_suffix(".part")
    write_midi(made.events, part)
    part.replace(midi)
    _write_text(folder / "labels" / mazurka.name / f"{pid}.json", labels_json(mazurka, pid, made))


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


def make(folder: Path, out: Path, only: tuple[str, ...], every: int = 1) -> tuple[int, list[Dropped]]:
    """Resynthesise every recording that has its files; returns how many and what was dropped."""
    model, dropped = load_piano(), list[Dropped]()
    rows: list[dict[str, object]] = []
    for mazurka, notes, pid, curve in recordings(folder, only, dropped, every):
        made = resynthesize(mazurka, notes, pid, curve, model)
        write_performance(out, mazurka, pid, made)
        rows.append(index_row(mazurka, pid, made))
        print(f"\r{len(rows)} performances, now {mazurka.name}/{pid} ", end="", file=sys.stderr)
    print(file=sys.stderr)
    if rows:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        _write_text(out / "index.csv", text.getvalue())
    return len(rows), dropped


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("folder", type=Path, help="folder of MazurkaBL")
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="comma-separated mazurkas, M06-1,M24-2 (default: all)")
    parser.add_argument("--every", type=int, default=1, help="only every N-th recording of each mazurka")


def run(args: Namespace) -> int:
    """Make them; 0 fine, 1 when a file was damaged, 2 when nothing could be made."""
    made, dropped = make(args.folder, args.out, tuple(filter(None, args.only.split(","))), args.every)
    damaged = [d for d in dropped if d.is_damage]
    print(json.dumps({"made": made, "dropped": len(dropped), "damaged": [d.detail for d in damaged]}, indent=1))
    return 2 if not made else 1 if damaged else 0


main = Command(add_options, run)
