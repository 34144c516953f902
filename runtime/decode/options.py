"""What the decoders can be told, with the values that a model card may set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class DecodeOptions:
    """Numbers of the decoders. A model card's `thresholds` set them by name (chosen on validation data)."""

    beat_scale: float = 1.0
    """Calibration: P(beat) = sigmoid(beat_scale · logit + beat_offset)."""
    beat_offset: float = 0.0
    downbeat_scale: float = 1.0
    """Calibration of P(downbeat | beat), likewise."""
    downbeat_offset: float = 0.0
    beat_delay_s: float = 0.0
    """Calibration of time: the network's peaks lie this much after the onsets (median); beats are given so much
    earlier."""
    beat_threshold: float = 0.4
    """Peak picking keeps peaks at least this probable."""
    candidate_threshold: float = 0.05
    """The tempo path chooses among peaks at least this probable."""
    tempo_stiffness: float = 2.0
    """Cost of a tempo change in the tempo path: stiffness · log2(ratio of intervals)²; 0 picks peaks only."""
    tempo_cost_limit: float = 2.0
    """No single tempo change costs more: rubato and fermatas break any tempo."""
    bar_weight: float = 1.0
    """How much the downbeat evidence and the cost of broken bars count where beats are chosen among the peaks."""
    six_beat_share: float = 0.0
    """Prior share of bars of six beats; 0 leaves them out, since most music in 6/8 is beaten in two."""
    metre_change_cost: float = 6.0
    """Cost (in nats) of another metre from one bar to the next."""
    bar_break_cost: float = 5.0
    """Cost of a bar that ends early, for a beat too many or too few."""
    least_confidence: float = 0.35
    """A recording whose beats have a lower mean probability has no beats worth telling."""

    @staticmethod
    def of(thresholds: Mapping[str, float]) -> DecodeOptions:
        """The defaults with those values that a card names; names of other tools are ignored."""
        known = {f.name for f in fields(DecodeOptions)}
        return replace(DecodeOptions(), **{k: float(v) for k, v in thresholds.items() if k in known})
