"""Performances with scores for `benchmarks.marks`: rendered, heard and aligned, with what is slow kept in a folder."""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.analysis import Analysis, Loudness, ModelIdentity, Source
from runtime.errors import ScoreError
from runtime.frames import FRAME_S, SAMPLE_RATE_HZ
from runtime.marks.files import align_file
from runtime.marks.heard import HeardInScore, hear
from runtime.marks.struck import struck
from runtime.network.card import load_card
from runtime.network.parts import Parts, shipped
from runtime.notes.played import PlayedNotes
from runtime.score.align.recording import Alignment
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.write.atomic import write_bytes
from train.data.corpora.asap import read_asap
from train.data.splits import ASAP_TEST_PIECES
from train.marks.hear import Listener
from train.marks.takes import name_of, takes
from train.measure.explained import Quarters, quarters
from train.rendering.notes import PackedNotes, packed_notes
from train.rendering.performance import read_performance

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One performance: the score with its editors' marks, what was heard on its beats, what was struck in its quarters,
    and an analysis that holds the loudness. `truth` is what would be heard if velocities were known."""

    name: str
    score: Score
    alignment: Alignment
    analysis: Analysis
    heard: HeardInScore
    truth: HeardInScore
    played: Quarters

    @property
    def blank(self) -> Score:
        """The score as if nobody had ever written a mark into it."""
        return replace(self.score, marks=(), hidden=())


def asap_cases(
    asap: Path, renders: Path, work: Path, only: Collection[str] = (), model: str | None = None
) -> Iterator[Case]:
    """The test pieces of ASAP that were rendered (`only` these, when some are named), one performance each, heard with
    that model (None: the shipped one); told on stderr when one is left out."""
    there = {p.relative_to(renders).with_suffix(""): p for p in sorted(renders.rglob("*.flac"))}
    wanted = only or ASAP_TEST_PIECES
    rendered = read_asap(asap, levels=False, only=lambda midi: name_of(midi, asap) in there).items
    items = [i for i in rendered if i.piece_id in wanted]
    listener = Listener.with_folder(work / "heard", model)
    for take in takes(asap, items):
        path = there[name_of(take.midi_path, asap)]
        case = _case(take.piece_id, take.score, take.blank, path, listener, work, take.played())
        if case is not None:
            yield case


def batik_cases(batik: Path, renders: Path, work: Path, model: str | None = None) -> Iterator[Case]:
    """The movements of Batik-plays-Mozart that were rendered, likewise."""
    listener = Listener.with_folder(work / "heard", model)
    for path in sorted(renders.rglob("*.flac")):
        midi = batik / path.relative_to(renders).with_suffix(".mid")
        score = read_score(batik / "scores" / f"{midi.stem}.musicxml")
        notes = packed_notes(read_performance(midi))
        blank = replace(score, marks=(), hidden=())
        case = _case(f"mozart/{midi.stem}", score, blank, path, listener, work, notes)
        if case is not None:
            yield case


def _case(
    name: str, score: Score, blank: Score, path: Path, listener: Listener, work: Path, notes: PackedNotes
) -> Case | None:
    evidence = listener.hear(path)
    duration_s = len(evidence.ntot_sone) * FRAME_S
    analysis = Analysis(
        Source(name, duration_s, SAMPLE_RATE_HZ), ModelIdentity("", "", "", "cpu"),
        loudness=Loudness(FRAME_S, tuple(float(v) for v in evidence.ntot_sone)),
    )  # fmt: skip
    try:
        alignment = _aligned(path, blank, work, listener.model.parts)
    except ScoreError as e:
        print(f"{name}: left out: {e}", file=sys.stderr, flush=True)
        return None
    print(name, file=sys.stderr, flush=True)
    onset_s, velocity = notes["onset_s"].astype(np.float64), notes["velocity"].astype(np.float64)
    pitch = notes["pitch"].astype(np.int64)
    true = struck(blank, alignment, onset_s, pitch, velocity)
    given = replace(evidence, notes=_played(notes), velocities_known=True, stage=None)
    return Case(
        name, score, alignment, analysis, hear(blank, alignment, evidence), hear(blank, alignment, given),
        quarters(true.place, true.velocity),
    )  # fmt: skip


def _played(notes: PackedNotes) -> PlayedNotes:
    return PlayedNotes.of(
        [(float(n["onset_s"]), float(n["offset_s"]), int(n["pitch"]), int(n["velocity"])) for n in notes]
    )


def _aligned(path: Path, score: Score, work: Path, parts: Parts) -> Alignment:
    """The recording on its score, as the product finds it; kept by sound, music, and whose transcriber helps, unless
    that is the shipped one. Raises `ScoreError`."""
    ears = parts.path("notes")
    who = "" if ears == shipped("notes") else load_card(ears).sha256
    key = hashlib.sha256(path.read_bytes() + (score.fingerprint() + who).encode()).hexdigest()[:32]
    stored = work / "alignments" / f"{key}.pkl"
    if stored.is_file():
        found = pickle.loads(stored.read_bytes())  # our own file
    else:
        try:
            found = align_file(path, score, parts=parts)
        except ScoreError as e:
            found = str(e)
        stored.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(stored, pickle.dumps(found))
    if isinstance(found, str):
        raise ScoreError(found)
    assert isinstance(found, Alignment)
    return found
