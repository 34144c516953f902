"""Pictures of marks beside what was played: `python -m benchmarks.marks.pictures --out docs/pictures …`.

One picture for each piece that is named: how hard every beat was struck (true where it is known, as heard else), what
the marks say when they are played back, and the marks themselves, at bar numbers of the score.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.marks.cases import Case, asap_cases
from runtime.analysis import LADDER
from runtime.dynamics.ladder import playback
from runtime.dynamics.mark import PRICES
from runtime.errors import OutputError
from runtime.marks.annotate import AnnotateOptions, Page, annotate
from runtime.marks.files import align_file, load
from runtime.marks.heard import HeardInScore, hear
from runtime.model import load_model
from runtime.score.plan import PlannedMark
from runtime.score.table import Score
from runtime.thorough import hear_thoroughly, load_listener
from train.fitting.command import Command, data_folder
from train.measure.explained import edition, planned

WIDTH_IN, HEIGHT_IN = 11.0, 3.0


def draw(
    path: Path,
    title: str,
    score: Score,
    heard: HeardInScore,
    marks: list[PlannedMark],
    true: HeardInScore | None = None,
    printed: Score | None = None,
) -> None:
    """Write one picture. Raises `OutputError` without matplotlib."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
    bars = bars_of(score, list(heard.at), heard.measure.tolist())
    scale = Page.of(score, heard, []).scale
    for curve, colour, label in ((true, "0.6", "played"), (heard, "tab:blue", "heard")):
        if curve is not None:
            _curve(axes, bars, curve.velocity, colour, label)
    if heard.apart:
        _curve(axes, bars, heard.passes[1], "tab:green", "heard, the second time")
    levels, hairpins = planned(score, marks)
    places = np.array([float(at) for at in heard.at])
    said = playback(places, levels, hairpins)
    axes.plot(bars, scale.values[0] + said * scale.step, color="tab:red", lw=1.8, label="marks, played back")
    drawn = _drawn(heard)
    low, high = float(np.nanmin(drawn)), max(float(np.nanmax(drawn)), float(scale.values[0] + said.max() * scale.step))
    room = (high - low) / 12
    at_bar = lambda q: float(np.interp(q, places, bars))  # noqa: E731
    for at, text, is_sf in signs(score, marks):
        shift = 2.6 if is_sf else 1
        axes.text(at_bar(at), high + shift * room, text, ha="center", style="italic", weight="bold", family="serif")
    for h in hairpins:
        a, b = at_bar(h.start), at_bar(min(h.end, places[-1]))
        wide, thin = (b, a) if h.sign > 0 else (a, b)
        for side in (1, -1):
            axes.plot([thin, wide], [high + 0.4 * room, high + (0.4 + 0.35 * side) * room], color="black", lw=0.8)
    for m in (m for m in marks if m.kind == "words"):
        at = at_bar(float(score.measures[m.measure].start + m.offset))
        axes.text(at, low - 1.2 * room, m.value, style="italic", color="tab:green", size=8)
    if printed is not None:
        for x in edition(printed, set(heard.measure.tolist()))[0]:
            axes.text(at_bar(x.at), low - 1.2 * room, LADDER[x.level], ha="center", style="italic", color="0.4", size=8)
    axes.set(xlabel="bar", ylabel="velocity", xlim=(bars[0], bars[-1] + 1), ylim=(low - 2 * room, high + 4 * room))
    axes.set_title(title, size=10)
    figure.legend(loc="outside lower right", fontsize=7, ncols=4)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _curve(axes: Any, bars: np.ndarray, velocity: np.ndarray, colour: str, label: str) -> None:
    """A line over the beats that are struck, rests passed over, with a dot at each."""
    known = np.isfinite(velocity)
    axes.plot(bars[known], velocity[known], ".-", color=colour, lw=0.8, ms=2.5, label=label, alpha=0.8)


def pyplot() -> Any:
    """matplotlib's, drawing into files. Raises `OutputError` without it."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot as plt
    except ImportError as e:
        raise OutputError("pictures need matplotlib", advice="pip install matplotlib") from e
    return plt


def signs(score: Score, marks: list[PlannedMark]) -> list[tuple[float, str, bool]]:
    """Where levels and sf stand, what they say, and whether they are the latter."""
    dynamics = [m for m in marks if m.kind == "dynamic"]
    return [(float(score.measures[m.measure].start + m.offset), m.value, m.value == "sf") for m in dynamics]


def _drawn(heard: HeardInScore) -> np.ndarray:
    return np.concatenate([heard.velocity, heard.passes[1]]) if heard.apart else heard.velocity


def bars_of(score: Score, at: list[Fraction], measure: list[int]) -> np.ndarray:
    """Places in bars, from 1, of positions in these measures."""
    start = np.array([float(score.measures[m].start) for m in measure])
    length = np.array([float(score.measures[m].duration) for m in measure])
    return 1 + np.array(measure) + (np.array([float(a) for a in at]) - start) / np.maximum(length, 1e-6)


def of_case(case: Case, out: Path) -> None:
    """A test piece, rendered; the edition's levels stand below in grey."""
    decided = annotate(case.blank, case.alignment, case.analysis, case.heard, AnnotateOptions(policy="replace"))
    path = out / f"marks_{case.name.replace('/', '_')}.png"
    title = f"{case.name} (synthesised)"
    draw(path, title, case.blank, case.heard, list(decided.plan.marks), case.truth, case.score)


def of_recording(audio: Path, score_path: Path, out: Path) -> None:
    """A recording, whose velocities nobody knows."""
    model = load_model(None, "cpu")
    heard = hear_thoroughly(audio, model, load_listener(model))
    _, score = load(score_path)
    alignment = align_file(audio, score, heard.analysis)
    assert heard.evidence is not None, f"nothing is heard in {audio}"
    in_score = hear(score, alignment, heard.evidence)
    decided = annotate(
        score, alignment, heard.analysis, in_score, AnnotateOptions(policy="replace", second_time="words")
    )
    draw(out / f"marks_{audio.stem}.png", f"{audio.stem}, density normal (price {PRICES['normal']:g})", score, in_score,
         list(decided.plan.marks))  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--renders", type=Path, help="ASAP's test pieces, by train.rendering")
    parser.add_argument("--work", type=Path, help="folder for what was heard, as for benchmarks.marks")
    parser.add_argument("--pieces", nargs="*", default=[], help="names of test pieces, as in the table by piece")
    parser.add_argument("--recording", nargs=2, type=Path, action="append", default=[], metavar=("AUDIO", "SCORE"))
    parser.add_argument("--out", type=Path, required=True)


def run(args: argparse.Namespace) -> None:
    """Draw what is named."""
    args.out.mkdir(parents=True, exist_ok=True)
    for audio, score in args.recording:
        of_recording(audio, score, args.out)
    if args.pieces:
        for case in asap_cases(data_folder() / "asap", args.renders, args.work, args.pieces):
            of_case(case, args.out)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
