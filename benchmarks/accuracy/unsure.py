"""Recordings in which something may be unsure, at both qualities: what was found, what is true, what would help."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.corrections import pieces_of
from benchmarks.accuracy.renders import Piece, Shown, scored
from runtime.analysis import Question, RemedyKey
from runtime.corrections import Corrections
from runtime.decode.assemble import found_in
from runtime.decode.correct import given_beats
from runtime.decode.found import Found
from runtime.decode.grid import find_grid
from runtime.decode.options import DecodeOptions
from runtime.decode.remedies import Candidate, candidates
from runtime.decode.rounds import knowing_notes
from runtime.model import Model
from runtime.network.card import ModelCard
from runtime.network.logits import FrameLogits
from train.marks.hear import Listener
from train.sources import Sources

Floats = npt.NDArray[np.float64]
Quality = Literal["best", "fast"]

POOR_F = 0.8
QUESTIONS: tuple[Question, ...] = ("pulse", "metre", "bar")


@dataclass(frozen=True, eq=False)
class Case:
    """A recording as it is heard: `logits` with all that was known, and `again` those when beats are given."""

    piece: str
    corpus: str
    sources: Sources
    quality: Quality
    beats_s: Floats
    position: npt.NDArray[np.int64]
    card: ModelCard
    logits: FrameLogits
    again: Callable[[Corrections], FrameLogits]

    @property
    def options(self) -> DecodeOptions:
        """Of decoding."""
        return DecodeOptions.of(self.card.thresholds)

    @property
    def metre(self) -> int | None:
        """How many beats most bars truly have; None where that is not known."""
        lengths = np.diff(np.flatnonzero(self.position == 1))
        return int(np.bincount(lengths).argmax()) if len(lengths) else None

    def found(self) -> Found | None:
        """Beats and bars with their grounds; None without any."""
        return found_in(self.logits, self.logits.ntot_sone, self.options)

    def shown(self, said: Corrections) -> Shown:
        """Beats and bars under corrections."""
        logits = self.logits if given_beats(said) is None else self.again(said)
        grid = find_grid(logits, logits.ntot_sone, self.options, said)
        return Shown((), ()) if grid is None else Shown(grid.beats(), grid.metres())

    def scored(self, said: Corrections | None = None) -> tuple[float, float]:
        """Beat and downbeat F under corrections."""
        return scored(self.beats_s, self.position, self.shown(said or Corrections()))


@dataclass(frozen=True)
class Tried:
    """A candidate, what is known of it, and by how much it changes F (of beats for the pulse, else of downbeats)."""

    question: Question
    key: RemedyKey
    features: dict[str, float]
    gain: float


@dataclass(frozen=True)
class Asked:
    """One case: what it comes from (`train.sources`), its features, what is wrong with it (None: the question has no
    sense there), beat and downbeat F, and every candidate."""

    piece: str
    corpus: str
    sources: Sources
    quality: Quality
    features: dict[str, float]
    wrong: dict[Question, bool | None]
    before: tuple[float, float]
    tried: tuple[Tried, ...] = ()

    @staticmethod
    def of(case: Case, found: Found, tries: bool) -> Asked:
        """`tries`: with the candidates."""
        before = beat, downbeat = case.scored()
        off = beat < POOR_F
        metre = found.usual_metre if case.metre is None else case.metre
        wrong: dict[Question, bool | None] = {
            "pulse": off,
            "metre": None if off else found.usual_metre != metre and downbeat < POOR_F,
            "bar": None if off else downbeat < POOR_F,
        }
        asked: tuple[Question, ...] = ("pulse", "bar") if tries else ()
        tried = tuple(_try(case, before, q, c) for q in asked for c in candidates(q, found))
        return Asked(case.piece, case.corpus, case.sources, case.quality, found.features(), wrong, before, tried)


def _try(case: Case, before: tuple[float, float], question: Question, candidate: Candidate) -> Tried:
    which = which_f(question)
    gain = case.scored(candidate.said)[which] - before[which]
    return Tried(question, candidate.remedy.key, dict(candidate.features), gain)


def which_f(question: Question) -> int:
    """Whether a question is about F of beats (0) or of downbeats (1)."""
    return 0 if question == "pulse" else 1


def of_recording(piece: Piece, model: Model, with_notes: bool) -> Case:
    """A recording at quality ``best`` or ``fast``."""
    heard, who = piece.frames.logits, (piece.name, piece.corpus, piece.sources)
    if not with_notes:
        return Case(*who, "fast", piece.beats_s, piece.position, model.card, heard, lambda _: heard)

    def again(said: Corrections) -> FrameLogits:
        return knowing_notes(heard, model, piece.notes, said)

    card, logits = model.card.knowing_notes(), again(Corrections())
    return Case(*who, "best", piece.beats_s, piece.position, card, logits, again)


def add_options(parser: ArgumentParser) -> None:
    """Where cases come from."""
    add = parser.add_argument
    add("--renders", nargs=3, action="append", default=[], metavar=("CORPUS", "DATA_DIR", "AUDIO_DIR"))
    add("--real", type=Path, metavar="DIR", help="the folder of the real recordings")
    add("--work", type=Path, required=True, metavar="DIR", help="where what was heard is kept")
    Listener.add_options(parser)


def cases(args: Namespace) -> Iterator[Case]:
    """All that the options name, at both qualities. Raises `MezzoforteError`."""
    listener = Listener.with_folder(args.work / "heard", args.model, args.transcriber_path)
    for piece in pieces_of(args, listener):
        yield of_recording(piece, listener.model, True)
        yield of_recording(piece, listener.model, False)
