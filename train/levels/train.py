"""Training of the second stage on loudness curves: changed copies of each recording, batches, losses, one network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from runtime.analysis import LEVELS
from runtime.sound.phon import phon
from runtime.stages.levels import WITH_NOTES
from runtime.stages.loudness_features import FEATURES, beat_features
from runtime.stages.note_features import note_features
from train.fitting.optimise import in_one_cycle
from train.levels.data import Curve
from train.levels.network import LevelNet, LevelNetConfig
from train.rendering.notes import PackedNotes


@dataclass(frozen=True)
class LevelFitConfig:
    """How one network of the second stage is trained."""

    net: LevelNetConfig = field(default_factory=LevelNetConfig)
    steps: int = 400
    batch: int = 16
    crop_beats: int = 256
    learning_rate: float = 3e-3
    weight_decay: float = 2e-2
    level_balance: float = 0.5
    """Class weight ∝ frequency^−level_balance."""
    level_ordinal: float = 0.5
    """Width in levels of the soft ordinal target."""
    change_weight: float = 4.0
    """Weight of a beat with a change against one without."""
    change_share: float = 0.5
    """Weight of the change loss against the level loss."""
    change_near: float = 0.15
    """Target of the beats beside a change."""
    variants: int = 2
    """Changed copies of each recording, beside the recording as it is."""
    notes: bool = False
    """Whether it is told the notes beside the loudness."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of what it is told of each beat."""
        return WITH_NOTES if self.notes else FEATURES

    @staticmethod
    def of(*, notes: bool = False, **changes: Any) -> LevelFitConfig:
        """The defaults with these changes, for a network of the right width."""
        config = LevelFitConfig(notes=notes, **changes)
        return replace(config, net=replace(config.net, n_features=len(config.features)))


@dataclass(frozen=True, eq=False)
class Example:
    """Features [n, F] and targets [n] of one copy of a recording; levels 0 unknown, `is_scored` where a change is
    told from none (level known here and before)."""

    features: npt.NDArray[np.float32]
    levels: npt.NDArray[np.int8]
    change: npt.NDArray[np.float32]
    is_scored: npt.NDArray[np.bool_]


def example(curve: Curve, rng: np.random.Generator | None = None, near: float = 0.15) -> Example:
    """A recording as it is, or with `rng` a copy with another dynamic range, wrong beats and other tempo.

    A curve with notes has their features too.
    """
    truth, notes = curve.truth, curve.notes
    beats_s, levels = truth.beats_s, truth.levels
    position, bar_beats, ntot = truth.beat_in_bar, curve.bar_beats, curve.ntot_sone
    if rng is not None:
        ntot = _bent(ntot, rng)
        notes = notes if notes is None else _replayed(notes, rng)
        keep = _grid(len(beats_s), rng)
        beats_s, levels = _at(beats_s, keep), levels[np.floor(keep + 1e-6).astype(np.int64)]
        # Positions survive only on a grid that was not touched.
        if len(keep) != truth.n_beats:
            position = bar_beats = np.zeros(len(keep), np.int64)
        position, bar_beats = _bars(position, bar_beats, rng)
    features = beat_features(ntot, beats_s, position, bar_beats)
    if notes is not None:
        known_notes = (notes["onset_s"].astype(np.float64), notes["pitch"], notes["velocity"])
        features = np.column_stack([features, note_features(*known_notes, beats_s)])
    known = levels > 0
    is_scored = np.concatenate([[False], known[1:] & known[:-1]])
    change = np.zeros(len(levels), np.float32)
    at = 1 + np.flatnonzero((levels[1:] != levels[:-1]) & known[1:] & known[:-1])
    for neighbour, value in ((-1, near), (1, near), (0, 1.0)):
        inside = (at + neighbour >= 0) & (at + neighbour < len(levels))
        change[at[inside] + neighbour] = value
    return Example(features.astype(np.float32), levels, change, is_scored)


