"""How long choosing marks takes: `python -m benchmarks.marks.speed`.

A thousand bars of 4/4 whose playing wanders, with noise like that of hearing; the search alone and all that follows it.
CPU seconds of one thread, the least of several runs, at the three densities.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from runtime.dynamics.mark import PRICES, Beats, say
from train.fitting.command import Command

BEATS_PER_BAR = 4
RUNS = 5
_OFF_BAR_ODDS = -1.5


def playing(n_bars: int) -> Beats:
    """Beats that rise and fall over ten bars, a fifth of them rests."""
    n, random = n_bars * BEATS_PER_BAR, np.random.default_rng(0)
    velocity = 60 + 15 * np.sin(np.arange(n) / 40) + random.normal(0, 6, n)
    velocity[random.random(n) < 0.2] = np.nan
    odds = np.where(np.arange(n) % BEATS_PER_BAR == 0, 0.0, _OFF_BAR_ODDS)
    ends = 0.5 * np.tile(np.append(odds, 0.0), (2, 1))
    variance = np.where(np.isfinite(velocity), 20.0, np.inf)
    return Beats(velocity, variance, np.full(n, BEATS_PER_BAR), None, odds, ends, ends)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bars", type=int, default=1000)


def run(args: argparse.Namespace) -> None:
    """Print a table."""
    beats = playing(args.bars)
    print(f"| {args.bars} bars, density | CPU s | levels | hairpins |\n|---|---:|---:|---:|")
    for density, price in PRICES.items():
        took_s = []
        for _ in range(RUNS):
            began_s = time.process_time()
            said = say(beats, price)
            took_s.append(time.process_time() - began_s)
        print(f"| {density} | {min(took_s):.2f} | {len(said.levels)} | {len(said.hairpins)} |")


main = Command(add_options, run)

if __name__ == "__main__":
    main()
