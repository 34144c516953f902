"""Play scores that nobody recorded: `python -m train.onsets.perform DATA CACHE OUT [--data free] [--most N]`.

Designed players (`train.onsets.designed`) play whole scores as `train.onsets.performer` plays crops of them, and follow
the marks on the page: a level holds until the next one, hairpins and written cresc. and dim. lead from one to the
other, accents stand out. The pedal is changed at bars, twice a bar or at harmonies (`train.data.resynthesis`). OUT
gets a MIDI file and its labels for each piece, and `index.csv`, which `train.data.corpora.performed` reads; test
pieces are left out. The same score gives the same performance.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.score.table import LEVEL_SIGNS, STRESS_SIGNS, Mark, Score
from runtime.write.atomic import write_bytes
from train.data.corpora.mazurka_notes import GridNote
from train.data.corpora.performed import COLUMNS, labels_path
from train.data.labels.score_levels import PlacedMarks, level_of
from train.data.labels.values import LevelArray
from train.data.overlaps import Overlaps
from train.data.resynthesis.perform import Clock, Style, pedal_spans
from train.data.score_corpora import SCORE_CORPORA, read_piece
from train.data.written import WrittenPiece, beats_of
from train.fitting.command import Command
from train.onsets.designed import DESIGNED, designed_players
from train.onsets.performer import Players
from train.onsets.played import Played
from train.onsets.written import CORPORA, Written, corpora_for, on_beats
from train.rendering.performance import MidiEvent, write_midi
from train.sources import add_data_option, taken

Floats = npt.NDArray[np.float64]

_FEWEST_BEATS, _FEWEST_NOTES = 24, 60
_SIGN = {sign: float(i) for i, sign in enumerate(LEVEL_SIGNS)}
_MIDDLE = (_SIGN["mp"] + _SIGN["mf"]) / 2
_MIDDLE_VELOCITY, _VELOCITY_STEP = (54.0, 72.0), (7.0, 14.0)
"""Least and most velocity half-way between mp and mf, and from one sign to the next."""
_SOFTEST, _LOUDEST = 12.0, 122.0
_FAR_BEATS, _STEP_BEATS, _BACK_BEATS = 24, 8, 4
"""So far away may be the level that a written cresc. leads to; so long it lasts without; so soon it is forgotten."""
_GRADUAL_SIGNS = (0.7, 1.8)
_ACCENT_OCTAVES = (0.1, 0.35)


@dataclass(frozen=True, eq=False)
class Performance:
    """One piece as it is played: its events, beats in seconds, their place in the bar and the level in force."""

    events: list[MidiEvent]
    beats_s: Floats
    beat_in_bar: npt.NDArray[np.int64]
    levels: LevelArray


def performed(score: Score, written: Written, players: Players, rng: np.random.Generator) -> Performance:
    """A whole score, played by one of the players."""
    at_q, place = beats_of(score)
    marks = [m for m in score.marks if m.staff in set(score.keyboard_staves()) and not m.ours]
    played = players.perform(written, 0, len(place), rng, velocity=meant_velocity(marks, at_q, rng))
    return Performance(events_of(played, written, rng), played.beats_s, place, levels_at(marks, at_q))


def levels_at(marks: Sequence[Mark], at_q: Floats) -> LevelArray:
    """The level in force at positions in quarters, 0 before the first: of several at one place the loudest."""
    found: dict[float, int] = {}
    for m in marks:
        if m.kind == "dynamic" and (level := level_of(m.kind, m.value)):
            found[float(m.start)] = max(found.get(float(m.start), 0), level)
    placed = PlacedMarks(np.array(sorted(found)), np.array([found[at] for at in sorted(found)], np.int8), ())
    return placed.levels_at(at_q)


def meant_velocity(marks: Sequence[Mark], at_q: Floats, rng: np.random.Generator) -> Floats:
    """How hard each beat is meant to be played [n], by somebody whose levels lie as far apart as is drawn."""
    n = len(at_q)
    signs = np.full(n, _MIDDLE + rng.uniform(-1, 1))
    beat_of = lambda at: min(int(np.searchsorted(at_q, float(at) - 0.05)), n - 1)  # noqa: E731
    levels = sorted((beat_of(m.start), _SIGN[m.value]) for m in marks if m.kind == "dynamic" and m.value in _SIGN)
    for beat, sign in levels:
        signs[beat:] = sign
    for m in marks:
        if m.kind in ("hairpin", "words"):
            last = beat_of(m.end) if m.end > m.start else None
            _lead(signs, beat_of(m.start), last, m.value == "crescendo", levels, rng)
    octaves = np.zeros(n)
    for m in marks:
        if m.kind == "accent" or (m.kind == "dynamic" and m.value in STRESS_SIGNS):
            octaves[beat_of(m.start)] = rng.uniform(*_ACCENT_OCTAVES)
    velocity = rng.uniform(*_MIDDLE_VELOCITY) + rng.uniform(*_VELOCITY_STEP) * (signs - _MIDDLE)
    return np.asarray((velocity * 2.0**octaves).clip(_SOFTEST, _LOUDEST))


def _lead(
    signs: Floats, first: int, last: int | None, louder: bool, levels: Sequence[tuple[int, float]],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Lead `signs` up or down from beat `first` on: to the level that follows when it lies that way, else by a step or
    two, which the beats after it take back."""
    start, way = signs[first], 1.0 if louder else -1.0
    limit = first + _FAR_BEATS if last is None else last + 2
    goal = next(((b, s) for b, s in levels if first < b <= limit), None)
    if goal is not None and (goal[1] - start) * way > 0:
        last, target = goal[0], goal[1]
    else:
        last = min(first + _STEP_BEATS, goal[0] if goal else len(signs)) if last is None else last
        target = start + way * rng.uniform(*_GRADUAL_SIGNS)
    last = min(max(last, first + 1), len(signs))
    signs[first:last] = np.linspace(start, target, last - first + 1)[:-1]
    if goal is None or goal[0] > last:
        after = signs[last : last + _BACK_BEATS]
        after += (target - start) * np.linspace(1, 0, len(after) + 1)[:-1]


