"""How every stage is asked: features of a whole recording in, values per place out, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError

Floats = npt.NDArray[np.float64]


def run_stage(
    session: Any,
    name: str,
    features: npt.NDArray[np.floating],
    outputs: Mapping[str, tuple[int, ...]],
    beside: Mapping[str, npt.NDArray[np.floating]] | None = None,
) -> list[Floats]:
    """Every output [n, …], its sizes after the first by name, for features [n, F] and what the graph takes `beside`
    them, [n, …] by name. Raises `ModelError`."""
    inputs = {"features": features, **(beside or {})}
    try:
        values = session.run(list(outputs), {key: x[None].astype(np.float32) for key, x in inputs.items()})
    except Exception as e:  # onnxruntime has no common base class for its errors
        raise ModelError("the stage failed while running", where=name, cause=str(e)[:300]) from e
    shapes, expected = [v.shape for v in values], [(1, len(features), *sizes) for sizes in outputs.values()]
    if shapes != expected:
        raise ModelError(
            f"the stage gave shapes {shapes}; expected {expected}", where=name,
            cause="a model made for another purpose or version",
        )  # fmt: skip
    if not all(np.isfinite(v).all() for v in values):
        raise ModelError("the stage gave a value that is not finite", where=name)
    return [v[0].astype(np.float64) for v in values]


def check_columns(named: tuple[str, ...], computed: tuple[str, ...], where: str, room: str) -> None:
    """Raises `ModelError` when a stage was trained (by ``train.ROOM``) on other columns than this version computes."""
    if named != computed:
        other = ", ".join(sorted(set(named) ^ set(computed))) or "the order"
        raise ModelError(
            f"the stage for {room} wants other features than this version computes",
            where=where, cause=f"they differ in {other}", advice=f"Train it again with python -m train.{room}",
        )  # fmt: skip