def _bent(ntot: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Another dynamic range, bent towards loud or soft, with slow drift and a noise floor."""
    level = phon(ntot)
    middle = float(np.median(level))
    x = (level - middle) / 20
    x = np.exp(rng.uniform(-0.35, 0.35)) * x + rng.uniform(-0.15, 0.15) * x**2
    drift = rng.normal(0, 0.05) * np.linspace(-1, 1, len(x)) + rng.normal(0, 0.03)
    level = middle + 20 * (x + drift)
    floor = rng.uniform(5, 25)
    return np.asarray(2 ** ((np.logaddexp(level / 5, floor / 5) * 5 - 40) / 10))


def _replayed(notes: PackedNotes, rng: np.random.Generator) -> PackedNotes:
    """The notes as another keyboard or a transcription tells them: another velocity law, blurred, some missing."""
    kept = notes[rng.random(len(notes)) > rng.uniform(0, 0.1)]
    if not len(kept):
        return notes
    bent = 127 * (kept["velocity"] / 127) ** np.exp(rng.uniform(-0.35, 0.35)) + rng.uniform(-10, 10)
    changed = kept.copy()
    changed["velocity"] = np.clip(np.rint(bent + rng.normal(0, rng.uniform(0, 5), len(kept))), 1, 127)
    return changed


def _grid(n: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Beat indices, some between two, as a beat tracker might find them: mostly right, else dropped, added, halved
    or doubled."""
    all_beats = np.arange(n, dtype=np.float64)
    kind = rng.random()
    if kind < 0.55 or n < 16:
        return all_beats
    if kind < 0.8:
        kept = all_beats[rng.random(n) > rng.uniform(0, 0.08)]
        extra = rng.integers(0, n - 1, rng.integers(0, 1 + n // 20)) + 0.5
        return np.unique(np.concatenate([kept, extra]))
    if kind < 0.9:
        return all_beats[int(rng.integers(2)) :: 2]
    return np.arange(0, n - 0.5, 0.5)


def _at(beats_s: npt.NDArray[np.float64], index: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.interp(index, np.arange(len(beats_s)), beats_s)


def _bars(
    position: npt.NDArray[np.int64], bar_beats: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Positions unknown four times in ten, shifted by a beat now and then."""
    kind = rng.random()
    if kind < 0.4:
        return np.zeros_like(position), np.zeros_like(bar_beats)
    if kind < 0.55:
        shifted = np.where(position > 0, position % np.maximum(bar_beats, 1) + 1, 0)
        return shifted, bar_beats
    return position, bar_beats


class Drawer:
    """Draws batches: corpora in equal parts, a piece, a copy of one of its recordings, a stretch of it."""

    def __init__(self, curves: Sequence[Curve], examples: Sequence[Sequence[Example]], crop_beats: int) -> None:
        self._crop = crop_beats
        tree: dict[str, dict[str, list[Sequence[Example]]]] = defaultdict(lambda: defaultdict(list))
        for curve, copies in zip(curves, examples, strict=True):
            tree[curve.corpus][curve.piece_id].append(copies)
        self._pieces = [list(pieces.values()) for pieces in tree.values()]
        self._n_features = examples[0][0].features.shape[1]

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Features [n, crop, F], levels, change targets, scored mask and beat mask, all [n, crop]."""
        features = np.zeros((n, self._crop, self._n_features), np.float32)
        levels = np.zeros((n, self._crop), np.int64)
        change, scored, mask = (np.zeros((n, self._crop), np.float32) for _ in range(3))
        for i in range(n):
            pieces = self._pieces[i % len(self._pieces)]
            recordings = pieces[rng.integers(len(pieces))]
            copies = recordings[rng.integers(len(recordings))]
            e = copies[rng.integers(len(copies))]
            start = int(rng.integers(0, max(1, len(e.levels) - self._crop + 1)))
            part = slice(start, start + self._crop)
            k = len(e.levels[part])
            features[i, :k], levels[i, :k], change[i, :k] = e.features[part], e.levels[part], e.change[part]
            scored[i, :k], mask[i, :k] = e.is_scored[part], 1
        return (
            torch.from_numpy(features), torch.from_numpy(levels), torch.from_numpy(change), torch.from_numpy(scored),
            torch.from_numpy(mask),
        )  # fmt: skip

    def level_shares(self) -> npt.NDArray[np.float64]:
        """Share of each level [5] among known beats, every piece and corpus counting alike."""
        shares = np.zeros(len(LEVELS))
        for pieces in self._pieces:
            for recordings in pieces:
                levels = recordings[0][0].levels
                known = levels[levels > 0]
                if len(known):
                    shares += np.bincount(known - 1, minlength=len(LEVELS)) / len(known) / len(pieces)
        return shares / shares.sum()


def level_loss(logits: Tensor, levels: Tensor, class_weights: Tensor, ordinal: float) -> Tensor:
    """Cross-entropy with soft ordinal targets at beats of known level (1…5), weighted by class."""
    known = levels > 0
    z, y = logits[known], levels[known] - 1
    soft = torch.softmax(-(torch.arange(len(LEVELS))[None] - y[:, None]).abs() / ordinal, dim=1)
    weights = class_weights[y]
    return -(weights * (soft * F.log_softmax(z, dim=-1)).sum(dim=1)).sum() / weights.sum().clamp(min=1)


def change_loss(logits: Tensor, targets: Tensor, scored: Tensor, weight: float) -> Tensor:
    """Binary cross-entropy at scored beats, targets counting `weight` times."""
    loss = weight * targets * F.softplus(-logits) + (1 - targets) * F.softplus(logits)
    return (loss * scored).sum() / scored.sum().clamp(min=1)


def train_network(
    curves: Sequence[Curve], examples: Sequence[Sequence[Example]], config: LevelFitConfig, seed: int
) -> LevelNet:
    """One network, trained from scratch; its weights are averaged over the last part of training."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    drawer = Drawer(curves, examples, config.crop_beats)
    weights = np.maximum(drawer.level_shares(), 0.01) ** -config.level_balance
    class_weights = torch.tensor(weights / weights.mean(), dtype=torch.float32)
    net = LevelNet(config.net)

    def loss() -> Tensor:
        features, levels, change, scored, mask = drawer.draw(config.batch, rng)
        level_logits, change_logits = net(features, mask)
        of_levels = level_loss(level_logits, levels, class_weights, config.level_ordinal)
        return of_levels + config.change_share * change_loss(change_logits, change, scored, config.change_weight)

    return in_one_cycle(net, loss, config.steps, config.learning_rate, config.weight_decay)
