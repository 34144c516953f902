"""The multi-task multi-scale network (arXiv 2510.18190), frame features in, frame logits out.

Three branches run at frame rates 1, 1/s and 1/s² and exchange their tensors four times; a mixture of experts
(or one projection per task) turns the shared latent frames into task features, and linear heads into logits.
Tensors inside are [batch, channels, frames]; the published (1, W) convolution over a stack of W branch
tensors is the same map as a 1×1 convolution over their concatenated channels, which is what is used here.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

TASKS = ("dynamics", "beat", "downbeat", "change")
LEVEL_CLASSES = ("blank", "pp", "p", "mf", "f", "ff")
TASK_CLASSES = {"dynamics": len(LEVEL_CLASSES), "beat": 1, "downbeat": 1, "change": 1}


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that decides the network's shape.

    Attributes:
        n_bands: features per frame.
        scale: frames merged per step to the next coarser branch, >= 1.
        latent: channels shared by all tasks; ignored when `n_experts` and `projections` are both off.
        n_experts: experts of the mixture; 0 uses one projection per task.
        tasks: any of `TASKS`, each once.
        direct: a single task whose logits are the encoder's output itself; `latent` is then its class count.
        dropout: probability on exchanged and latent tensors while training.
        published_padding: floor the pooled lengths as published, so that up to scale² - 1 trailing frames get
            nothing but bias from the coarser branches, and fewer than scale² frames are refused.
    """

    n_bands: int = 22
    scale: int = 5
    latent: int = 8
    n_experts: int = 8
    tasks: tuple[str, ...] = TASKS
    direct: bool = False
    dropout: float = 0.2
    published_padding: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "tasks", tuple(self.tasks))
        if self.n_bands < 1 or self.scale < 1 or self.latent < 1 or self.n_experts < 0:
            raise ValueError(f"n_bands, scale and latent must be >= 1 and n_experts >= 0: {self}")
        if not self.tasks or len(set(self.tasks)) != len(self.tasks) or not set(self.tasks) <= set(TASKS):
            raise ValueError(f"tasks must be distinct names from {TASKS}, got {self.tasks}")
        if self.direct and (len(self.tasks) != 1 or self.latent != TASK_CLASSES[self.tasks[0]] or self.n_experts):
            raise ValueError(f"direct output needs one task, latent equal to its classes and no experts: {self}")


def _single_task(n_bands: int, task: str) -> NetworkConfig:
    latent = TASK_CLASSES[task]
    return NetworkConfig(n_bands, scale=3, latent=latent, n_experts=0, tasks=(task,), direct=True)


_BANDS = {"bssl": 22, "logmel": 128}

PRESETS: dict[str, NetworkConfig] = {
    "multitask_bssl": NetworkConfig(22),
    "multitask_logmel": NetworkConfig(128),
    "multitask_bssl_no_mmoe": NetworkConfig(22, n_experts=0),
    "multitask_bssl_scale1": NetworkConfig(22, scale=1),
    **{
        f"singletask_{feature}_{task}": _single_task(bands, task) for feature, bands in _BANDS.items() for task in TASKS
    },
}


class ResBlock(nn.Module):
    """BN, conv 3, BN, ReLU, conv 3, BN beside a 1×1 convolution of the raw input; [B, i, T] → [B, o, T]."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm1d(n_in), nn.Conv1d(n_in, n_out, 3, padding=1)
        self.norm2, self.conv2 = nn.BatchNorm1d(n_out), nn.Conv1d(n_out, n_out, 3, padding=1)
        self.norm3, self.skip = nn.BatchNorm1d(n_out), nn.Conv1d(n_in, n_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        main = self.conv2(F.relu(self.norm2(self.conv1(self.norm1(x)))))
        return self.norm3(main) + self.skip(x)


class Merge(nn.Module):
    """Several tensors [B, C, T] of one rate → one, by a learnt weighted sum of all their channels."""

    def __init__(self, n_channels: int, n_inputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(n_inputs * n_channels, n_channels, 1)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.conv(inputs[0] if len(inputs) == 1 else torch.cat(inputs, dim=1))


class Upsample(nn.Module):
    """Transposed convolution by `scale`; frames beyond `scale` times the input get the bias alone."""

    def __init__(self, n_channels: int, scale: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose1d(n_channels, n_channels, scale, stride=scale)
        self.scale = scale

    def forward(self, x: Tensor, like: Tensor, *, may_be_short: bool) -> Tensor:
        if not may_be_short:
            return self.conv(x)
        missing = like.shape[-1] - self.scale * x.shape[-1]
        weight, bias = self.conv.weight, self.conv.bias
        return F.conv_transpose1d(x, weight, bias, stride=self.scale, output_padding=missing)


class SelfAttention(nn.Module):
    """x plus single-head self-attention over the frames of x; [B, C, T] → [B, C, T]; no positions."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.query_key_value = nn.Linear(n_channels, 3 * n_channels)
        self.out = nn.Linear(n_channels, n_channels)
        nn.init.xavier_uniform_(self.query_key_value.weight)
        nn.init.zeros_(self.query_key_value.bias)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        one_head = self.query_key_value(x.transpose(1, 2)).unsqueeze(1)
        attended = F.scaled_dot_product_attention(*one_head.chunk(3, dim=-1)).squeeze(1)
        return x + self.out(attended).transpose(1, 2)


