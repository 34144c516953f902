"""A picture of an analysis: outline, loudness, level bands, beats, bars, change points and hairpins.

Long recordings are split into rows so that every bar stays readable. Needs matplotlib (extra ``plot``).
"""

from __future__ import annotations

import io
import math
import textwrap
from typing import Any

import numpy as np

from runtime.analysis import LADDER, Analysis
from runtime.errors import OutputError
from runtime.write.bars import bar_groups
from runtime.write.options import WriteOptions

ROW_S = 30.0
MOST_ROWS = 40
ROW_INCHES = 2.6
WIDTH_INCHES = 15.0
TITLE_CHARACTERS = 130
LABEL_SHARE = 0.04  # of a row's width: what the name of a level takes
COLOURS = {
    "ppp": "#9ecae1", "pp": "#c6dbef", "p": "#deebf7", "mp": "#eef4ea",
    "mf": "#fff3c4", "f": "#fdbe85", "ff": "#f4805a", "fff": "#e0543a",
}  # fmt: skip


def render_png(analysis: Analysis, options: WriteOptions) -> bytes:
    """The picture as PNG. Raises `OutputError` when matplotlib is not installed."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as e:
        raise OutputError(
            "a picture needs matplotlib, which is not installed",
            advice="Install it with: pip install 'mezzoforte[plot]'",
        ) from e
    end_s = max(analysis.source.duration_s, 0.1)
    row_s = max(min(ROW_S, end_s), end_s / MOST_ROWS)
    n_rows = math.ceil(end_s / row_s)
    figure = Figure(figsize=(WIDTH_INCHES, 0.9 + ROW_INCHES * n_rows), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(_title(analysis))
    axes = figure.subplots(n_rows, 1, squeeze=False)[:, 0]
    for row, ax in enumerate(axes):
        _row(ax, analysis, options, row * row_s, (row + 1) * row_s)
    axes[-1].set_xlabel("seconds")
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": "Mezzoforte"})
    return out.getvalue()


def _title(analysis: Analysis) -> str:
    n_bars = len(bar_groups(analysis.beats))
    name = analysis.source.name.replace("$", r"\$")
    lines = [f"{name}: {len(analysis.beats)} beats, {n_bars} bars, {len(analysis.dynamics)} dynamics"]
    lines += (part for warning in analysis.warnings for part in textwrap.wrap(warning, TITLE_CHARACTERS))
    return "\n".join(lines)


def _row(ax: Any, analysis: Analysis, options: WriteOptions, start_s: float, end_s: float) -> None:
    top = max(analysis.loudness.ntot_sone, default=1.0) * 1.35 or 1.0
    ax.set_xlim(start_s, end_s)
    ax.set_ylim(0, top)
    ax.set_ylabel("sone")
    _levels(ax, analysis, start_s, end_s, top)
    _outline(ax, options, start_s, end_s, top)
    _loudness(ax, analysis, start_s, end_s)
    _beats(ax, analysis, start_s, end_s, top)
    _hairpins(ax, analysis, start_s, end_s, top)


def _levels(ax: Any, analysis: Analysis, start_s: float, end_s: float, top: float) -> None:
    ends_s = [*[d.time_s for d in analysis.dynamics[1:]], analysis.source.duration_s]
    changed = {c.beat for c in analysis.change_points}
    for dynamic, until_s in zip(analysis.dynamics, ends_s, strict=False):
        if until_s <= start_s or dynamic.time_s >= end_s:
            continue
        ax.axvspan(dynamic.time_s, until_s, color=COLOURS[dynamic.level], lw=0, zorder=0)
        at_s = max(dynamic.time_s, start_s)
        carried = dynamic.time_s < start_s
        if carried and until_s - start_s < LABEL_SHARE * (end_s - start_s):
            continue  # it would stand under the level that follows
        # A level carried over from the row above is shown in brackets, as in a score.
        label = f"({dynamic.level})" if carried else dynamic.level
        ax.text(at_s, 0.02 * top, f" {label}", style="italic", weight="bold", family="serif", zorder=5)
    for point in analysis.change_points:
        if start_s <= point.time_s < end_s:
            ax.plot([point.time_s], [0.8 * top], marker="v", color="#b2182b", zorder=6)
            if point.beat in changed:
                ax.axvline(point.time_s, color="#b2182b", lw=1.4, zorder=3)


def _outline(ax: Any, options: WriteOptions, start_s: float, end_s: float, top: float) -> None:
    if options.envelope is None:
        return
    envelope = options.envelope
    first, last = int(start_s / envelope.hop_s), math.ceil(end_s / envelope.hop_s) + 1
    low, high = envelope.low[first:last], envelope.high[first:last]
    times_s = (first + np.arange(len(low))) * envelope.hop_s
    ax.fill_between(times_s, top * (0.5 + 0.4 * low), top * (0.5 + 0.4 * high), color="#00000030", lw=0, zorder=1)


def _loudness(ax: Any, analysis: Analysis, start_s: float, end_s: float) -> None:
    hop_s = analysis.loudness.hop_s
    first, last = int(start_s / hop_s), math.ceil(end_s / hop_s) + 1
    sone = np.asarray(analysis.loudness.ntot_sone[first:last], dtype=np.float64)
    times_s = (first + np.arange(len(sone))) * hop_s
    ax.fill_between(times_s, 0, sone, color="#2166ac", alpha=0.25, lw=0, zorder=2)
    ax.plot(times_s, sone, color="#2166ac", lw=1.0, zorder=4)


def _beats(ax: Any, analysis: Analysis, start_s: float, end_s: float, top: float) -> None:
    firsts = {g.start for g in bar_groups(analysis.beats)}
    for i, beat in enumerate(analysis.beats):
        if not start_s <= beat.time_s < end_s:
            continue
        down = beat.position == 1
        ax.vlines(beat.time_s, 0, top * (0.88 if down else 0.1), color="black", lw=0.9 if down else 0.6, zorder=3)
        if i in firsts:
            ax.text(beat.time_s, 0.89 * top, str(beat.bar), fontsize=8, ha="center", zorder=5)


def _hairpins(ax: Any, analysis: Analysis, start_s: float, end_s: float, top: float) -> None:
    for hairpin in analysis.hairpins:
        if hairpin.end_s <= start_s or hairpin.start_s >= end_s:
            continue
        tip_s, open_s = hairpin.start_s, hairpin.end_s
        if hairpin.kind == "diminuendo":
            tip_s, open_s = open_s, tip_s
        for half in (-0.03, 0.03):
            heights = [0.15 * top, (0.15 + half) * top]
            ax.plot([tip_s, open_s], heights, color="black", lw=1.2, zorder=6)


assert set(COLOURS) == set(LADDER)
