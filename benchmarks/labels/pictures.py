"""Pictures to check beat labels by eye: spectrogram, rises of energy, and every beat with its place in the bar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.frames import SAMPLE_RATE_HZ

ROW_S = 10.0
_WINDOW, _HOP = 1024, 128
_HIGHEST_HZ = 4000.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def spectrogram(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Log magnitude [bins up to 4 kHz, frames], one frame every 5.8 ms, centred on its time."""
    padded = np.pad(samples, _WINDOW // 2)
    starts = np.arange(0, len(samples), _HOP)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[starts]
    n_bins = int(_HIGHEST_HZ * _WINDOW / SAMPLE_RATE_HZ)
    magnitude = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1))[:, :n_bins]
    return np.log10(1e-3 + magnitude).T.astype(np.float32)


def draw(path: Path, samples: npt.NDArray[np.float32], times_s: Floats, bars: Ints, beats: Ints) -> None:
    """Draw the recording in rows of ten seconds: downbeats red with their bar number, other beats yellow."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    image = spectrogram(samples)
    rise = np.maximum(np.diff(image, axis=1, prepend=image[:, :1]), 0).sum(axis=0)
    at_s = np.arange(image.shape[1]) * _HOP / SAMPLE_RATE_HZ
    n_rows = max(1, int(np.ceil(at_s[-1] / ROW_S)))
    figure = Figure(figsize=(20, 2.6 * n_rows), layout="constrained")
    FigureCanvasAgg(figure)
    for row, axes in enumerate(figure.subplots(n_rows, 1, squeeze=False)[:, 0]):
        start = row * ROW_S
        inside = (at_s >= start) & (at_s < start + ROW_S)
        axes.imshow(image[:, inside], origin="lower", aspect="auto", cmap="gray",
                    extent=(start, start + inside.sum() * _HOP / SAMPLE_RATE_HZ, 0, _HIGHEST_HZ))  # fmt: skip
        axes.plot(at_s[inside], rise[inside] / rise.max() * _HIGHEST_HZ, color="tab:cyan", linewidth=0.8)
        for t, bar, beat in zip(times_s, bars, beats, strict=True):
            if start <= t < start + ROW_S:
                axes.axvline(t, color="red" if beat == 1 else "yellow", linewidth=1.2, alpha=0.9)
                axes.text(t, _HIGHEST_HZ, f"{bar}" if beat == 1 else f".{beat}", fontsize=8, color="black")
        axes.set_xlim(start, start + ROW_S)
    figure.savefig(path, dpi=80)
