"""Names and layouts of a checkpoint of the published implementation (arXiv 2510.18190) in terms of ours.

Every name of one side is accounted for on the other. The published modules hold two-dimensional kernels over
(frames, stacked branches) and one small module per expert and gate; ours hold the same numbers as
one-dimensional kernels and stacked tensors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from runtime.errors import ModelError
from train.frames.network import MultiScaleNet, NetworkConfig

_WHERE = "published checkpoint"
_NORM_FIELDS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_TASKS = {"dynamics": "dyn", "beat": "beat", "downbeat": "db", "change": "cp"}

_NORMS = {
    "input_norm": "bn0",
    "encoder.norm0": "encoder.bn0",
    "encoder.attention2_norm": "encoder.bn23",
    "encoder.attention3_norm": "encoder.bn4",
    "encoder.block31.norm": "encoder.bn31",
    "encoder.block32.norm": "encoder.bn32",
    "encoder.block33.norm": "encoder.bn33",
    "encoder.block51.norm": "encoder.bn51",
}
_CONVS = {
    "encoder.merge11.conv": "encoder.conv1",
    "encoder.merge12.conv": "encoder.conv02",
    **{f"encoder.merge{n}.conv": f"encoder.conv{n}" for n in (21, 22, 23, 31, 32, 33, 41, 42, 51)},
    **{f"encoder.up{n}.conv": f"encoder.us{n}" for n in (121, 221, 232, 321, 332, 421)},
    "encoder.out": "encoder.conv4",
}
_BLOCKS = {
    **{f"encoder.block{n}": f"encoder.block{n}" for n in (11, 12, 21, 22, 23, 41, 42)},
    **{f"encoder.block{n}.block": f"encoder.block{n}" for n in (31, 32, 33, 51)},
}
_ATTENTIONS = {"encoder.attention2": "encoder.self_att23", "encoder.attention3": "encoder.self_att"}


@dataclass(frozen=True)
class PublishedShape:
    """What the tensor shapes of a published checkpoint say about the network; 0 experts: no mixture."""

    n_bands: int
    scale: int
    latent: int
    n_experts: int


def published_shape(state: Mapping[str, Tensor]) -> PublishedShape:
    """Read the network's shape off a published state dict; `ModelError` when it is not one."""
    keys = ("bn0.weight", "encoder.us121.weight", "encoder.conv4.weight")
    absent = [key for key in keys if key not in state]
    if absent:
        raise ModelError(
            f"{absent[0]!r} is missing",
            where=_WHERE,
            cause="not a state dict of the published multi-task network, or it is wrapped in another dict",
            advice="Pass the dict that maps parameter names to tensors",
        )
    experts = {m[1] for m in (re.match(r"mmoe\.experts\.(\d+)\.", key) for key in state) if m}
    n_bands, scale, latent = state[keys[0]].shape[0], state[keys[1]].shape[2], state[keys[2]].shape[0]
    return PublishedShape(n_bands, scale, latent, len(experts))


def from_published(state: Mapping[str, Tensor], ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Published names and layouts → a state dict with the names and shapes of `ours`, strictly.

    Raises `ModelError` for a published name that is missing or unknown and for a tensor that does not fit.
    """
    n_experts = published_shape(state).n_experts
    sources = name_map(n_experts)
    ignored = set(ignored_names(n_experts))
    wanted = {name for names in sources.values() for name in names}
    missing, unknown = sorted(wanted - set(state)), sorted(set(state) - wanted - ignored)
    if missing or unknown:
        raise ModelError(
            f"{len(missing)} names are missing {missing[:4]} and {len(unknown)} are unknown {unknown[:4]}",
            where=_WHERE,
            cause="a checkpoint of another network or version",
        )
    return {name: _fitted(name, [state[s] for s in sources[name]], ours) for name in ours}


def name_map(n_experts: int) -> dict[str, tuple[str, ...]]:
    """Our name → the published names that it is made of, in order."""
    pairs: dict[str, tuple[str, ...]] = {}
    norms, convs = dict(_NORMS), dict(_CONVS)
    for ours, theirs in _BLOCKS.items():
        norms |= {f"{ours}.norm{n}": f"{theirs}.bn{n}" for n in (1, 2, 3)}
        convs |= {f"{ours}.conv{n}": f"{theirs}.conv{n}" for n in (1, 2)}
        convs[f"{ours}.skip"] = f"{theirs}.sk"
    for ours, theirs in norms.items():
        pairs |= {f"{ours}.{field}": (f"{theirs}.{field}",) for field in _NORM_FIELDS}
    for index, (ours, theirs) in enumerate(_TASKS.items()):
        convs[f"heads.{ours}"] = f"head_{theirs}_out"
        if not n_experts:
            convs[f"mix.linears.{index}"] = f"proj_{theirs}"
    for field in ("weight", "bias"):
        pairs |= {f"{ours}.{field}": (f"{theirs}.{field}",) for ours, theirs in convs.items()}
        for ours, theirs in _ATTENTIONS.items():
            pairs[f"{ours}.query_key_value.{field}"] = (f"{theirs}.att.in_proj_{field}",)
            pairs[f"{ours}.out.{field}"] = (f"{theirs}.att.out_proj.{field}",)
        if n_experts:
            for ours, layer in (("conv1", 0), ("conv2", 2)):
                experts = (f"mmoe.experts.{n}.net.{layer}.{field}" for n in range(n_experts))
                pairs[f"mix.{ours}.{field}"] = tuple(experts)
            pairs[f"mix.gates.{field}"] = tuple(f"mmoe.gates.{n}.{field}" for n in range(len(_TASKS)))
    return pairs


def ignored_names(n_experts: int) -> tuple[str, ...]:
    """The four projections that the published forward pass computes and discards beside its experts."""
    if not n_experts:
        return ()
    return tuple(f"proj_{task}.{field}" for task in _TASKS.values() for field in ("weight", "bias"))


def _fitted(name: str, parts: list[Tensor], ours: Mapping[str, Tensor]) -> Tensor:
    tensor = torch.cat(parts) if len(parts) > 1 else parts[0]
    if tensor.ndim == 4:
        tensor = _one_dimensional(tensor)
    if tensor.shape != ours[name].shape:
        raise ModelError(
            f"the tensor for {name!r} has shape {tuple(tensor.shape)}, expected {tuple(ours[name].shape)}",
            where=_WHERE,
            cause="a checkpoint of another network or version",
        )
    return tensor


def _one_dimensional(kernel: Tensor) -> Tensor:
    """[a, b, k, W] → [a, W * b, k]: stacked branches become channels, branch by branch."""
    return kernel.permute(0, 3, 1, 2).flatten(1, 2)


def load_published(state: Mapping[str, Tensor], *, published_padding: bool = True) -> MultiScaleNet:
    """A network with the weights of a checkpoint of the published implementation, in evaluation mode.

    Bands, scale, latent size and experts are read from the shapes. Raises `ModelError` when a name is
    missing, unknown or has the wrong shape; only the four projections that the published forward pass
    discards beside a mixture of experts are left out.
    """
    shape = published_shape(state)
    config = NetworkConfig(shape.n_bands, shape.scale, shape.latent, shape.n_experts)
    network = MultiScaleNet(replace(config, published_padding=published_padding))
    network.load_state_dict(from_published(state, network.state_dict()))
    return network.eval()
