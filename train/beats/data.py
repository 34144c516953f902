"""What the stage for beats learns from: the peaks of recordings as a frame network hears them, with the truth."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from tqdm import tqdm

from runtime.frames import FRAME_S, SAMPLE_RATE_HZ
from runtime.model import Model
from runtime.network.logits import FrameLogits
from runtime.stages.beats import FEATURES, FEWEST_PEAKS, GAPS, LOGITS, candidate_peaks, peak_features
from train.fitting.shares import drawn_shares
from train.frames.kept import frames_of
from train.frames.predict import Heard, labels_of
from train.frames.segments import Pack, Recording

MATCH_S = 0.07
"""A peak stands for a beat at most this far away, as beats are scored."""
CROP_PEAKS = 400
_NOISE = 0.05
_SHIFT = 0.08
"""Another piano moves all logits of a recording: standard deviation, in the units of the features (4 logits)."""
_TEMPO_OCTAVES = 0.25
_GAP_COLUMNS = [FEATURES.index(name) for name in GAPS]
_LOGIT_COLUMNS = [[FEATURES.index(name) for name in names] for names in LOGITS]


@dataclass(frozen=True, eq=False)
class Peaks:
    """The peaks of one recording: `features` [n, F], whether each is a beat and a downbeat [n], and whether its bars
    are known."""

    heard: Heard
    features: npt.NDArray[np.float32]
    is_beat: npt.NDArray[np.bool_]
    is_downbeat: npt.NDArray[np.bool_]
    has_bars: bool

    @property
    def piece_id(self) -> str:
        """The piece that is played."""
        return self.heard.recording.piece_id


def choose(recordings: Iterable[Recording], per_piece: int) -> list[Recording]:
    """At most `per_piece` recordings of each piece: those whose hashed keys come first."""
    pieces: dict[str, list[Recording]] = defaultdict(list)
    for r in recordings:
        pieces[r.piece_id].append(r)
    chosen = []
    for piece in sorted(pieces):
        chosen += sorted(pieces[piece], key=lambda r: hashlib.sha256(r.key.encode()).hexdigest())[:per_piece]
    return chosen


def hear(pack: Pack, recordings: Sequence[Recording], model: Model, longest_s: float, cache: Path) -> list[Heard]:
    """Frame logits of the beginning of every recording, without a stage for beats; computed once, then read from
    `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    out = []
    for r in tqdm(recordings, desc="listening", unit="recording"):
        n = min(r.n_samples, int(longest_s * SAMPLE_RATE_HZ))
        identity = f"{model.card.sha256} {r.key} {r.instrument} {n}"
        path = cache / f"{hashlib.sha256(identity.encode()).hexdigest()[:24]}.npy"
        if path.is_file():
            logits = FrameLogits.from_columns(np.load(path).astype(np.float32))
        else:
            logits = frames_of(pack.samples(r, 0, n), model)
            beside = path.with_suffix(".part.npy")
            np.save(beside, logits.columns())
            beside.replace(path)
        beginning = r.beginning(n)
        out.append(Heard(beginning, labels_of(beginning), logits))
    return out


def peaks_of(heard: Heard) -> Peaks | None:
    """The peaks of a recording with their truth; None when there are hardly any."""
    peaks = candidate_peaks(heard.logits)
    if len(peaks) < FEWEST_PEAKS:
        return None
    truth, times_s = heard.truth, peaks * FRAME_S
    is_beat, is_downbeat = np.zeros(len(peaks), bool), np.zeros(len(peaks), bool)
    for at_s, place in zip(truth.beats_s, truth.beat_in_bar, strict=True):
        nearest = int(np.abs(times_s - at_s).argmin())
        if abs(times_s[nearest] - at_s) <= MATCH_S:
            is_beat[nearest] = True
            is_downbeat[nearest] |= place == 1
    features = peak_features(heard.logits, peaks).astype(np.float32)
    return Peaks(heard, features, is_beat, is_downbeat, bool((truth.beat_in_bar > 0).any()))


@dataclass(frozen=True)
class PeakBatch:
    """Crops of several recordings: `features` [B, n, F], `beat` and `downbeat` [B, n] (0 or 1), `mask` [B, n] of peaks
    that exist, `scored_bars` [B, n] of beats whose place in the bar is known."""

    features: Tensor
    beat: Tensor
    downbeat: Tensor
    mask: Tensor
    scored_bars: Tensor


class Drawer:
    """Draws batches: corpora by share, then pieces alike, then recordings alike; a little noise, another tempo, all
    logits a little higher or lower."""

    def __init__(self, examples: Sequence[Peaks], shares: dict[str, float]) -> None:
        by_corpus: dict[str, dict[str, list[Peaks]]] = defaultdict(lambda: defaultdict(list))
        for e in examples:
            by_corpus[e.heard.recording.corpus][e.piece_id].append(e)
        names = sorted(by_corpus)
        self._pieces = [list(by_corpus[name].values()) for name in names]
        self._shares = drawn_shares(names, shares)

    def draw(self, n: int, rng: np.random.Generator) -> PeakBatch:
        """A batch of `n` crops of at most `CROP_PEAKS` peaks."""
        features = np.zeros((n, CROP_PEAKS, len(FEATURES)), np.float32)
        beat, downbeat, mask, bars = (np.zeros((n, CROP_PEAKS), np.float32) for _ in range(4))
        for i in range(n):
            pieces = self._pieces[rng.choice(len(self._pieces), p=self._shares)]
            recordings = pieces[rng.integers(len(pieces))]
            e = recordings[rng.integers(len(recordings))]
            first = int(rng.integers(0, max(1, len(e.features) - CROP_PEAKS + 1)))
            crop = slice(first, first + CROP_PEAKS)
            length = len(e.features[crop])
            features[i, :length] = e.features[crop] + rng.normal(0, _NOISE, (length, len(FEATURES)))
            features[i, :length, _GAP_COLUMNS] += rng.uniform(-_TEMPO_OCTAVES, _TEMPO_OCTAVES)
            for columns in _LOGIT_COLUMNS:
                features[i, :length, columns] += rng.normal(0, _SHIFT)
            beat[i, :length], downbeat[i, :length] = e.is_beat[crop], e.is_downbeat[crop]
            mask[i, :length], bars[i, :length] = 1, e.is_beat[crop] & e.has_bars
        return PeakBatch(*(torch.from_numpy(a) for a in (features, beat, downbeat, mask, bars)))
