"""Recordings with scores for `benchmarks.marks.report`: heard, decoded and aligned, with what is slow kept in a folder.

What the model says of every frame is kept by the recording's samples and the model's hash; analyses by these, the
card's thresholds and the source of the decoders; alignments by the samples, the score's bytes, the source of the
aligner and the beats that it was given as evidence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import runtime.decode
import runtime.score
from runtime.analysis import LEVELS, Analysis, Source
from runtime.analysis import from_json as analysis_from_json
from runtime.decode import decode
from runtime.decode.on_beats import LevelEvidence
from runtime.errors import MezzoforteError, ScoreError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.marks import hearing
from runtime.marks.hearing import HeardInScore
from runtime.model import Model
from runtime.network.logits import FrameLogits
from runtime.score import unfold
from runtime.score.align import recording as alignment_of
from runtime.score.align.fine import Evidence
from runtime.score.align.recording import Alignment
from runtime.score.read.files import read_score
from runtime.score.table import Mark, Measure, Score
from runtime.write.atomic import write_bytes
from train.data.corpora.mazurkabl import read_markings, read_mazurka
from train.frames.predict import Heard, labels_of, listen_frames
from train.frames.segments import Pack, Recording

_BLOCK = 65_536
# These decide on marks or write them; all other modules of runtime/score have a part in aligning.
_NOT_ALIGNING = ("annotate", "gestures", "hearing", "mark", "plan", "policy", "swells", "__main__")


@dataclass(frozen=True)
class Case:
    """One recording: what was heard, decoded with no score (`analysis`), and where it is in its score.

    `score` keeps the editors' marks; `blank` is the same without any, which is all that a planner may see.
    """

    heard: Heard
    score: Score
    analysis: Analysis
    alignment: Alignment
    model: Model

    def in_score(self, change_ease: float) -> HeardInScore:
        """What is heard on the score's beats."""
        evidence = LevelEvidence.of(self.heard.logits, self.model)
        return hearing.decoded(self.blank, self.alignment, evidence, change_ease)

    @property
    def blank(self) -> Score:
        """The score as if nobody had ever written a mark into it."""
        return replace(self.score, marks=())

    @property
    def played(self) -> frozenset[int]:
        """The measures that were played."""
        return frozenset(self.alignment.measures)


def marked_score(data: Path, recording: Recording) -> Score:
    """The score of a recording with its editor's marks. Raises `MezzoforteError`.

    The mazurkas' scores have no dynamics; their marks are those of MazurkaBL, by beat of the unfolded score.
    """
    return _marked(score_path(data, recording), data, recording.corpus, recording.key.split("|")[1])


@cache
def _marked(path: Path, data: Path, corpus: str, name: str) -> Score:
    score = read_score(path)
    return score if corpus == "asap" else mazurka_marked(score, data / "mazurkabl", name)


def mazurka_marked(score: Score, folder: Path, name: str) -> Score:
    """The score with MazurkaBL's levels, and its crescendo and diminuendo, whose ends are not told, as words."""
    order, mazurka = unfold.written(score).measures, read_mazurka(folder, name)
    beats = [_place(score.measures[order[n - 1]], k) for n, k in zip(mazurka.bar, mazurka.beat_in_bar, strict=True)]
    marks = [("dynamic", LEVELS[level - 1], row) for row, level in read_markings(folder, name, len(beats))]
    marks += [("words", value, row) for row, value in _words(folder / "markings" / f"{name}markings.csv")]
    placed = ((kind, value, beats[min(row, len(beats) - 1)]) for kind, value, row in marks)
    return replace(
        score, marks=tuple(Mark(kind, value, at, at, score.measure_at(at).index, 1) for kind, value, at in placed)
    )


def _place(m: Measure, beat: int) -> Fraction:
    """Where a beat of the bar is written; at the measure's ends when it is not in it."""
    return m.start + min(max(Fraction(0), (int(beat) - 1) * m.time.beat_quarters - m.offset), m.duration)


