"""`FrameLogits`: what the network says per frame, 50 times a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FrameLogits:
    """What the network says per frame (50 per second, frame t at ``t * 0.02`` s); all float32."""

    beat: Values
    """Shape (T,), logits."""
    downbeat: Values
    """Shape (T,), logits."""
    change: Values
    """Shape (T,), logits of a dynamic change point."""
    dynamics: Values
    """Shape (T, 5), logits of pp, p, mf, f, ff."""
    ntot_sone: Values
    """Shape (T,), total loudness in sone of the recording at the level of the level rule."""

    def columns(self) -> Values:
        """All values as one array, shape (T, 9): beat, downbeat, change, dynamics (5), ntot_sone."""
        return np.column_stack((self.beat, self.downbeat, self.change, self.dynamics, self.ntot_sone))

    @classmethod
    def from_columns(cls, columns: Values) -> FrameLogits:
        """The inverse of `columns`."""
        return cls.from_rows(np.ascontiguousarray(columns.T, dtype=np.float32))

    @classmethod
    def from_rows(cls, rows: Values) -> FrameLogits:
        """From the transpose of `columns`, shape (9, T); nothing is copied."""
        return cls(rows[0], rows[1], rows[2], rows[3:-1].T, rows[-1])
