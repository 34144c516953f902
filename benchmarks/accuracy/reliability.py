"""Whether confidences mean what they say: reliability tables, diagrams and the expected calibration error.

An event (a beat, a change point, a marking) is right when the truth has it: a beat within 70 ms, a change with one of
the score's within two true beats of it (which is what its confidence promises; the row "change points, exact beat" asks
for the very beat), a marking whose level is the true one at the paired beat. Of all events that are given with a
confidence of 0.8, eight in ten should be right.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS, Analysis, folded
from train.data.labels.values import BeatLabels
from train.measure.metrics import calibration_error, change_is_counted, changes_near, match_beats

Floats = npt.NDArray[np.float64]

N_BINS = 10
EXACT = "change points, exact beat"


@dataclass(frozen=True)
class Reliability:
    """Events of one kind: `confidence` [n] in 0..1 and whether each was `right` [n]."""

    confidence: Floats
    right: npt.NDArray[np.bool_]

    def bins(self) -> list[tuple[int, float, float]]:
        """(number, mean confidence, share that is right) of each tenth of the confidence scale that has events."""
        which = np.minimum((self.confidence * N_BINS).astype(np.int64), N_BINS - 1)
        members = (which == k for k in range(N_BINS))
        return [
            (int(m.sum()), float(self.confidence[m].mean()), float(self.right[m].mean())) for m in members if m.any()
        ]

    def expected_calibration_error(self) -> float:
        """See `train.measure.metrics.calibration_error`."""
        return calibration_error(self.confidence, self.right, N_BINS)


def reliabilities(pairs: Iterable[tuple[BeatLabels, Analysis]]) -> dict[str, Reliability]:
    """Beats, change points and markings of these recordings; kinds without events are left out."""
    events: dict[str, list[tuple[float, bool]]] = {"beats": [], "change points": [], EXACT: [], "markings": []}
    for truth, analysis in pairs:
        partner = _partners(truth, analysis)
        events["beats"] += [(b.confidence, i in partner) for i, b in enumerate(analysis.beats)]
        if not (truth.levels > 0).any():
            continue
        changes = set(truth.change_points.tolist())
        told_s = np.array([c.time_s for c in analysis.change_points])
        near, counts = changes_near(truth, told_s), change_is_counted(truth, told_s)
        for c, is_near, is_counted in zip(analysis.change_points, near, counts, strict=True):
            if is_counted:
                events["change points"].append((c.confidence, bool(is_near)))
                events[EXACT].append((c.confidence, partner.get(c.beat) in changes))
        for d in analysis.dynamics:
            true_level = int(truth.levels[partner[d.beat]]) if d.beat in partner else 0
            if true_level:
                events["markings"].append((d.confidence, LEVELS[true_level - 1] == folded(d.level)))
    return {
        kind: Reliability(np.array([c for c, _ in some]), np.array([r for _, r in some], bool))
        for kind, some in events.items()
        if some
    }


def _partners(truth: BeatLabels, analysis: Analysis) -> dict[int, int]:
    """True beat of each found beat that has one."""
    true_at, found_at = match_beats(truth.beats_s, np.array([b.time_s for b in analysis.beats]))
    return dict(zip(found_at.tolist(), true_at.tolist(), strict=True))


def table(found: dict[str, Reliability]) -> str:
    """Markdown: one row per kind of event."""
    lines = [
        "| events | number | mean confidence | share right | expected calibration error |",
        "|---|---:|---:|---:|---:|",
    ]
    for kind, r in found.items():
        lines.append(
            f"| {kind} | {len(r.right)} | {r.confidence.mean():.3f} | {r.right.mean():.3f} "
            f"| {r.expected_calibration_error():.3f} |"
        )
    return "\n".join(lines)


def diagram(found: dict[str, Reliability], title: str) -> bytes:
    """Share right over confidence, one curve per kind of event, as PNG; the size of a dot is the number of events."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 5), dpi=90, layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color="grey", lw=1, ls="--")
    for kind, r in ((k, r) for k, r in found.items() if k != EXACT):
        n, confidence, right = (np.array(column) for column in zip(*r.bins(), strict=True))
        (line,) = ax.plot(confidence, right, lw=1)
        label = f"{kind}: error {r.expected_calibration_error():.3f}"
        ax.scatter(confidence, right, s=8 + 120 * n / n.sum(), color=line.get_color(), label=label)
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that is right", title=title)
    ax.legend(loc="upper left")
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": "Mezzoforte"})
    return out.getvalue()


def worst(scores: Sequence[float], n: int = 5) -> list[int]:
    """Indices of the `n` lowest scores, the lowest first."""
    return [int(i) for i in np.argsort(np.asarray(scores), kind="stable")[:n]]
