"""A frame rate other than the runtime's (`runtime.frames`), for networks that were published at another one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FrameRate:
    """Frames of a mono signal: frame t is centred on sample t · `hop_samples`."""

    sample_rate_hz: int
    hop_samples: int
    window_samples: int

    @property
    def frame_s(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop_samples / self.sample_rate_hz

    @property
    def bin_hz(self) -> float:
        """Hertz from one bin of the spectrum to the next."""
        return self.sample_rate_hz / self.window_samples

    def n_frames(self, n_samples: int) -> int:
        """Number of frames of `n_samples` samples."""
        return 1 + n_samples // self.hop_samples