class NormedBlock(nn.Module):
    """ResBlock, BN, ReLU."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.block, self.norm = ResBlock(n_in, n_out), nn.BatchNorm1d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.block(x)))


class Encoder(nn.Module):
    """Features [B, n_bands, T] → latent frames [B, latent, T].

    T must be a multiple of scale² unless `published_padding`. Names say level and branch: ``block21`` is level
    2, branch 1 (full rate); ``up321`` brings level 3 from branch 2 to branch 1.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        one, two, three, scale = config.n_bands, 2 * config.n_bands, 3 * config.n_bands, config.scale
        self.scale, self.may_be_short = scale, config.published_padding
        self.drop = nn.Dropout(config.dropout)
        self.norm0 = nn.BatchNorm1d(one)
        self.merge11, self.block11 = Merge(one, 1), ResBlock(one, two)
        self.merge12, self.block12 = Merge(one, 1), ResBlock(one, two)
        self.up121 = Upsample(two, scale)
        self.merge21, self.block21 = Merge(two, 2), ResBlock(two, three)
        self.merge22, self.block22 = Merge(two, 2), ResBlock(two, three)
        self.merge23, self.block23 = Merge(two, 1), ResBlock(two, three)
        self.attention2, self.attention2_norm = SelfAttention(three), nn.BatchNorm1d(three)
        self.up221, self.up232 = Upsample(three, scale), Upsample(three, scale)
        self.merge31, self.block31 = Merge(three, 2), NormedBlock(three, three)
        self.merge32, self.block32 = Merge(three, 3), NormedBlock(three, three)
        self.merge33, self.block33 = Merge(three, 2), NormedBlock(three, three)
        self.attention3, self.attention3_norm = SelfAttention(three), nn.BatchNorm1d(three)
        self.up321, self.up332 = Upsample(three, scale), Upsample(three, scale)
        self.merge41, self.block41 = Merge(three, 2), ResBlock(three, two)
        self.merge42, self.block42 = Merge(three, 3), ResBlock(three, two)
        self.up421 = Upsample(two, scale)
        self.merge51, self.block51 = Merge(two, 2), NormedBlock(two, one)
        self.out = nn.Conv1d(one, config.latent, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        a1, a2 = self._level1(self.norm0(features))
        b1, b2, b3 = self._level2(a1, a2)
        c1, c2, c3 = self._level3(b1, b2, b3)
        d1, d2 = self._level4(c1, c2, c3)
        return self.out(self.block51(self.merge51(d1, self._up(self.up421, d2, d1))))

    def _pool(self, x: Tensor) -> Tensor:
        return F.max_pool1d(x, self.scale) if self.scale > 1 else x

    def _up(self, up: Upsample, coarse: Tensor, fine: Tensor) -> Tensor:
        return up(coarse, fine, may_be_short=self.may_be_short)

    def _level1(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.block11(self.merge11(x)), self.block12(self.merge12(self._pool(x)))

    def _level2(self, a1: Tensor, a2: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        b1 = self.block21(self.merge21(a1, self._up(self.up121, a2, a1)))
        b2 = self.block22(self.merge22(a2, self.drop(self._pool(a1))))
        return b1, b2, self.block23(self.merge23(self.drop(self._pool(a2))))

    def _level3(self, b1: Tensor, b2: Tensor, b3: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        c1 = self.block31(self.merge31(b1, self._up(self.up221, b2, b1)))
        c2 = self.block32(self.merge32(b2, self.drop(self._pool(b1)), self._up(self.up232, b3, b2)))
        attended = self.attention2_norm(self.attention2(b3))
        return c1, c2, self.block33(self.merge33(attended, self.drop(self._pool(b2))))

    def _level4(self, c1: Tensor, c2: Tensor, c3: Tensor) -> tuple[Tensor, Tensor]:
        d1 = self.block41(self.merge41(c1, self._up(self.up321, c2, c1)))
        attended = self.attention3_norm(self.attention3(c3))
        d2 = self.block42(self.merge42(c2, self._up(self.up332, attended, c2), self.drop(self._pool(c1))))
        return d1, d2


class MixtureOfExperts(nn.Module):
    """Latent frames [B, L, T] → one [B, T, L] per task, each its own gated sum of all experts."""

    def __init__(self, latent: int, n_experts: int, n_tasks: int) -> None:
        super().__init__()
        self.latent, self.n_experts, self.n_tasks = latent, n_experts, n_tasks
        # All experts side by side: the first convolution shares its input, the second is grouped by expert.
        self.conv1 = nn.Conv1d(latent, n_experts * latent, 3, padding=1)
        self.conv2 = nn.Conv1d(n_experts * latent, n_experts * latent, 3, padding=1, groups=n_experts)
        self.gates = nn.Linear(latent, n_tasks * n_experts)

    def forward(self, z: Tensor) -> list[Tensor]:
        experts = self.conv2(F.relu(self.conv1(z))).unflatten(1, (self.n_experts, self.latent))
        gates = self.gates(z.transpose(1, 2)).unflatten(-1, (self.n_tasks, self.n_experts)).softmax(dim=-1)
        # [B, T, tasks, experts] @ [B, T, experts, latent]
        return list((gates @ experts.permute(0, 3, 1, 2)).unbind(dim=2))


class Projections(nn.Module):
    """Latent frames [B, L, T] → one [B, T, L] per task: a linear map and GELU each."""

    def __init__(self, latent: int, n_tasks: int) -> None:
        super().__init__()
        self.linears = nn.ModuleList(nn.Linear(latent, latent) for _ in range(n_tasks))
        for linear in self.linears:
            _xavier(linear)

    def forward(self, z: Tensor) -> list[Tensor]:
        frames = z.transpose(1, 2)
        return [F.gelu(linear(frames)) for linear in self.linears]


class MultiScaleNet(nn.Module):
    """Frame features → frame logits of every task, for any number of frames >= 1.

    The frame axis is padded to a multiple of scale² by repeating the last frame (which leaves every maximum
    unchanged) and the result is cropped, so all frames get coarse context.
    """

    def __init__(self, config: NetworkConfig = NetworkConfig()) -> None:
        super().__init__()
        self.config = config
        self.input_norm = nn.BatchNorm1d(config.n_bands, momentum=0.01)
        self.encoder = Encoder(config)
        if config.direct:
            return
        latent, n_experts, n_tasks = config.latent, config.n_experts, len(config.tasks)
        self.drop = nn.Dropout(config.dropout)
        self.mix = MixtureOfExperts(latent, n_experts, n_tasks) if n_experts else Projections(latent, n_tasks)
        self.heads = nn.ModuleDict({task: nn.Linear(latent, TASK_CLASSES[task]) for task in config.tasks})
        for head in self.heads.values():
            _xavier(head)

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Features [B, T, n_bands] → logits per task: ``dynamics`` [B, T, 6], each other task [B, T]."""
        n_frames = features.shape[1]
        latent = self.encoder(self.input_norm(self._padded(features.transpose(1, 2))))
        logits = [latent.transpose(1, 2)] if self.config.direct else self._task_logits(latent)
        cropped = (_one_or_many(x[:, :n_frames]) for x in logits)
        return dict(zip(self.config.tasks, cropped, strict=True))

    def _task_logits(self, latent: Tensor) -> list[Tensor]:
        mixed = self.mix(self.drop(latent))
        return [head(frames) for head, frames in zip(self.heads.values(), mixed, strict=True)]

    def _padded(self, x: Tensor) -> Tensor:
        multiple = self.config.scale**2
        if self.config.published_padding:
            if x.shape[-1] < multiple:
                raise ValueError(f"published padding needs at least {multiple} frames, got {x.shape[-1]}")
            return x
        missing = (-x.shape[-1]) % multiple
        return torch.cat([x, x[..., -1:].expand(-1, -1, missing)], dim=-1)


def _one_or_many(logits: Tensor) -> Tensor:
    return logits.squeeze(-1) if logits.shape[-1] == 1 else logits


def _xavier(linear: nn.Module) -> None:
    assert isinstance(linear, nn.Linear)
    nn.init.xavier_uniform_(linear.weight)
    nn.init.zeros_(linear.bias)
