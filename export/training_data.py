"""What a card says of the pieces that were left out of training."""

from __future__ import annotations


def left_out(fold: int | None) -> str:
    """Which pieces a network trained for MazurkaBL test fold `fold` (None: on all mazurkas) has not seen."""
    mazurkas = "all mazurkas" if fold is None else f"no mazurka of test fold {fold}"
    return f"{mazurkas}, no held-out piece of train/data/splits.py"
