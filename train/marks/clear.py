"""Calibrate how clear marks are: `python -m train.marks.clear --asap ASAP --renders DIR --work DIR`.

On renders of training pieces, heard as the product hears them, marks are chosen at the shipped prices; the probability
that the true velocity goes the way that a mark says, by at least `LEAST_VELOCITY`, is fitted to how far the heard
strength stands out there (`runtime.dynamics.clear`). The table that is printed has a row per word for people.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.dynamics.clear import clearness, probability, stands_out, stretches_of_hairpin, stretches_of_level
from runtime.dynamics.mark import PRICES
from runtime.dynamics.touch import RULES
from runtime.marks.annotate import Page
from runtime.marks.heard import hear, played_beats
from runtime.write.atomic import write_bytes
from train.data.splits import split_of
from train.fitting.command import Command
from train.marks import takes
from train.marks.hear import Listener
from train.marks.takes import Take
from train.marks.touch import Floats, cut_s, true_velocity
from train.sources import FREE, FREE_LICENCE, UNKNOWN, rights_of, taken, union

LEAST_VELOCITY = 3.0


def judged_marks(renders: Iterable[tuple[Take, Path]], listener: Listener) -> Iterator[tuple[float, bool]]:
    """For every mark but the first of each piece: how far it stands out, and whether the playing really does it."""
    for take, path in renders:
        if split_of(take.piece_id, 0) == "test":
            continue
        evidence = listener.hear(path)
        beats = played_beats(take.blank, take.alignment)
        true = true_velocity(take, beats, cut_s(evidence))
        heard = hear(take.blank, take.alignment, evidence)
        written = _over_passes(true, beats.of, len(heard.at))
        yield from judged(Page.of(take.blank, heard, []), written)


def judged(page: Page, velocity: Floats) -> Iterator[tuple[float, bool]]:
    """For every mark but the first, at the shipped prices: how far it stands out, and whether the true `velocity` of
    the score's beats (NaN where nothing is struck) goes its way by at least `LEAST_VELOCITY`."""
    for price in PRICES.values():
        said = page.say(price)
        spans = stretches_of_level(page.beats, said) + [stretches_of_hairpin(h) for h in said.hairpins]
        for before, after, sign in spans:
            a, b = (velocity[page.first + s.start : page.first + s.stop] for s in (before, after))
            a, b = a[np.isfinite(a)], b[np.isfinite(b)]
            if len(a) and len(b):
                yield stands_out(page.beats, before, after, sign), bool(sign * (b.mean() - a.mean()) >= LEAST_VELOCITY)


def table(sure: Floats, does: Floats) -> str:
    """Markdown: for each word how often the playing does what marks say, beside the mean probability of these marks."""
    lines = ["| word | marks | the playing does it | mean probability |", "|---|---:|---:|---:|"]
    for word in ("clear", "likely", "slight"):
        of = np.array([clearness(p) == word for p in sure])
        if of.any():
            lines.append(f"| {word} | {of.sum()} | {does[of].mean():.2f} | {sure[of].mean():.2f} |")
    return "\n".join(lines)


def _over_passes(velocity: Floats, of: npt.NDArray[np.int64], n: int) -> Floats:
    known = np.isfinite(velocity)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.bincount(of[known], velocity[known], n) / np.bincount(of[known], minlength=n))


def logistic(x: Floats, y: Floats) -> tuple[float, float]:
    """Scale and offset of the most likely logistic curve, by Newton's method."""
    design = np.stack([x, np.ones_like(x)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ weights))
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (y - p))
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return float(weights[0]), float(weights[1])


def add_options(parser: argparse.ArgumentParser) -> None:
    takes.add_options(parser)
    Listener.add_options(parser)
    parser.add_argument("--out", type=Path, default=RULES, help="file of the rules, which gets these beside them")


def run(args: argparse.Namespace) -> None:
    """Fit, print the table, write."""
    listener = Listener.with_folder(args.work, args.model, args.transcriber_path)
    renders = list(takes.rendered(args))
    data = json.loads(args.out.read_text(encoding="utf-8"))
    learned = union(listener.sources, data.get("sources", [UNKNOWN]), *(s for _, _, s in renders))
    sources = taken(learned, FREE if data.get("licence") == FREE_LICENCE else args.data)
    pairs = list(judged_marks(((take, path) for take, path, _ in renders), listener))
    x, y = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], np.float64)
    scale, offset = logistic(x, y)
    print(table(np.array([probability(v, scale, offset) for v in x]), y))
    data |= rights_of(sources)
    data["clear"] = {"scale": round(scale, 4), "offset": round(offset, 4), "marks": len(pairs)}
    write_bytes(args.out, (json.dumps(data, indent=1) + "\n").encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
