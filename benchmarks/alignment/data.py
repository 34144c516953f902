"""Recordings with scores and known beats, for `benchmarks.alignment.takes`.

A known beat is a time with the written place that is played there: (measure of the score, quarters into it). It
comes from annotations and MIDI files alone, never from an alignment that is being judged.

ASAP: the beats annotated in the performance; entry k stands at the score position of entry k of the annotation of
the score's own MIDI file, and `train.data.scores.follow` tells by its notes which measure sounds there. Mazurkas: the
beat times from which the performance was resynthesised, one per written beat of the unfolded score.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.notes.played import read_notes
from runtime.score import unfold
from runtime.score.align.performance import play
from runtime.score.table import Score
from train.data.corpora.asap import MIN_DOWNBEATS, MIN_MATCHED
from train.data.corpora.mazurka_resynth import read_index
from train.data.labels.annotations import read_annotation
from train.data.scores.follow import place_measures
from train.data.scores.midi import read_midi_score
from train.data.scores.musicxml import read_measures

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

CONFIRMED_S = 0.07
_NEAR_Q = 0.02


@dataclass(frozen=True)
class Take:
    """A performance with its score and where to find the truth about it.

    `audio` when it is rendered already, `time_scale` times as long as its MIDI, of which the first `max_s` are heard.
    """

    name: str
    midi: Path
    score: Path
    kind: str
    truth: Path
    audio: Path | None = None
    time_scale: float = 1.0
    max_s: float = np.inf


@dataclass(frozen=True)
class Truth:
    """Known beats: `seconds` [n], `turn` [n] into `order`, the measures as played, and `offset_q` [n] into the measure.

    `unclear` [n]: annotated as undeterminable (`bR`). `struck` [n]: a note is written to begin there. `confirmed`
    [n]: struck, and the performance has one of its pitches within `CONFIRMED_S` of the known time.
    """

    seconds: Floats
    turn: Ints
    offset_q: Floats
    order: tuple[int, ...]
    unclear: Bools
    struck: Bools
    confirmed: Bools

    @property
    def measure(self) -> Ints:
        """The written measure of each beat."""
        return np.array(self.order, np.int64)[self.turn]


def asap_takes(root: Path) -> Iterator[Take]:
    """One performance of each ASAP piece that has an annotation, in a fixed order that mixes composers."""
    folders = sorted({p.parent for p in root.rglob("xml_score.musicxml")}, key=lambda p: (p.name, str(p)))
    for folder in folders:
        for midi in sorted(p for p in folder.glob("*.mid") if p.name != "midi_score.mid"):
            truth = midi.with_name(midi.stem + "_annotations.txt")
            if truth.exists():
                name = f"{folder.relative_to(root)} {midi.stem}"
                yield Take(name, midi, folder / "xml_score.musicxml", "asap", truth)
                break


def mazurka_takes(root: Path) -> Iterator[Take]:
    """One tier A resynthesised performance of each mazurka."""
    scores = _mazurka_scores(root)
    folder, seen = root / "mazurka_resynth", set[str]()
    for row in read_index(folder):
        key = row["mazurka"]
        if row["tier"] == "A" and key not in seen and key in scores:
            seen.add(key)
            truth = folder / "labels" / key / f"{row['pid']}.json"
            yield Take(f"{key} {row['pid']}", folder / row["midi"], scores[key], "mazurka", truth)


def rendered_takes(renders: Path, root: Path) -> Iterator[Take]:
    """The takes of a folder written by `train.rendering.render`, its MIDI folder being `asap` or `mazurka_resynth`.

    Renders in another key than the score's are passed over.
    """
    scores = _mazurka_scores(root)
    for audio in sorted(renders.rglob("*.flac")):
        how = json.loads(audio.with_suffix(".json").read_text())
        if how["variation"]["transpose"]:
            continue
        midi, max_s = Path(how["midi"]), how["max_s"] or np.inf
        changes = (audio, how["variation"]["time_scale"], max_s)
        if (root / "asap" / midi).exists():
            path = root / "asap" / midi
            truth, score = path.with_name(path.stem + "_annotations.txt"), path.with_name("xml_score.musicxml")
            yield Take(f"{midi.parent} {midi.stem}", path, score, "asap", truth, *changes)
        else:
            key, folder = midi.parent.name, root / "mazurka_resynth"
            truth = folder / "labels" / key / f"{midi.stem}.json"
            yield Take(f"{key} {midi.stem}", folder / midi, scores[key], "mazurka", truth, *changes)


def _mazurka_scores(root: Path) -> dict[str, Path]:
    return {_mazurka_key(p): p for p in (root / "mazurkabl" / "xml_scores").iterdir()}


def _mazurka_key(path: Path) -> str:
    opus, number = path.stem.lower().removeprefix("mazurka").split("-")
    return f"M{int(opus):02d}-{number}"


def truth_of(take: Take, score: Score) -> Truth:
    """The known beats of a take. Raises `LookupError` when annotation and score do not belong together."""
    seconds, turn, offset_q, order, unclear = (_asap if take.kind == "asap" else _mazurka)(take, score)
    struck, confirmed = _heard_there(take, score, seconds, np.array(order)[turn], offset_q)
    heard = seconds <= take.max_s - CONFIRMED_S
    if not heard.any():
        raise LookupError("no known beat in what is rendered")
    return Truth(
        seconds[heard] * take.time_scale, turn[heard], offset_q[heard], order, unclear[heard], struck[heard],
        confirmed[heard],
    )  # fmt: skip


_Places = tuple[Floats, Ints, Floats, tuple[int, ...], Bools]


def _asap(take: Take, score: Score) -> _Places:
    performed = read_annotation(take.truth)
    written = read_annotation(take.truth.with_name("midi_score_annotations.txt"))
    if performed.kinds != written.kinds:
        raise LookupError("the performance's beats are not those of the score's annotation")
    measures, midi = read_measures(take.score), read_midi_score(take.score.with_name("midi_score.mid"))
    if len(measures) != len(score.measures):
        raise LookupError("two readers count different measures")
    placed = place_measures(measures, midi)
    starts = np.array(placed.starts_q)
    beats_q = midi.quarters(written.times_s)
    distance = np.abs(beats_q[written.is_downbeat][:, None] - starts).min(axis=1)
    on_start = float(np.mean(distance < 0.1)) if len(distance) else 0.0
    if placed.note_share < MIN_MATCHED or on_start < MIN_DOWNBEATS:
        raise LookupError(f"{placed.note_share:.0%} of notes, {on_start:.0%} of downbeats found in the score's MIDI")
    k = np.maximum(0, np.searchsorted(starts, beats_q + 0.01, side="right") - 1)
    return performed.times_s, k, beats_q - starts[k], placed.order, performed.is_unclear


def _mazurka(take: Take, score: Score) -> _Places:
    """Labelled bars count as the unfolded score's do; a labelled beat before a pickup's first note is left out."""
    label = json.loads(take.truth.read_text())
    order = unfold.written(score).measures
    turn = np.array(label["measure"]) - 1
    if len(order) <= turn[-1]:
        raise LookupError(f"{turn[-1] + 1} labelled bars, {len(order)} written")
    measures = [score.measures[order[k]] for k in turn]
    beats = zip(measures, label["beat_in_bar"], strict=True)
    offset_q = np.array([float((beat - 1) * m.time.beat_quarters - m.offset) for m, beat in beats])
    written = (offset_q >= 0) & (offset_q < [float(m.duration) for m in measures])
    seconds = np.array(label["beats"])[written]
    return seconds, turn[written], offset_q[written], order, np.zeros(len(seconds), bool)


def _heard_there(take: Take, score: Score, seconds: Floats, measure: Ints, offset_q: Floats) -> tuple[Bools, Bools]:
    """(`struck`, `confirmed`) of known beats."""
    notes = read_notes(take.midi)
    written = play(score, list(range(len(score.measures))))
    struck, confirmed = np.zeros(len(seconds), bool), np.zeros(len(seconds), bool)
    for k, (at_s, index, offset) in enumerate(zip(seconds, measure, offset_q, strict=True)):
        near = np.abs(written.onsets - written.starts[index] - offset) < _NEAR_Q
        wanted = written.pitches[near & ~written.grace]
        a, b = np.searchsorted(notes.onset_s, [at_s - CONFIRMED_S, at_s + CONFIRMED_S])
        struck[k], confirmed[k] = len(wanted) > 0, bool(np.isin(notes.pitch[a:b], wanted).any())
    return struck, confirmed
