"""Read (n)ASAP: human performances with beats, downbeats, metre, and levels from their scores.

Data set: https://github.com/CPJKU/asap-dataset (CC BY-NC-SA 4.0).

Levels come from the MusicXML score by the rules of `train.data.labels.score_levels`. Each beat of a performance has the
score position of the same entry in `midi_score_annotations.txt`; `train.data.scores.follow` finds the measures
of the MusicXML file along the MIDI score. Where that cannot be trusted, levels are masked with a reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted, read_rows
from train.data.labels.annotations import Annotation, bar_positions, read_annotation
from train.data.labels.score_levels import PlacedMarks, count_marks, place_marks
from train.data.labels.values import BeatLabels, Floats
from train.data.pieces import asap_piece
from train.data.scores.follow import place_measures
from train.data.scores.midi import read_midi_score
from train.data.scores.musicxml import read_measures

CORPUS = "asap"
MIN_MATCHED = 0.8
"""Least share of score notes that must sound in the MIDI score where the placement says."""
MIN_DOWNBEATS = 0.85
"""Least share of annotated downbeats that must fall on the start of a placed measure."""

_COLUMNS = ("composer", "title", "xml_score", "midi_score", "midi_performance", "performance_annotations",
            "midi_score_annotations")  # fmt: skip
_NEAR_Q = 0.1


class Refused(DataError):
    """A score's levels cannot be given to its performances; `what` is the reason in a fixed phrase."""


@dataclass(frozen=True, eq=False)
class ScoreLevels:
    """A score's marks in playing order, its annotation's beat positions and kinds, and counts of its signs."""

    marks: PlacedMarks
    beats_q: Floats
    kinds: tuple[str, ...]
    counts: Counter[str]


def read_asap(folder: Path, *, levels: bool = True, only: Wanted | None = None) -> Reading:
    """Every performance listed in `metadata.csv` (or those whose MIDI file is `only` wanted), in its order.

    A performance with a missing or broken file is dropped with its reason. Without `levels` the scores are not
    read (a minute less) and every level is unknown; with it, levels are masked where the score has none or
    cannot be followed. Raises `DataError` when `folder` is not laid out like the data set.
    """
    reading = Reading()
    scores: dict[str, ScoreLevels | Refused] = {}
    for row in read_metadata(folder):
        item_id = f"{CORPUS}/{row['midi_performance'].removesuffix('.mid')}"
        piece = asap_piece(row["composer"], row["title"])
        midi = folder / row["midi_performance"]
        if only and not only(midi):
            continue
        if not midi.is_file():
            reading.dropped.append(Dropped(item_id, "no MIDI file", str(midi), is_damage=True))
            continue
        try:
            annotation = read_annotation(folder / row["performance_annotations"])
        except DataError as e:
            reading.dropped.append(Dropped(item_id, "no usable beat annotation", str(e), is_damage=True))
            continue
        labels = beat_labels(annotation)
        if levels:
            if row["xml_score"] not in scores:
                scores[row["xml_score"]] = _score_or_refusal(folder, row)
            labels = _with_levels(labels, annotation, scores[row["xml_score"]], item_id, reading)
        reading.items.append(Item(item_id, CORPUS, piece, row["composer"], labels, midi_path=midi))
        score = scores.get(row["xml_score"])
        if isinstance(score, ScoreLevels):
            reading.score_counts.setdefault(piece, score.counts)
    return reading


def read_metadata(folder: Path) -> list[dict[str, str]]:
    """Rows of `metadata.csv`. Raises `DataError` when it is missing or lacks a column."""
    return read_rows(folder / "metadata.csv", _COLUMNS)


def beat_labels(annotation: Annotation) -> BeatLabels:
    """Beats, positions and metre of an annotation, levels unknown, unclear beats flagged."""
    position, length = bar_positions(annotation)
    return BeatLabels(
        annotation.times_s, position, np.zeros(len(position), np.int8), flagged=annotation.is_unclear,
        beats_per_bar=length,
    )  # fmt: skip


def score_levels(xml_score: Path, midi_score: Path, annotation: Path) -> ScoreLevels:
    """The levels of one score. Raises `Refused` when files are missing or the score cannot be followed."""
    if not xml_score.is_file():
        raise Refused("no MusicXML score", where=str(xml_score))
    try:
        measures, midi, beats = read_measures(xml_score), read_midi_score(midi_score), read_annotation(annotation)
    except DataError as e:
        raise Refused("a score file is damaged", where=str(xml_score), cause=str(e)) from e
    placement = place_measures(measures, midi)
    beats_q = midi.quarters(beats.times_s)
    downbeats_q, starts_q = beats_q[beats.is_downbeat], np.array(placement.starts_q)
    distance_q = np.abs(downbeats_q[:, None] - starts_q[None]).min(axis=1)
    on_start = float(np.mean(distance_q < _NEAR_Q)) if len(distance_q) else 0.0
    if placement.note_share < MIN_MATCHED or on_start < MIN_DOWNBEATS:
        raise Refused(
            "the score does not match its MIDI file", where=str(xml_score),
            cause=f"{placement.note_share:.0%} of notes and {on_start:.0%} of downbeats found in place",
        )  # fmt: skip
    marks = place_marks(measures, placement.order, placement.starts_q)
    return ScoreLevels(marks, beats_q, beats.kinds, count_marks(measures))


def _score_or_refusal(folder: Path, row: dict[str, str]) -> ScoreLevels | Refused:
    try:
        return score_levels(
            folder / row["xml_score"], folder / row["midi_score"], folder / row["midi_score_annotations"]
        )
    except Refused as e:
        return e


def _with_levels(
    labels: BeatLabels, annotation: Annotation, score: ScoreLevels | Refused, item_id: str, reading: Reading
) -> BeatLabels:
    """`labels` with the score's levels, or unchanged with a note of why in `reading.masked`."""
    if isinstance(score, Refused):
        reading.masked.append(Dropped(item_id, score.what, score.cause, is_damage=True))
        return labels
    if len(score.kinds) != len(annotation.kinds):
        detail = f"{len(annotation.kinds)} beats played, {len(score.kinds)} in the score"
        reading.masked.append(Dropped(item_id, "the performance skips beats of the score", detail))
        return labels
    differing = sum(a != b for a, b in zip(score.kinds, annotation.kinds, strict=True))
    if differing:
        detail = f"{differing} of {len(score.kinds)}"
        reading.masked.append(Dropped(item_id, "other downbeats than the score's", detail))
        return labels
    if not len(score.marks.levels):
        reading.masked.append(Dropped(item_id, "the score has no dynamic level"))
        return labels
    return BeatLabels(
        labels.beats_s, labels.beat_in_bar, score.marks.levels_at(score.beats_q),
        hairpins=score.marks.hairpins(score.beats_q, labels.beats_s), flagged=labels.flagged,
        beats_per_bar=labels.beats_per_bar,
    )  # fmt: skip
