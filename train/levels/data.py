"""Loudness curves with the levels of their scores: the data of the second stage, kept as one small file each.

Two sources give the same curve: a packed recording through the front end, and note events through the measured piano
table (`runtime.piano.emulate`), which costs nothing to speak of and so brings in every labelled performance
at full length.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from runtime.errors import MezzoforteError
from runtime.frames import FRAMES_PER_S, HOP_SAMPLES
from runtime.piano.emulate import total_loudness
from runtime.piano.table import PianoModel
from runtime.write.atomic import write_bytes
from train.data.items import Item
from train.data.labels.values import BeatLabels
from train.frames.features import LOUDNESS_BINS, Bssl, PowerSpectrum
from train.frames.segments import Pack, Recording
from train.rendering.notes import PackedNotes, note_spans, packed_notes
from train.rendering.performance import read_performance
from train.sources import PIANO_LOUDNESS, UNKNOWN, Sources, union

Floats = npt.NDArray[np.float64]

_BLOCK_FRAMES, _MARGIN_FRAMES = 60 * FRAMES_PER_S, FRAMES_PER_S


@dataclass(frozen=True, eq=False)
class Curve:
    """One recording: `ntot_sone` [T] at 50 frames per second, the truth on its beats, where it comes from."""

    key: str
    corpus: str
    piece_id: str
    source: str
    ntot_sone: Floats
    truth: BeatLabels
    notes: PackedNotes | None = None
    """What was played, where that was asked for."""
    sources: Sources = (UNKNOWN,)
    """All that it comes from (`train.sources`)."""

    @property
    def bar_beats(self) -> npt.NDArray[np.int64]:
        """Beats per bar [n] where known, else 0."""
        return self.truth.beats_per_bar


def choose(items: Iterable[Item], per_piece: int, seed: int = 0) -> list[Item]:
    """Items with a level and MIDI, at most `per_piece` of a piece, drawn by the seed; pieces in order of name."""
    pieces: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.midi_path is not None and (item.labels.levels > 0).any():
            pieces[item.piece_id].append(item)
    rng = np.random.default_rng(seed)
    chosen = []
    for piece in sorted(pieces):
        some = pieces[piece]
        chosen += [some[i] for i in sorted(rng.permutation(len(some))[:per_piece])]
    return chosen


def _emulated(midi: Path, model: PianoModel) -> Floats:
    events = read_performance(midi)
    return total_loudness(note_spans(events), model, events[-1].time_s)


def curves_of_items(items: Sequence[Item], model: PianoModel, cache: Path, *, notes: bool = False) -> Iterator[Curve]:
    """The emulated curve of each item, with its notes when asked for; computed once, then read from `cache`."""
    for item in items:
        assert item.midi_path is not None
        name, midi = f"{item.id.replace('/', '|')}.npy", item.midi_path
        ntot = _kept(cache / "midi" / name, lambda m=midi: _emulated(m, model))
        played = _kept(cache / "notes" / name, lambda m=midi: packed_notes(read_performance(m))) if notes else None
        yield Curve(item.id, item.corpus, item.piece_id, "emulated", ntot.astype(np.float64), item.labels, played,
                    union(item.sources, [PIANO_LOUDNESS]))  # fmt: skip


def curves_of_pack(pack: Pack, recordings: Sequence[Recording], cache: Path, *, notes: bool = False) -> Iterator[Curve]:
    """The curve of each packed recording with a level, by the front end, with its notes when asked for; computed once,
    then read from `cache`.

    A pack does not name the metre; the beats of a bar are counted from downbeat to downbeat.
    """
    front_end = torch.nn.Sequential(PowerSpectrum(LOUDNESS_BINS), Bssl("pampalk")).eval()
    for r in recordings:
        if not (r.levels > 0).any():
            continue
        path = cache / "audio" / f"{r.key}|{r.instrument}.npy"
        ntot = _kept(path, lambda r=r: _ntot(pack.samples(r, 0, r.n_samples), front_end))
        truth = BeatLabels(r.beats_s, r.beat_in_bar, r.levels, beats_per_bar=counted_metre(r.beat_in_bar))
        played = pack.notes(r) if notes else None
        yield Curve(r.key, r.corpus, r.piece_id, r.instrument, ntot.astype(np.float64), truth, played, r.sources)


def counted_metre(beat_in_bar: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Beats of the bar that each beat is in: the highest position until the next downbeat; 0 where unknown."""
    bar = np.cumsum(beat_in_bar == 1)
    longest = np.zeros(int(bar.max(initial=0)) + 1, np.int64)
    np.maximum.at(longest, bar, beat_in_bar)
    return np.where(beat_in_bar > 0, longest[bar], 0)


def _ntot(samples: npt.NDArray[np.float32], front_end: torch.nn.Module) -> npt.NDArray[np.float32]:
    n_frames = 1 + len(samples) // HOP_SAMPLES
    parts = []
    for start in range(0, n_frames, _BLOCK_FRAMES):
        first = max(0, start - _MARGIN_FRAMES)
        block = samples[first * HOP_SAMPLES : (start + _BLOCK_FRAMES + _MARGIN_FRAMES) * HOP_SAMPLES]
        with torch.no_grad():
            ntot = Bssl.total_loudness_sone(front_end(torch.from_numpy(block)[None]))[0].numpy()
        parts.append(ntot[start - first :][: min(_BLOCK_FRAMES, n_frames - start)])
    return np.concatenate(parts)


def _kept(path: Path, made: Callable[[], npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """The array in that file, made and kept there (floats as float32) when there is none."""
    if path.is_file():
        return np.asarray(np.load(path))
    array = made()
    array = array.astype(np.float32) if array.dtype.kind == "f" else array
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.save(buffer, array)
    try:
        write_bytes(path, buffer.getvalue())
    except OSError as e:
        raise MezzoforteError("the curve cannot be kept", where=str(path), cause=str(e)) from e
    return array
