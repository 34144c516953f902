"""A picture of where a model went wrong: a minute of a recording with the truth above and what was heard below."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from runtime.analysis import LEVELS, Analysis, folded
from runtime.write.plot import COLOURS
from train.data.labels.values import BeatLabels

LONGEST_S = 60.0


def error_picture(truth: BeatLabels, analysis: Analysis, title: str) -> bytes:
    """PNG: true and found beats (long: downbeats), true and found levels, and the loudness curve between them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 3.6), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    start_s = max(0.0, float(truth.beats_s[0]) - 1.0) if truth.n_beats else 0.0
    loudness = np.array(analysis.loudness.ntot_sone)
    times_s = np.arange(len(loudness)) * analysis.loudness.hop_s
    shown = (times_s >= start_s) & (times_s <= start_s + LONGEST_S)
    scale = max(float(loudness[shown].max(initial=0.0)), 1e-6)
    ax.fill_between(times_s[shown], -0.5, loudness[shown] / scale - 0.5, color="#999999", alpha=0.5, lw=0)
    _row(ax, truth.beats_s, truth.beat_in_bar == 1, truth.levels, 0.55)
    found_s = np.array([b.time_s for b in analysis.beats])
    found_levels = np.array([LEVELS.index(folded(level)) + 1 for level in analysis.beat_levels], int)
    _row(ax, found_s, np.array([b.position == 1 for b in analysis.beats], bool), found_levels, -1.05)
    ax.set(xlim=(start_s, start_s + LONGEST_S), ylim=(-1.1, 1.1), xlabel="seconds", title=title.replace("$", r"\$"))
    ax.set_yticks([0.8, 0, -0.8], ["true", "loudness", "heard"])
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": "Mezzoforte"})
    return out.getvalue()


def _row(ax: Any, beats_s: np.ndarray, is_downbeat: np.ndarray, levels: np.ndarray, bottom: float) -> None:
    ax.vlines(beats_s[~is_downbeat], bottom + 0.1, bottom + 0.3, color="black", lw=0.8)
    ax.vlines(beats_s[is_downbeat], bottom, bottom + 0.5, color="black", lw=1.6)
    if not len(levels):
        return
    starts = np.flatnonzero(np.diff(levels, prepend=-1))
    ends = np.append(starts[1:], len(levels) - 1)
    for a, b in zip(starts, ends, strict=True):
        if levels[a] > 0:
            name = LEVELS[int(levels[a]) - 1]
            ax.fill_between([beats_s[a], beats_s[b]], bottom, bottom + 0.5, color=COLOURS[name], lw=0, zorder=0)
            ax.text(beats_s[a], bottom + 0.38, f" {name}", style="italic", weight="bold", clip_on=True)