def _words(path: Path) -> list[tuple[int, str]]:
    """(0-based beat, ``crescendo`` or ``diminuendo``) of every gradual change, however it is spelt."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts, rows = list(csv.reader(file))[:2]
    kinds = {"cre": "crescendo", "dim": "diminuendo", "dec": "diminuendo"}
    return [
        (int(row) - 1, kinds[word.strip().lower()[:3]])
        for text, row in zip(texts, rows, strict=True)
        for word in text.split("+")
        if word.strip().lower()[:3] in kinds
    ]


def score_path(data: Path, recording: Recording) -> Path:
    """Where the score of a packed recording is in the data folder. Raises `MezzoforteError`."""
    parts = recording.key.split("|")
    if parts[0] == "asap":
        path = data.joinpath("asap", *parts[1:-1], "xml_score.musicxml")
    else:
        opus, number = parts[1].removeprefix("M").split("-")
        names = {p.stem.lower(): p for p in (data / "mazurkabl" / "xml_scores").glob("*.xml")}
        path = names.get(f"mazurka{int(opus):02d}-{number}", data / "mazurkabl" / "xml_scores" / f"{parts[1]}.xml")
    if not path.is_file():
        raise MezzoforteError("no score for this recording", where=str(path), advice="Give the data folder with --data")
    return path


@dataclass(frozen=True)
class Shelf:
    """The folder `work` with what was computed before. With `any_alignment`, one that was made with other beats or
    by another version of the aligner is good enough."""

    work: Path
    any_alignment: bool = False

    def logits(self, pack: Pack, recording: Recording, model: Model) -> FrameLogits:
        """What the model says of every frame. Kept as the frame network says it."""
        path = self._file("frames", _digest(recording.key, _samples(pack, recording), model.card.sha256)[:32] + ".npz")
        if path.is_file():
            with np.load(path) as stored:
                return model.refined(FrameLogits.from_columns(stored["columns"]))
        frames = listen_frames(pack.samples(recording, 0, recording.n_samples), model)
        _save(path, {"columns": frames.columns().astype(np.float32)})
        return model.refined(frames)

    def analysis(self, pack: Pack, recording: Recording, logits: FrameLogits, model: Model) -> Analysis:
        """What is decoded with no score."""
        name = _digest(recording.key, _samples(pack, recording), model.card.sha256, repr(model.card.thresholds))[:32]
        path = self._file("analyses/" + decoder_source()[:32], name + ".json")
        if path.is_file():
            return analysis_from_json(path.read_text(encoding="utf-8"))
        source = Source(recording.key, recording.n_samples / SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        found = decode(logits, logits.ntot_sone, model.card, source, model.identity, stage=model.levels)
        write_bytes(path, found.to_json(indent=None).encode())
        return found

    def alignment(self, pack: Pack, recording: Recording, score: Score, analysis: Analysis) -> Alignment:
        """Where the recording is in its score. Raises `ScoreError` when it was refused."""
        samples = _samples(pack, recording)
        beats = [[b.time_s for b in analysis.beats], [b.time_s for b in analysis.downbeats]]
        folder = "alignments/" + _digest(recording.key, samples, score.fingerprint())[:32]
        path = self._file(folder, _digest(aligner_source(), json.dumps(beats))[:32] + ".npz")
        there = sorted(path.parent.glob("*.npz"), key=lambda p: p.stat().st_mtime_ns)
        stored = path if path.is_file() else there[-1] if there and self.any_alignment else None
        if stored is not None:
            return _read_alignment(stored)
        evidence = Evidence(np.array(beats[0]), np.array(beats[1])) if beats[0] else None
        blocks = (samples[i : i + _BLOCK] * np.float32(1 / 32768) for i in range(0, len(samples), _BLOCK))
        try:
            found = alignment_of.align(score, blocks, evidence)
        except ScoreError as e:
            _save(path, {"refused": np.array(str(e))})
            raise
        _save(path, _plain(found))
        return found

    def _file(self, folder: str, name: str) -> Path:
        (self.work / folder).mkdir(parents=True, exist_ok=True)
        return self.work / folder / name


def decoder_source() -> str:
    """A hash of the code that decodes analyses."""
    folder = Path(runtime.decode.__file__).parent
    return _digest(*(p.read_bytes() for p in sorted(folder.glob("*.py"))))


def aligner_source() -> str:
    """A hash of the code that alignments depend on."""
    folder = Path(runtime.score.__file__).parent
    sources = sorted(p for p in folder.glob("*.py") if p.stem not in _NOT_ALIGNING and not p.stem.startswith("write"))
    return _digest(*(p.read_bytes() for p in sources))


def cases(
    pack: Pack, recordings: list[Recording], data: Path, model: Model, shelf: Shelf
) -> Iterator[Case | tuple[str, str]]:
    """Each recording as a case, or as (name, why it is left out)."""
    for n, recording in enumerate(recordings, 1):
        try:
            score = marked_score(data, recording)
            logits = shelf.logits(pack, recording, model)
            analysis = shelf.analysis(pack, recording, logits, model)
            alignment = shelf.alignment(pack, recording, score, analysis)
        except ScoreError as e:
            print(f"{n}/{len(recordings)} {recording.key}: left out: {e}", file=sys.stderr, flush=True)
            yield recording.key, str(e)
            continue
        print(f"{n}/{len(recordings)} {recording.key}", file=sys.stderr, flush=True)
        yield Case(Heard(recording, labels_of(recording), logits), score, analysis, alignment, model)


def _samples(pack: Pack, recording: Recording) -> np.ndarray:
    """int16 [n], as they are in the recording (the pack's level rule undone exactly)."""
    samples = pack.samples(recording, 0, recording.n_samples)
    return np.rint(samples / np.float32(recording.gain / 32768)).astype(np.int16)


def _digest(*parts: str | bytes | np.ndarray) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part if isinstance(part, bytes) else part.tobytes())
        digest.update(b"\0")
    return digest.hexdigest()


def _plain(a: Alignment) -> dict[str, Any]:
    return {
        "measures": np.array(a.measures, np.int64), "starts": a.starts, "positions": a.positions, "times_s": a.times_s,
        "confidence": a.confidence, "breaks": np.array(a.breaks, np.int64), "fit": np.array(a.fit),
        "repeats": np.array(sorted(a.repeats.items()), np.int64).reshape(-1, 2),
        "unplayed": np.array(a.unplayed, np.int64),
    }  # fmt: skip


def _read_alignment(path: Path) -> Alignment:
    with np.load(path) as s:
        if "refused" in s:
            raise ScoreError(str(s["refused"]))
        return Alignment(
            tuple(s["measures"].tolist()), s["starts"], s["positions"], s["times_s"], s["confidence"],
            tuple(s["breaks"].tolist()), {int(k): bool(v) for k, v in s["repeats"]}, tuple(s["unplayed"].tolist()),
            float(s["fit"]),
        )  # fmt: skip


def _save(path: Path, arrays: dict[str, Any]) -> None:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    write_bytes(path, out.getvalue())
