"""Read Batik-plays-Mozart: 36 sonata movements by one pianist, for tests across data sets only.

Beats come from the note alignment (`match/`, match file format 1.0): the played time of a score position is the
mean onset of the notes that stand there, and a beat without a note is interpolated. Levels come from `scores/`
(MusicXML) by the rules of `train.data.labels.score_levels`. Beats are those that ASAP counts: a dotted note in 6/8, 9/8
and 12/8, else the denominator.
Data set: https://github.com/huispaty/batik_plays_mozart; its licence allows no commercial use. Never train on it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted
from train.data.labels.bars import beat_grid
from train.data.labels.score_levels import count_marks, place_marks
from train.data.labels.values import BeatLabels, Floats
from train.data.pieces import batik_piece
from train.data.scores.follow import place_measures
from train.data.scores.midi import MidiScore
from train.data.scores.musicxml import read_measures

CORPUS = "batik_mozart"
MIN_MATCHED = 0.8
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ALTER = {"n": 0, "#": 1, "b": -1, "x": 2, "##": 2, "bb": -2}
_SNOTE = re.compile(
    r"snote\(([^,]+),\[([A-G]),([^\]]+)\],(-?\d+),[^,]+,[^,]+,[^,]+,(-?[\d.]+),(-?[\d.]+),\[([^\]]*)\]\)-(.*)\.$"
)
_NOTE = re.compile(r"note\([^,]+,(\d+),(\d+),")
_TIME = re.compile(r"scoreprop\(timeSignature,(\d+)/(\d+),[^,]+,[^,]+,(-?[\d.]+)\)")
_INFO = re.compile(r"info\((midiClockUnits|midiClockRate),(\d+)\)")


@dataclass(frozen=True, eq=False)
class Match:
    """Score notes as performed: `onset_q` [n], `pitch` [n], `played_s` [n] (NaN where left out or a grace note)."""

    onset_q: Floats
    pitch: np.ndarray
    played_s: Floats


def read_batik(folder: Path, *, only: Wanted | None = None) -> Reading:
    """Every movement in `match/` (or those whose MIDI file is `only` wanted), sorted by name.

    Those that cannot be used are dropped with the reason.

    Raises `DataError` when `folder` is not laid out like the data set.
    """
    files = sorted((folder / "match").glob("*.match"))
    if not files:
        raise DataError("no match/*.match", where=str(folder), cause="not the folder of Batik-plays-Mozart")
    reading = Reading()
    for path in files:
        item_id, midi = f"{CORPUS}/{path.stem}", folder / "midi" / f"{path.stem}.mid"
        if only and not only(midi):
            continue
        piece = batik_piece(path.stem)
        try:
            labels, counts = movement_labels(path, folder / "scores" / f"{path.stem}.musicxml")
        except DataError as e:
            reading.dropped.append(Dropped(item_id, e.what, str(e), is_damage=True))
            continue
        if not midi.is_file():
            reading.dropped.append(Dropped(item_id, "no MIDI file", str(midi), is_damage=True))
            continue
        reading.items.append(Item(item_id, CORPUS, piece, "Mozart", labels, midi_path=midi))
        reading.score_counts[piece] = counts
    return reading


def movement_labels(match_path: Path, score_path: Path) -> tuple[BeatLabels, Counter[str]]:
    """(labels, counts of written signs) of one movement.

    Raises `DataError` when a file cannot be read or the score does not lead through the match file.
    """
    match, measures = read_match(match_path), read_measures(score_path)
    shift = float(match.onset_q.min())
    end_q = float(match.onset_q.max()) - shift + 0.5
    score = MidiScore(match.onset_q - shift, match.pitch, np.zeros(1), np.zeros(1), end_q)
    placement = place_measures(measures, score)
    if placement.note_share < MIN_MATCHED:
        raise DataError("the score does not match its match file", where=str(score_path),
                        cause=f"{placement.note_share:.0%} of notes found in place")  # fmt: skip
    beats_q, beat_in_bar, beats_per_bar = beat_grid(measures, placement.order, placement.starts_q)
    beats_s, is_played = _times_of(beats_q, match.onset_q - shift, match.played_s)
    keep = np.concatenate([[True], np.diff(beats_s) > 0.02]) & (beats_q <= end_q)
    marks = place_marks(measures, placement.order, placement.starts_q)
    beats_q, beats_s = beats_q[keep], beats_s[keep]
    labels = BeatLabels(
        beats_s, beat_in_bar[keep], marks.levels_at(beats_q), hairpins=marks.hairpins(beats_q, beats_s),
        flagged=~is_played[keep], beats_per_bar=beats_per_bar[keep],
    )  # fmt: skip
    return labels, count_marks(measures)


def read_match(path: Path) -> Match:
    """Score notes of a match file. Raises `DataError` when it is missing, cut short or has no notes."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise DataError("the match file cannot be read", where=str(path), cause=str(e)) from e
    info = {m[1]: int(m[2]) for line in lines if (m := _INFO.match(line))}
    if len(info) != 2:
        raise DataError("the match file names no MIDI clock", where=str(path))
    second = 1e6 / info["midiClockRate"] * info["midiClockUnits"]
    units = [(float(m[3]), 4 / int(m[2])) for line in lines if (m := _TIME.match(line))]
    onsets, pitches, played = [], [], []
    for number, line in enumerate(lines, start=1):
        if not line.startswith("snote"):
            continue
        note = _SNOTE.match(line)
        if not note:
            raise DataError(f"line {number} is cut short", where=str(path), cause="a truncated file")
        onsets.append(_quarters(float(note[5]), units))
        pitches.append(12 * (int(note[4]) + 1) + _STEPS[note[2]] + _ALTER.get(note[3], 0))
        sounded = _NOTE.match(note[8])
        is_main = sounded and "grace" not in note[7].split(",")
        played.append(int(sounded[2]) / second if sounded and is_main else np.nan)
    if not onsets or np.isnan(played).all():
        raise DataError("the match file has no played notes", where=str(path))
    return Match(np.array(onsets), np.array(pitches, np.int64), np.array(played))


