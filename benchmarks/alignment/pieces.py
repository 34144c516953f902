"""Short pieces with their recordings for `benchmarks.alignment.recitals`: heard once, kept, put together at will.

Bach: performances of preludes and fugues in ASAP. Kinderszenen: no performances are free as MIDI, so DCML's notes are
played as written at a tempo that wanders (seeded by the number of the piece). Both are rendered by fluidsynth, and a
recital is put together from what is heard of each piece, with two seconds of silence between.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt

from benchmarks.alignment.data import Take, asap_takes, truth_of
from benchmarks.alignment.takes import SOUNDFONT, render
from runtime.frames import FRAMES_PER_S
from runtime.score import unfold
from runtime.score.align import features
from runtime.score.align.features import Heard
from runtime.score.align.performance import play
from runtime.score.read.files import read_score
from runtime.score.table import Measure, Note, Score, Staff, TimeSignature, with_offsets
from train.data.splits import split_of

Floats = npt.NDArray[np.float64]

_BLOCK = 65_536
_GAP_S = 2.0
_TICKS_PER_S = 1000
_SECONDS_PER_QUARTER = 0.6


@dataclass(frozen=True)
class Piece:
    """A score, what is heard of a recording of it, and known beats: seconds, written measure, quarters into it."""

    name: str
    score: Score
    heard: Heard
    seconds: Floats
    measure: npt.NDArray[np.int64]
    offset_q: Floats


def bach(root: Path, kept: Path, tested: bool) -> Iterator[Piece]:
    """Preludes and fugues in the order of their numbers; `tested`: those of which one of the pair is a test piece."""
    takes = {t.name.split()[0]: t for t in asap_takes(root / "asap") if t.name.startswith("Bach/")}
    numbers: dict[int, list[str]] = {}
    for name in takes:
        found = re.fullmatch(r"Bach/(Prelude|Fugue)/bwv_(\d+)", name)
        if found:
            numbers.setdefault(int(found[2]), []).append(name)
    for _, names in sorted(numbers.items()):
        if any(split_of(_split_name(n), None) == "test" for n in names) == tested:
            for name in sorted(names, reverse=True):
                piece = _of_take(takes[name], kept)
                if piece is not None:
                    yield piece


def _split_name(name: str) -> str:
    """As `train.data.splits` calls it."""
    _, kind, number = name.split("/")
    return f"bach/{kind.lower()}_{number}"


def _of_take(take: Take, kept: Path) -> Piece | None:
    score = read_score(take.score)
    try:
        truth = truth_of(take, score)
    except LookupError:
        return None
    heard = _heard(kept / f"{take.name.split()[0].replace('/', '_')}.npz", take.midi)
    return Piece(take.name.split()[0], score, heard, truth.seconds, truth.measure, truth.offset_q)


def kinderszenen(root: Path, kept: Path) -> Iterator[Piece]:
    """The thirteen pieces in order."""
    for notes in sorted((root / "dcml" / "schumann_kinderszenen" / "notes").glob("*.tsv")):
        score = _dcml_score(notes)
        order = list(unfold.written(score).measures)
        played = play(score, order)
        quarters = np.arange(0, played.starts[-1] + 1)
        random = np.random.default_rng(zlib.crc32(notes.name.encode()))
        wander = np.cumsum(random.normal(0, 0.05, len(quarters)))
        pace = _SECONDS_PER_QUARTER * np.exp(0.2 * np.sin(wander + quarters / 9))
        at_s = np.concatenate([[1.0], 1.0 + np.cumsum(pace[:-1])])
        midi = kept / f"{notes.name.split('.')[0]}.mid"
        onset, end = (np.interp(q, quarters, at_s) for q in (played.onsets, played.ends))
        _write_midi(midi, onset, end, played.pitches)
        heard = _heard(midi.with_suffix(".npz"), midi)
        beats = [
            (n, float(at - score.measures[i].start), i) for n, i in enumerate(order) for at, _, _ in score.beats(i, i)
        ]
        seconds = np.array([np.interp(played.starts[n] + q, quarters, at_s) for n, q, _ in beats])
        offset_q, measure = np.array([q for _, q, _ in beats]), np.array([i for _, _, i in beats], np.int64)
        yield Piece(f"Kinderszenen {notes.name[1:3]}", score, heard, seconds, measure, offset_q)


def _dcml_score(path: Path) -> Score:
    """The table of a piece of DCML: every bar as drawn, repeats and voltas as far as `repeats` tells them."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    with Path(str(path).replace("/notes/", "/measures/").replace(".notes.", ".measures.")).open(
        encoding="utf-8"
    ) as file:
        bars = list(csv.DictReader(file, delimiter="\t"))
    measures: list[Measure] = []
    start = Fraction(0)
    for i, bar in enumerate(bars):
        beats, kind = bar["timesig"].split("/")
        length = 4 * Fraction(bar["act_dur"])
        voltas = tuple(int(v) for v in re.findall(r"\d", bar.get("volta", "") or ""))
        measures.append(
            Measure(
                i, bar["mn"], start, length, TimeSignature(int(beats), int(kind)),
                repeat_start=bar["repeats"] in ("start", "startend"),
                repeat_times=2 if bar["repeats"] in ("end", "startend") else 0, endings=voltas,
            )
        )  # fmt: skip
        start += length
    place = {bar["mc"]: i for i, bar in enumerate(bars)}
    notes = []
    for row in rows:
        m = measures[place[row["mc"]]]
        length = 4 * Fraction(row["duration"])
        grace = bool(row.get("gracenote"))
        length = Fraction(0) if grace else length
        tied = row["tied"] not in ("", "1", "1.0")
        onset = m.start + 4 * Fraction(row["mc_onset"])
        notes.append(
            Note(onset, length, int(row["midi"]), int(row["staff"]), row["voice"], m.index, grace, tied)
        )  # fmt: skip
    notes.sort(key=lambda n: (n.onset, not n.grace, n.staff, n.pitch))
    return Score("dcml", tuple(notes), tuple(with_offsets(measures)), (Staff(0, 1), Staff(0, 2)))


