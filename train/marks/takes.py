"""Performances of ASAP laid along their scores by annotation: what the choice of marks in a score is fitted on.

The place of every beat in the written score comes from the annotations and the score's own MIDI file, so that nothing
that is heard has a part in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.score.align.recording import Alignment
from runtime.score.read.files import read_score
from runtime.score.table import Score
from train.data.errors import DataError
from train.data.items import Item
from train.data.labels.annotations import read_annotation
from train.data.scores.follow import Placement, place_measures
from train.data.scores.midi import read_midi_score
from train.data.scores.musicxml import read_measures
from train.rendering.notes import PackedNotes, packed_notes
from train.rendering.performance import read_performance

_LEAST_STEP = 1e-3


@dataclass(frozen=True, eq=False)
class Take:
    """One performance: its MIDI file, and where it is in the score. `score` keeps the editors' marks; `blank` is the
    same without any."""

    key: str
    piece_id: str
    midi_path: Path
    score: Score
    alignment: Alignment

    @property
    def blank(self) -> Score:
        """The score as if nobody had ever written a mark into it."""
        return replace(self.score, marks=())

    def played(self) -> PackedNotes:
        """The notes as they were played, by onset."""
        return packed_notes(read_performance(self.midi_path))


@dataclass(frozen=True, eq=False)
class _Page:
    score: Score
    placement: Placement
    beats_q: npt.NDArray[np.float64]


def takes(folder: Path, items: Iterable[Item]) -> Iterator[Take]:
    """Every item of ASAP (data set in `folder`) whose score fits its annotation."""
    pages: dict[Path, _Page | None] = {}
    for item in items:
        if item.corpus != "asap" or item.midi_path is None:
            continue
        place = folder.joinpath(*item.id.split("/")[1:-1])
        if place not in pages:
            pages[place] = _page(place)
        page = pages[place]
        if page is not None and len(page.beats_q) == item.labels.n_beats:
            alignment = _known_alignment(page, item.labels.beats_s)
            yield Take(item.id, item.piece_id, item.midi_path, page.score, alignment)


def _page(folder: Path) -> _Page | None:
    """The score of a folder of ASAP and where its measures and beats are in quarters; None when it does not fit."""
    try:
        measures, midi = read_measures(folder / "xml_score.musicxml"), read_midi_score(folder / "midi_score.mid")
        annotation = read_annotation(folder / "midi_score_annotations.txt")
        score = read_score(folder / "xml_score.musicxml")
    except (DataError, MezzoforteError) as e:
        print(f"left out: {e}", file=sys.stderr)
        return None
    if len(score.measures) != len(measures):
        return None
    return _Page(score, place_measures(measures, midi), midi.quarters(annotation.times_s))


def _known_alignment(page: _Page, beats_s: npt.NDArray[np.float64]) -> Alignment:
    """The alignment that the annotations stand for."""
    order = page.placement.order
    ends = page.placement.starts_q[-1] + float(page.score.measures[order[-1]].duration)
    rising = np.concatenate([[True], np.diff(np.maximum.accumulate(page.beats_q)) > _LEAST_STEP])
    return Alignment(
        measures=tuple(order),
        starts=np.maximum.accumulate([*page.placement.starts_q, ends]),
        positions=page.beats_q[rising],
        times_s=beats_s[rising],
        confidence=np.ones(len(order)),
        breaks=(),
        repeats={},
        unplayed=tuple(sorted(set(range(len(page.score.measures))) - set(order))),
        fit=0.0,
    )
