"""Where an editor would put marks on this page, from its notes alone: `prior(score, card_path)`.

A small network over the score's written beats, learned from printed scores without any recording
(`python -m train.marks.page`). It says how likely a level is printed at a beat, where crescendos and diminuendos begin
and end, and whether a level there would be louder than the one before; it never sees a mark. What was played is for
others to say: these are log-odds to add to theirs. Graph contract of ``mezzoforte.page.onnx``: input ``features``
float32 [batch, n, F] as `runtime.marks.page_features` makes them, output ``logits`` [batch, n, 6] by `OUTPUTS`, for any
n ≥ 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError
from runtime.marks.page_features import FEATURES, page_features
from runtime.network import session as onnx_session
from runtime.network.card import PAGE, ModelCard, load_card
from runtime.score.table import Score

Floats = npt.NDArray[np.float64]

OUTPUTS = (
    "level", "crescendo_begins", "diminuendo_begins", "crescendo_ends", "diminuendo_ends", "louder",
)  # fmt: skip
"""What the network says of every beat, in order."""


@dataclass(frozen=True, eq=False)
class PagePrior:
    """Log-odds for the n beats of `score.beats()`, calibrated on pieces whose editors wrote levels.

    Of two neighbouring beats each is judged alone: the odds of several beats do not exclude one another.
    """

    level: Floats
    """[n]: a level is printed at this beat."""
    hairpin_begin: Floats
    """[n, 2]: a crescendo (column 0) or a diminuendo (1), drawn or in words, begins at this beat."""
    hairpin_end: Floats
    """[n, 2]: a drawn crescendo (column 0) or diminuendo (1) ends at this beat."""
    louder: Floats
    """[n]: a level printed at this beat is louder than the one before, given that it is another."""


@dataclass(frozen=True)
class PageNetwork:
    """A verified network with its card."""

    card: ModelCard
    session: Any

    def logits(self, features: npt.NDArray[np.float32]) -> Floats:
        """Calibrated logits [n, outputs] of features [n, F]. Raises `ModelError`."""
        try:
            (values,) = self.session.run(["logits"], {"features": features[None]})
        except Exception as e:  # onnxruntime has no common base class for its errors
            raise ModelError("the page's network failed while running", where=self.card.name, cause=str(e)[:300]) from e
        if values.shape != (1, len(features), len(OUTPUTS)) or not np.isfinite(values).all():
            raise ModelError(
                f"the page's network gave shape {values.shape} or values that are not finite",
                where=self.card.name, cause="a model made for another purpose or version",
            )  # fmt: skip
        return calibrated(values[0].astype(np.float64), self.card.thresholds)


def calibrated(logits: Floats, thresholds: Mapping[str, float]) -> Floats:
    """Logits [n, outputs] times ``NAME_scale`` plus ``NAME_offset`` of each output."""
    scale = np.array([thresholds.get(f"{name}_scale", 1.0) for name in OUTPUTS])
    offset = np.array([thresholds.get(f"{name}_offset", 0.0) for name in OUTPUTS])
    known: Floats = logits * scale + offset
    return known


def prior(score: Score, card_path: Path) -> PagePrior:
    """What the page says of every written beat, by the network of a card. Raises `ModelError` when that is damaged."""
    features = page_features(score)
    if not len(features):
        return PagePrior(np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))
    values = network(card_path).logits(features)
    return PagePrior(values[:, 0], values[:, 1:3], values[:, 3:5], values[:, 5])


@cache
def network(card_path: Path) -> PageNetwork:
    """The network of a card, verified and started once. Raises `ModelError`."""
    card = load_card(card_path)
    if card.kind != PAGE:
        raise ModelError(f"this is a model of kind {card.kind!r}, not one of kind {PAGE!r}", where=str(card_path))
    if card.features != FEATURES:
        other = ", ".join(sorted(set(card.features) ^ set(FEATURES))) or "the order"
        raise ModelError(
            "the page's network wants other features than this version computes",
            where=str(card_path), cause=f"they differ in {other}",
            advice="Train it again with python -m train.marks.page",
        )  # fmt: skip
    path = card_path.with_suffix(".onnx")
    data = onnx_session.verified_bytes(path, card.sha256)
    return PageNetwork(card, onnx_session.plain_session(onnx_session.onnxruntime_package(), data, "cpu", str(path)))