def _write_midi(path: Path, onset_s: Floats, end_s: Floats, pitch: npt.NDArray[np.int64]) -> None:
    events = []
    for a, b, p in zip(onset_s, end_s, pitch, strict=True):
        events += [
            (round(a * _TICKS_PER_S), 1, int(p)),
            (max(round(b * _TICKS_PER_S) - 5, round(a * _TICKS_PER_S) + 5), 0, int(p)),
        ]
    track, now = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)]), 0
    for tick, on, key in sorted(events):
        track.append(mido.Message("note_on", note=key, velocity=70 * on, time=tick - now))
        now = tick
    mido.MidiFile(ticks_per_beat=_TICKS_PER_S, tracks=[track]).save(path)


def _heard(kept: Path, midi: Path) -> Heard:
    """What is heard of a rendered MIDI file, from the folder where it is kept when it is there."""
    if not kept.exists():
        audio = render(midi, SOUNDFONT)
        heard = features.listen(audio[i : i + _BLOCK] for i in range(0, len(audio), _BLOCK))
        with kept.with_suffix(".part").open("wb") as file:
            np.savez_compressed(file, **vars(heard))
        kept.with_suffix(".part").replace(kept)
    with np.load(kept) as stored:
        return Heard(**{k: v if v.ndim else float(v) for k, v in stored.items()})


def recital(pieces: Sequence[Piece]) -> tuple[Heard, list[float]]:
    """One recording of pieces in order, and the second at which each begins."""
    gap = round(_GAP_S * FRAMES_PER_S)
    n = [len(p.heard.harmony) + gap for p in pieces]
    starts_s = [float(s) / FRAMES_PER_S for s in np.concatenate([[0], np.cumsum(n)[:-1]])]

    def joined(name: str, times: int) -> npt.NDArray[np.float32]:
        parts = []
        for piece, length in zip(pieces, n, strict=True):
            values = getattr(piece.heard, name)[: times * length]
            wide = [(0, times * length - len(values))] + [(0, 0)] * (values.ndim - 1)
            parts.append(np.pad(values, wide))
        return np.concatenate(parts)

    first = pieces[0].heard
    heard = Heard(
        joined("harmony", 1), joined("attack", 1), joined("onset", 3), joined("loud", 1), joined("keys", 1),
        first.keys_late_s, sum(n) / FRAMES_PER_S,
    )  # fmt: skip
    return heard, starts_s


def cut(heard: Heard, start_s: float, end_s: float) -> Heard:
    """The recording between two moments."""
    a, b = max(0, round(start_s * FRAMES_PER_S)), round(end_s * FRAMES_PER_S)
    parts = {k: getattr(heard, k)[a:b] for k in ("harmony", "attack", "loud", "keys")}
    duration_s = len(parts["loud"]) / FRAMES_PER_S
    return replace(heard, **parts, onset=heard.onset[3 * a : 3 * b], duration_s=duration_s)


def album(pieces: Sequence[Piece]) -> tuple[Score, list[int]]:
    """One score that holds pieces in order, and the index of the first measure of each."""
    measures: list[Measure] = []
    notes: list[Note] = []
    firsts = []
    for piece in pieces:
        first, at = len(measures), measures[-1].end if measures else Fraction(0)
        firsts.append(first)
        measures += [replace(m, index=m.index + first, start=m.start + at) for m in piece.score.measures]
        notes += [replace(n, onset=n.onset + at, measure=n.measure + first) for n in piece.score.notes]
    return Score("album", tuple(notes), tuple(measures), pieces[0].score.staves), firsts
