"""The official checkpoint of High-resolution Piano Transcription into the network of piano_transcription_inference.

A checkpoint is a file from elsewhere: it is read as weights only (no code in it is run), and every name and shape is
looked at before anything is built from it.
"""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from runtime.errors import MezzoforteError
from runtime.notes.keys import N_PITCHES
from runtime.transcribe.hpt.card import CHECKPOINT, HOW_TO_GET
from runtime.transcribe.hpt.decode import FRAMES_PER_S

PACKAGE = "piano_transcription_inference"
PARTS = ("note_model", "pedal_model")
MAX_CHECKPOINT_BYTES = 1 << 30
# Not trained: what is missing of it comes from the network as it is built.
_FIXED = ("spectrogram_extractor.", "logmel_extractor.")
_COUNTER = "num_batches_tracked"
_WRONG = f"another file than {CHECKPOINT}, or a broken download"


def new_network() -> nn.Module:
    """The network with fresh random weights, in evaluation mode. Raises `MezzoforteError` without the package."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            models = importlib.import_module(f"{PACKAGE}.models")
    except ImportError as e:
        raise MezzoforteError(
            f"{PACKAGE} cannot be imported", cause=f"it is not installed, or lacks a package ({e})",
            advice="Run the conversion with: mezzoforte transcriber add hpt CHECKPOINT",
        ) from e  # fmt: skip
    network: nn.Module = models.Note_pedal(frames_per_second=FRAMES_PER_S, classes_num=N_PITCHES)
    return network.eval()


def load_network(path: Path) -> tuple[nn.Module, tuple[str, ...]]:
    """The network with a checkpoint's weights, in evaluation mode, and the names in the checkpoint it has no use for.

    Raises `MezzoforteError` for a file that is missing, no checkpoint, or of another network, and for weights that are
    not finite.
    """
    parts = _parts(_read(path), str(path))
    network = new_network()
    unused: list[str] = []
    for part in PARTS:
        module = getattr(network, part)
        unused += [f"{part}.{name}" for name in _fill(module, parts[part], f"{path}: {part}")]
    return network.eval(), tuple(unused)


def _read(path: Path) -> Any:
    where = str(path)
    try:
        size = path.stat().st_size if path.is_file() else None
    except (OSError, ValueError) as e:
        raise MezzoforteError("the checkpoint cannot be reached", where=where, cause=str(e)) from e
    if size is None:
        raise MezzoforteError("there is no such checkpoint", where=where, advice=HOW_TO_GET)
    if size > MAX_CHECKPOINT_BYTES:
        raise MezzoforteError("the checkpoint is larger than 1 GiB", where=where, cause=_WRONG, advice=HOW_TO_GET)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as e:  # torch gives errors of many kinds for bytes that are not a checkpoint
        code = "weights_only" in str(e) or "Unsupported" in str(e)
        cause = "it holds more than weights, and code in a checkpoint is never run; or it is no checkpoint at all"
        raise MezzoforteError(
            "this cannot be read as a checkpoint of weights", where=where, cause=cause if code else _WRONG,
            advice=HOW_TO_GET,
        ) from e  # fmt: skip


def _parts(checkpoint: Any, where: str) -> dict[str, dict[str, Tensor]]:
    """The two state dicts inside ``{"model": {"note_model": …, "pedal_model": …}}``."""
    model = checkpoint.get("model") if isinstance(checkpoint, dict) else None
    if not isinstance(model, dict):
        raise MezzoforteError("the checkpoint has no 'model'", where=where, cause=_WRONG, advice=HOW_TO_GET)
    missing = [part for part in PARTS if not isinstance(model.get(part), dict)]
    if missing:
        one = "it is the checkpoint of one of the two networks, from their training; " if len(missing) == 2 else ""
        raise MezzoforteError(
            f"the checkpoint has no {' and no '.join(missing)}", where=where, cause=one + _WRONG, advice=HOW_TO_GET
        )
    return {part: model[part] for part in PARTS}


def _fill(module: nn.Module, weights: dict[str, Tensor], where: str) -> list[str]:
    """Put weights into a network; returns the names it does not know. Raises `MezzoforteError` for any misfit."""
    wanted = module.state_dict()
    values = {}
    for name, own in wanted.items():
        given = weights.get(name)
        if given is None and (name.startswith(_FIXED) or name.endswith(_COUNTER)):
            values[name] = own
            continue
        problem = _problem(given, own)
        if problem:
            raise MezzoforteError(f"the weights {name} {problem}", where=where, cause=_WRONG, advice=HOW_TO_GET)
        values[name] = given
    module.load_state_dict(values)
    return sorted(str(name) for name in weights.keys() - wanted.keys())


def _problem(given: Any, own: Tensor) -> str:
    if given is None:
        return "are missing"
    if not isinstance(given, Tensor) or given.layout != torch.strided or given.is_quantized:
        return "are not a plain tensor"
    if given.shape != own.shape:
        return f"have shape {list(given.shape)}, expected {list(own.shape)}"
    if given.is_floating_point() != own.is_floating_point() or given.is_complex():
        return f"are of type {given.dtype}"
    if not torch.isfinite(given).all():
        return "hold a value that is not finite"
    return ""
