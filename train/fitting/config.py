"""Everything that a training run is made of, as typed values read from a YAML preset."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from runtime.errors import MezzoforteError
from train.fitting.rate import FrameRate

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
class DualConfig:
    """Inputs, targets and sizes; the defaults are those of the published configuration where it is known, else those of
    the transcriber that it is named after.

    Attributes:
        sample_rate_hz, hop_samples, window_samples: 16 kHz, 40 frames per second, a Fourier transform of 1,024.
        segment_hop_s: segments begin at multiples of this.
        midi: ``masked_velocity`` is the velocity of every sounding key and 0 for others; ``none`` leaves the notes out.
        channels, pool: of each block of convolutions, and by how much each shortens the frequency axis.
        recurrent, recurrent_layers, recurrent_hop: width and layers of the recurrent units, and how many frames are
            averaged into one of their steps.
        level_mask_frames: levels are learnt only this near a change of level; −1 learns them at every beat.
    """

    sample_rate_hz: int = 16_000
    hop_samples: int = 400
    window_samples: int = 1_024
    segment_hop_s: float = 30.0
    midi: Literal["masked_velocity", "none"] = "masked_velocity"
    level_mask_frames: int = 1
    n_mels: int = 128
    channels: tuple[int, ...] = (48, 64, 96, 128)
    pool: int = 2
    embedding: int = 768
    recurrent: int = 256
    recurrent_layers: int = 2
    recurrent_hop: int = 1
    dropout: float = 0.2

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        if self.midi not in ("masked_velocity", "none"):
            raise TypeError(f"midi is masked_velocity or none, not {self.midi!r}")

    @property
    def rate(self) -> FrameRate:
        return FrameRate(self.sample_rate_hz, self.hop_samples, self.window_samples)


@dataclass(frozen=True)
class FitConfig:
    """One training run. `network` names a preset of `train.frames.network.PRESETS`, ``metre_tcn`` or ``dual_hpt``."""

    name: str
    network: str
    front_end: str
    """`bssl` (pampalk), `bssl_paper`, `logmel` (128 bands) or `metre` (80 bands); ``dual_hpt`` has its own."""
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
    dual: DualConfig | None = None
    """Inputs and sizes of the network ``dual_hpt``; None for the others."""


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
        if values.get("dual") is not None:
            values["dual"] = DualConfig(**values["dual"])
        return FitConfig(**values)
    except TypeError as e:
        names = ", ".join(f.name for f in fields(FitConfig))
        raise MezzoforteError(f"not a training config: {e}", where=where, advice=f"Known names: {names}") from e


def to_dict(config: FitConfig) -> dict[str, Any]:
    """Plain values that `from_dict` reads back."""
    return asdict(config)
