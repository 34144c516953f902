"""Performances laid along their scores by annotation: what the choice of marks in a score is fitted on.

The place of every beat in the written score comes from the annotations (of ASAP, with the score's own MIDI file; of
performances that `train.onsets.perform` made, as they were made), so that nothing that is heard has a part in it.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.score.align.recording import Alignment
from runtime.score.read.files import read_score
from runtime.score.table import Score
from train.data.corpora.asap import read_asap
from train.data.corpora.performed import read_performed
from train.data.errors import DataError
from train.data.items import Item
from train.data.labels.annotations import read_annotation
from train.data.score_corpora import SCORE_CORPORA, read_piece
from train.data.scores.follow import Placement, place_measures
from train.data.scores.midi import read_midi_score
from train.data.scores.musicxml import read_measures
from train.data.written import beats_of
from train.rendering.instruments import INSTRUMENTS
from train.rendering.notes import PackedNotes, packed_notes
from train.rendering.performance import Variation, read_performance
from train.sources import Sources, add_data_option, union

Floats = npt.NDArray[np.float64]

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
    sources: Sources

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
            placed, times_s = page.placement, item.labels.beats_s
            alignment = _known_alignment(page.score, placed.order, placed.starts_q, page.beats_q, times_s)
            yield Take(item.id, item.piece_id, item.midi_path, page.score, alignment, item.sources)


def performed_takes(scores: Path, cache: Path, items: Iterable[Item]) -> Iterator[Take]:
    """Every item of `train.data.corpora.performed` with its score, from the corpora in `scores` or `cache`; such
    performances play everything once, as it is written."""
    items = list(items)
    corpora = {item.attributes["score"].split("/")[0] for item in items}
    pieces = {p.id: p for name in sorted(corpora) for p in SCORE_CORPORA[name].pieces(scores / name)}
    for item in items:
        score = read_piece(pieces[item.attributes["score"]], cache)
        if isinstance(score, Score) and item.midi_path is not None:
            starts_q = [float(m.start) for m in score.measures]
            order = range(len(score.measures))
            alignment = _known_alignment(score, order, starts_q, beats_of(score)[0], item.labels.beats_s)
            yield Take(item.id, item.piece_id, item.midi_path, score, alignment, item.sources)


def name_of(midi: Path, folder: Path) -> Path:
    """What a performance and its render have in common."""
    return midi.relative_to(folder).with_suffix("")


def rendered(args: Namespace) -> Iterator[tuple[Take, Path, Sources]]:
    """Every performance that has a render (`add_options`), with its sound file and what the sound comes from.

    Raises `MezzoforteError` for a render that was varied: it sounds at other times than the labels say.
    """
    there = {p.relative_to(args.renders).with_suffix(""): p for p in sorted(args.renders.rglob("*.flac"))}
    folder = args.asap or args.performed

    def has_render(midi: Path) -> bool:
        return name_of(midi, folder) in there

    if args.asap:
        found = takes(folder, read_asap(folder, levels=False, only=has_render).items)
    else:
        found = performed_takes(*args.scores, read_performed(folder, only=has_render).items)
    for take in found:
        path = there[name_of(take.midi_path, folder)]
        yield take, path, union(take.sources, [sound_of(path)])


def sound_of(render: Path) -> str:
    """Where the sound of a render comes from (`train.sources`). Raises `MezzoforteError` for one that was varied."""
    how = json.loads(render.with_suffix(".json").read_text())
    if how["variation"] != asdict(Variation()):
        raise MezzoforteError(
            "this render is not the performance as it was labelled", where=str(render),
            cause="its tempo, touch and key were varied", advice="Render it without --vary",
        )  # fmt: skip
    return INSTRUMENTS[how["instrument"]].source


def add_options(parser: ArgumentParser) -> None:
    """Where performances, their scores and their renders are."""
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--asap", type=Path, help="folder of (n)ASAP")
    either.add_argument("--performed", type=Path, help="folder of train.onsets.perform; give --scores too")
    parser.add_argument(
        "--scores", type=Path, nargs=2, metavar=("DATA", "CACHE"),
        help="the data folder with the corpora of scores, and the folder for the scores as they were read",
    )  # fmt: skip
    parser.add_argument("--renders", type=Path, required=True, help="what train.rendering made of the MIDI files")
    parser.add_argument("--work", type=Path, required=True, help="folder for what was heard")
    add_data_option(parser)


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


def _known_alignment(
    score: Score, order: Sequence[int], starts_q: Sequence[float], beats_q: Floats, beats_s: Floats
) -> Alignment:
    """The alignment that the annotations stand for: `order` are measures as played, `beats_q` where the beats are that
    are played at `beats_s`."""
    ends = starts_q[-1] + float(score.measures[order[-1]].duration)
    rising = np.concatenate([[True], np.diff(np.maximum.accumulate(beats_q)) > _LEAST_STEP])
    return Alignment(
        measures=tuple(order),
        starts=np.maximum.accumulate([*starts_q, ends]),
        positions=beats_q[rising],
        times_s=beats_s[rising],
        confidence=np.ones(len(order)),
        breaks=(),
        repeats={},
        unplayed=tuple(sorted(set(range(len(score.measures))) - set(order))),
        fit=0.0,
    )
