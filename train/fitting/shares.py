"""How much of what is drawn for training is of each corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

OTHER_SHARE = 0.1
"""Of a corpus that has no share of its own, as a user's corrected recordings."""


def drawn_shares(corpora: Sequence[str], shares: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """The shares of these corpora, made to add up to one."""
    each = np.array([shares.get(name, OTHER_SHARE) for name in corpora])
    return np.asarray(each / each.sum())
