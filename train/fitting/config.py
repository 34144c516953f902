"""Everything that a training run is made of, as typed values read from a YAML preset."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from runtime.errors import MezzoforteError

PRESETS_DIR = Path(__file__).parents[1] / "presets"


@dataclass(frozen=True)
class LossConfig:
    """Weights and shapes of the losses (see `train.frames.losses`)."""

    tolerance_frames: int = 3
    beat_weight: float = 18.0
    downbeat_weight: float = 69.0
    change_weight: float = 1010.0
    level_balance: float = 0.0
    """Class weight ∝ frequency^−level_balance: 0 as it comes, 0.5 square root, 1 fully balanced."""
    level_ordinal: float = 0.0
    """Width in levels of the soft ordinal target; 0 for a hard target."""


@dataclass(frozen=True)
class AugmentConfig:
    """How far each change of the input may go; 0 turns it off."""

    gain_db: float = 3.0
    eq_db: float = 0.0
    noise_probability: float = 0.0
    reverb_probability: float = 0.0
    bandwidth_probability: float = 0.0
    compress: float = 0.0
    """Loudness differences are multiplied by a factor of up to e^±compress."""
    codec_probability: float = 0.0
    """Share of segments that go through a lossy codec (`train.rendering.codec`)."""
    speed: float = 0.0
    """Largest change of playing speed (pitch goes along), as a share."""


@dataclass(frozen=True)
class FitConfig:
    """One training run. `network` names a preset of `train.frames.network.PRESETS` or ``metre_tcn``."""

    name: str
    network: str
    front_end: str
    """`bssl` (pampalk), `bssl_paper`, `logmel` (128 bands) or `metre` (80 bands)."""
    segment_s: float = 60.0
    batch: int = 4
    steps: int = 20_000
    learning_rate: float = 3e-4
    weight_decay: float = 1e-2
    ema_decay: float = 0.999
    seed: int = 86
    corpus_weights: dict[str, float] = field(default_factory=lambda: {"mazurka_resynth": 1.0})
    loss: LossConfig = field(default_factory=LossConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    warm_up_steps: int = 200


def load_config(preset: str | Path, **changes: Any) -> FitConfig:
    """The preset of that name (in `train/presets`) or at that path, with some values changed.

    Raises `MezzoforteError` for a missing file and for unknown or missing names.
    """
    path = Path(preset)
    path = path if path.suffix in (".yaml", ".yml") else PRESETS_DIR / f"{preset}.yaml"
    if not path.is_file():
        known = sorted(str(p.relative_to(PRESETS_DIR).with_suffix("")) for p in PRESETS_DIR.rglob("*.yaml"))
        raise MezzoforteError(f"there is no preset {preset}", advice=f"Choose from {', '.join(known)}")
    return replace(from_dict(yaml.safe_load(path.read_text()), str(path)), **changes)


def from_dict(values: dict[str, Any], where: str = "config") -> FitConfig:
    """The config that `asdict` of a `FitConfig` describes. Raises `MezzoforteError` for unknown names."""
    values = dict(values)
    try:
        for key, kind in (("loss", LossConfig), ("augment", AugmentConfig)):
            values[key] = kind(**(values.get(key) or {}))
        values.pop("dual", None)  # of checkpoints from before there was one kind of network
        return FitConfig(**values)
    except TypeError as e:
        names = ", ".join(f.name for f in fields(FitConfig))
        raise MezzoforteError(f"not a training config: {e}", where=where, advice=f"Known names: {names}") from e