def events_of(played: Played, written: Written, rng: np.random.Generator) -> list[MidiEvent]:
    """Notes and pedal as MIDI, from 0.2 s before the first note on if one begins before the first beat."""
    notes, bars = played.notes, np.cumsum(played.beat_in_bar == 1)
    spans = pedal_spans(_grid(written), Clock(played.beats_s), bars.tolist(), Style.draw(rng), rng)
    events = [MidiEvent(s, "control", 64, v) for down_s, up_s in spans for s, v in ((down_s, 127), (up_s, 0))]
    stops = _before_struck_again(notes)
    for note, stop_s in zip(notes, stops, strict=True):
        pitch, velocity = int(note["pitch"]), int(note["velocity"])
        events += [MidiEvent(float(note["onset_s"]), "on", pitch, velocity), MidiEvent(stop_s, "off", pitch, 0)]
    rank = {"off": 0, "control": 1, "on": 2}
    return sorted(events, key=lambda e: (e.time_s, rank[e.kind], e.number, e.value))


def _before_struck_again(notes: npt.NDArray[np.void]) -> list[float]:
    """When each note is released: at its end, or a moment before its key is struck again."""
    next_s: dict[int, float] = {}
    stops = []
    for note in notes[::-1]:
        pitch, onset_s = int(note["pitch"]), float(note["onset_s"])
        stop_s = min(float(note["offset_s"]), next_s.get(pitch, np.inf) - 0.01)
        stops.append(max(stop_s, onset_s + 0.005))
        next_s[pitch] = onset_s
    return stops[::-1]


def _grid(written: Written) -> list[GridNote]:
    return [
        GridNote(float(n["at"]), float(n["length"]), int(n["pitch"]), int(n["staff"]), bool(n["grace"]), False)
        for n in written.notes
    ]


def playable(data: Path, cache: Path, corpora: Sequence[str], fold: int | None) -> Iterator[tuple[WrittenPiece, str]]:
    """The pieces that are no test piece, with the name of their music, corpus by corpus in an order by hashed names."""
    overlaps = Overlaps.read(data / "overlaps.csv")
    for name in corpora:
        if (data / name).is_dir():
            pieces = SCORE_CORPORA[name].pieces(data / name)
            for piece in sorted(pieces, key=lambda p: hashlib.sha256(p.id.encode()).hexdigest()):
                if not overlaps.is_test_piece(name, piece.path, fold):
                    yield piece, overlaps.piece_id(name, piece.path)


def save(folder: Path, piece: WrittenPiece, made: Performance) -> str:
    """Write MIDI and labels; the MIDI's path below the folder."""
    midi = folder / "midi" / f"{piece.id}.mid"
    midi.parent.mkdir(parents=True, exist_ok=True)
    shift_s = max(0.0, 0.2 - min(e.time_s for e in made.events))
    write_midi([MidiEvent(e.time_s + shift_s, e.kind, e.number, e.value) for e in made.events], midi)
    labels = {"beats_s": np.round(made.beats_s + shift_s, 4).tolist(), "beat_in_bar": made.beat_in_bar.tolist(),
              "levels": made.levels.tolist()}  # fmt: skip
    write_bytes(labels_path(midi), (json.dumps(labels, separators=(",", ":")) + "\n").encode())
    return str(midi.relative_to(folder))


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("folder", type=Path, metavar="DATA", help="folder that holds the corpora and overlaps.csv")
    parser.add_argument("cache", type=Path, metavar="CACHE", help="folder for the scores as they were read")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--corpora", nargs="*", choices=CORPORA, help="these corpora (default: all that may be used)")
    parser.add_argument("--most", type=int, metavar="N", help="N pieces of each corpus at most")
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold whose pieces are left out")
    add_data_option(parser)


def run(args: Namespace) -> None:
    """Play them and write the index. Raises `MezzoforteError` when there is nothing to play."""
    corpora = args.corpora or corpora_for(args.data)
    taken([DESIGNED, *(f"corpus/{name}" for name in corpora)], args.data)
    players, rows, done = Players(designed_players()), [], set[str]()
    counts = dict.fromkeys(corpora, 0)
    for piece, name in playable(args.folder, args.cache, corpora, args.fold):
        if name in done or (args.most is not None and counts[piece.corpus] >= args.most):
            continue
        score = read_piece(piece, args.cache)
        if isinstance(score, MezzoforteError):
            print(f"{piece.id}: {score}", file=sys.stderr)
            continue
        notes, place = on_beats(score)
        if len(place) < _FEWEST_BEATS or len(notes) < _FEWEST_NOTES:
            continue
        rng = np.random.default_rng(int(hashlib.sha256(piece.id.encode()).hexdigest()[:16], 16))
        made = performed(score, Written(piece.id, piece.corpus, name, notes, place), players, rng)
        rows.append({"corpus": piece.corpus, "path": piece.path, "piece_id": name, "composer": piece.composer,
                     "midi": save(args.out, piece, made), "sources": f"corpus/{piece.corpus},{DESIGNED}"})  # fmt: skip
        done.add(name)
        counts[piece.corpus] += 1
    if not rows:
        raise MezzoforteError("there is nothing to play", where=str(args.folder), cause=f"looked for {corpora}")
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(args.out / "index.csv", text.getvalue().encode())
    print(*(f"{name}: {count} pieces" for name, count in counts.items()), sep="\n", file=sys.stderr)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
