"""Losses of the four tasks. Logits and targets are [B, T] (events) or [B, T, 6] and [B, T] (dynamics)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def shift_tolerant_bce(logits: Tensor, targets: Tensor, *, positive_weight: float, tolerance_frames: int) -> Tensor:
    """Binary cross-entropy per recording [B] that lets a peak lie within ±`tolerance_frames` of its target.

    The prediction at t is the maximum over ±tolerance; frames within twice the tolerance of a target, but not on
    it, do not count; the first and last 2 · tolerance frames are left out. After Foscarin, Schlüter, Widmer,
    "Beat this!" (ISMIR 2024), section 3.3; the mean is over all frames that are left, as in arXiv 2510.18190.
    """
    reach = 2 * tolerance_frames
    spread = F.max_pool1d(logits.unsqueeze(1), 2 * tolerance_frames + 1, 1, tolerance_frames).squeeze(1)
    near = F.max_pool1d(targets.unsqueeze(1), 2 * reach + 1, 1, reach).squeeze(1)
    z, y, near = (x[:, reach : x.shape[1] - reach] for x in (spread, targets, near))
    loss = positive_weight * y * F.softplus(-z) + (1 - near) * F.softplus(z)
    return loss.mean(dim=1)


def dynamics_cross_entropy(logits: Tensor, levels: Tensor, class_weights: Tensor, ordinal: float) -> Tensor:
    """Cross-entropy at beat frames whose level is known (`levels` 1…5; 0 is masked out).

    With `ordinal` > 0 the target is soft, proportional to exp(−distance / ordinal) over the five levels. The
    first class ("blank") is never a target. 0 when no level is known.
    """
    known = levels > 0
    if not bool(known.any()):
        return logits.sum() * 0
    z, y = logits[known], levels[known].long()
    log_p = F.log_softmax(z, dim=-1)
    weights = class_weights[y]
    if ordinal <= 0:
        return -(weights * log_p.gather(1, y[:, None]).squeeze(1)).sum() / weights.sum()
    classes = torch.arange(1, 6, device=z.device)
    soft = torch.softmax(-(classes[None] - y[:, None]).abs() / ordinal, dim=1)
    return -(weights * (soft * log_p[:, 1:]).sum(dim=1)).sum() / weights.sum()