def _quarters(onset_beats: float, units: list[tuple[float, float]]) -> float:
    """Quarter notes of a position counted in beats, whose unit changes with the time signature."""
    total = 0.0
    for (start, unit), (stop, _) in zip(units, [*units[1:], (np.inf, 0.0)], strict=True):
        if onset_beats <= stop or stop == np.inf:
            return total + (onset_beats - start) * unit
        total += (stop - start) * unit
    return total


def _times_of(beats_q: Floats, onset_q: Floats, played_s: Floats) -> tuple[Floats, np.ndarray]:
    """Seconds of score positions, and whether a note is played there; positions between notes interpolated."""
    by_position: dict[float, list[float]] = defaultdict(list)
    for q, s in zip(np.round(onset_q, 3).tolist(), played_s.tolist(), strict=True):
        if s == s:
            by_position[q].append(s)
    grid_q = np.array(sorted(by_position))
    # A late or early single note must not turn time back.
    grid_s = np.maximum.accumulate(np.array([np.mean(by_position[q]) for q in grid_q.tolist()]))
    times = np.interp(beats_q, grid_q, grid_s)
    nearest = np.abs(beats_q[:, None] - grid_q[None]).min(axis=1) if len(beats_q) else np.zeros(0)
    outside = beats_q > grid_q[-1]
    tail_s_per_q = (grid_s[-1] - grid_s[max(len(grid_s) - 9, 0)]) / max(
        grid_q[-1] - grid_q[max(len(grid_q) - 9, 0)], 1e-6
    )
    times[outside] = grid_s[-1] + (beats_q[outside] - grid_q[-1]) * tail_s_per_q
    return times, nearest < 0.02
