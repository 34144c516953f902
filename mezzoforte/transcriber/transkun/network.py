"""The network of the package transkun, built from its layers and filled with the weights that it carries.

Only the package's layers are imported, which need torch alone; what else it requires is for training and files.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import sys
import types
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from runtime.errors import MezzoforteError
from runtime.transcribe.transkun.card import HOW_TO_GET, PACKAGE
from runtime.transcribe.transkun.frames import EVENTS, HOP_SAMPLES, N_FRAMES, SAMPLE_RATE_HZ, SEGMENT_SAMPLES, SIZE

_WEIGHTS, _CONF = Path("pretrained") / "2.0.pt", Path("pretrained") / "2.0.conf"
_LOG_FLOOR = 1e-5
_WINDOW_SAMPLES = 4096


def package_folder() -> Path:
    """Where the package lies. Raises `MezzoforteError`."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise MezzoforteError(f"the package {PACKAGE} is not installed", where=sys.prefix, advice=HOW_TO_GET)
    return Path(found.origin).parent


class Layers(nn.Module):
    """The layers under the package's names, with the weights of a folder; in evaluation mode after `filled`."""

    def __init__(self, conf: dict[str, Any]) -> None:
        super().__init__()
        layers, util = _modules()
        size, grown = conf["baseSize"], conf["baseSize"] * conf["scoringExpansionFactor"]
        self.framewiseFeatureExtractor = util.MelSpectrum(
            conf["windowSize"], f_min=conf["f_min"], f_max=conf["f_max"], n_mels=conf["n_mels"], fs=conf["fs"],
            nExtraWins=conf["nExtraWins"], log=True, toMono=True,
        )  # fmt: skip
        self.scorer = layers.ScaledInnerProductIntervalScorer(grown, 1)
        self.velocityPredictor = _head(3 * grown, conf["velocityPredictorHiddenSize"], 128)
        self.refinedOFPredictor = _head(3 * grown, conf["refinedOFPredictorHiddenSize"], 4)
        self.backbone = layers.Backbone(
            inputSize=conf["nExtraWins"] + 1, baseSize=size, posEmbedInitGamma=conf["posEmbedInitGamma"],
            nHead=conf["nHead"], fourierSize=conf["fourierSize"], hiddenFactor=conf["hiddenFactor"],
            hiddenFactorAttn=conf["hiddenFactorAttn"], expansionFactor=conf["scoringExpansionFactor"],
            nLayers=conf["nLayers"], enabledAttn=conf["enabledAttn"], downsampleF=conf["downsampleF"],
            useGradientCheckpoint=False,
        )  # fmt: skip


def _head(n_in: int, n_hidden: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(n_in, n_hidden), nn.GELU(), nn.Dropout(0.0), nn.Linear(n_hidden, n_out))


def _modules() -> tuple[Any, Any]:
    """The package's layers and front end, imported without torchaudio, whose filters the weights bring."""
    stand_in: Any = types.ModuleType("torchaudio")
    stand_in.functional = types.SimpleNamespace(
        melscale_fbanks=lambda n_freqs, f_min, f_max, n_mels, sample_rate: torch.zeros(n_freqs, n_mels)
    )
    sys.modules.setdefault("torchaudio", stand_in)
    try:
        layers: Any = importlib.import_module(f"{PACKAGE}.LayersTransformer")
        util: Any = importlib.import_module(f"{PACKAGE}.Util")
    except ImportError as e:
        raise MezzoforteError(f"the package {PACKAGE} cannot be imported", cause=str(e), advice=HOW_TO_GET) from e
    layers.F = _Functional()
    return layers, util


class _Functional:
    """torch.nn.functional with an attention over five axes as one over four, which is what can be exported."""

    def __getattr__(self, name: str) -> Any:
        return getattr(functional, name)

    @staticmethod
    def scaled_dot_product_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        flat = functional.scaled_dot_product_attention(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1))
        return flat.unflatten(0, q.shape[:2])


def filled(folder: Path) -> Layers:
    """The network with the package's weights, read as weights only (no code in the file is run).

    Raises `MezzoforteError` for files that are missing or do not fit.
    """
    try:
        conf = json.loads((folder / _CONF).read_text(encoding="utf-8"))["Model"]["config"]
        weights = torch.load(folder / _WEIGHTS, map_location="cpu", weights_only=True)["state_dict"]
        layers = Layers(conf)
        layers.load_state_dict(weights, strict=True)
    except (OSError, KeyError, TypeError, ValueError, RuntimeError) as e:
        raise MezzoforteError(
            "the weights of the package do not fit", where=str(folder), cause=f"another version of {PACKAGE} ({e})"
        ) from e
    if (conf["fs"], conf["hopSize"], conf["windowSize"]) != (SAMPLE_RATE_HZ, HOP_SAMPLES, _WINDOW_SAMPLES):
        raise MezzoforteError("the package hears at another rate", where=str(folder), cause="another version")
    layers.eval()
    return layers


def weights_file(folder: Path) -> Path:
    """The file of weights."""
    return folder / _WEIGHTS


class HearGraph(nn.Module):
    """One segment of mono samples [1, 705600] → ends, begins, single, context: see the contract of the transcriber."""

    windows: Tensor
    filters: Tensor
    events: Tensor

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.backbone, self.map = layers.backbone, layers.scorer.map
        front = layers.framewiseFeatureExtractor
        spectrum = front.spectrogramExtractor
        windows = torch.cat([spectrum.win[None], spectrum.winGen.get().t()]).detach()
        self.register_buffer("windows", windows)
        self.register_buffer("filters", front.freq2mels)
        self.register_buffer("events", torch.tensor(EVENTS))

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        after = (N_FRAMES - 1) * HOP_SAMPLES + _WINDOW_SAMPLES // 2 - SEGMENT_SAMPLES
        frames = functional.pad(samples, (_WINDOW_SAMPLES // 2, after)).unfold(-1, _WINDOW_SAMPLES, HOP_SAMPLES)[0]
        middle = frames.mean()
        spread = torch.sqrt(((frames - middle) ** 2).sum() / (N_FRAMES * _WINDOW_SAMPLES - 1))
        frames = (frames - middle) / (spread + 1e-8)
        spectra = torch.view_as_real(torch.fft.rfft(frames[:, None] * self.windows, norm="ortho"))
        bands = (spectra**2).sum(-1) @ self.filters
        floor = math.log(_LOG_FLOOR)
        features = ((bands + _LOG_FLOOR).log() - floor) / -floor
        context = self.backbone(features.permute(0, 2, 1)[None], outputIndices=self.events)[0]
        ends, begins, single = self.map(context).split([SIZE, SIZE, 1], -1)
        return ends / math.sqrt(SIZE), begins, single[..., 0], context


class AttributeGraph(nn.Module):
    """Context at begins and ends [n, 256] → velocity and refined logits."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.velocity, self.refined = layers.velocityPredictor, layers.refinedOFPredictor

    def forward(self, begin: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
        both = torch.cat([begin, end, begin * end], -1)
        return self.velocity(both), self.refined(both)
