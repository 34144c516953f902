"""Compare resynthesised performances with the loudness of their recordings: `python -m train.data.resynthesis.proof`.

Each performance is rendered on an instrument that the velocities were not solved for, and the loudness curve of
the rendering is correlated with the recording's, smoothed over 0.5 s, between the first and the last beat. The
median over recordings is the proof's figure. The total is Stevens'; the figure with the flawed total that the data
set's own tool computes is given beside it (`runtime.piano.loudness`).
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from runtime.piano.loudness import (
    CURVE_STEP_S,
    RATE_HZ,
    band_power,
    smooth,
    sones,
    total,
    total_as_published,
)
from train.data.corpora.mazurka_resynth import read_index, read_labels
from train.data.errors import DataError
from train.data.items import Dropped
from train.data.labels.values import Floats
from train.data.resynthesis.make import recordings
from train.data.resynthesis.perform import LoudnessCurve
from train.fitting.command import Command
from train.rendering.instruments import INSTRUMENTS, RENDER_RATE_HZ, Player
from train.rendering.performance import read_performance

SMOOTHING_S = 0.5


@dataclass(frozen=True)
class Agreement:
    """Correlations of one rendering with its recording: smoothed, unsmoothed, and smoothed with the flawed total."""

    smoothed: float
    unsmoothed: float
    flawed_total: float


def agreement(sound: Floats, beats_s: Floats, real_beats_s: Floats, curve: LoudnessCurve) -> Agreement:
    """How well the loudness of a rendering (mono at 22,050 Hz) follows the recording's between first and last beat.

    The rendering is brought to the recording's median loudness first, since sones are not linear in level. The
    recording's time axis is warped by the beats where a repair moved them.
    """
    power = band_power(sound / max(float(np.abs(sound).max()), 1e-9))
    times_s = (np.arange(len(power)) + 1) * CURVE_STEP_S
    inside = (times_s >= beats_s[0]) & (times_s <= beats_s[-1])
    real_times_s = np.interp(times_s[inside], beats_s, real_beats_s)
    real = np.interp(real_times_s, curve.times_s, curve.sone)
    real_smooth = np.interp(real_times_s, curve.times_s, smooth(curve.sone, SMOOTHING_S))
    specific = sones(power * _level_gain(power[inside], float(np.median(real))))
    plain, flawed = total(specific), total_as_published(specific)
    return Agreement(
        float(np.corrcoef(smooth(plain, SMOOTHING_S)[inside], real_smooth)[0, 1]),
        float(np.corrcoef(plain[inside], real)[0, 1]),
        float(np.corrcoef(smooth(flawed, SMOOTHING_S)[inside], real_smooth)[0, 1]),
    )


def _level_gain(power: Floats, median_sone: float) -> float:
    """The factor on `power` that gives it this median loudness, found between −50 and +10 dB by halving."""
    low_db, high_db = -50.0, 10.0
    for _ in range(8):
        middle_db = (low_db + high_db) / 2
        louder = np.median(total(sones(power[::4] * 10 ** (middle_db / 10)))) > median_sone
        low_db, high_db = (low_db, middle_db) if louder else (middle_db, high_db)
    return float(10 ** ((low_db + high_db) / 20))


def prove(
    folder: Path, made: Path, player: Player, instrument: str, every: int
) -> tuple[dict[str, Agreement], list[Dropped]]:
    """The agreement by recording, for every `every`-th performance in `made`."""
    dropped: list[Dropped] = []
    wanted = {(row["mazurka"], row["pid"]) for row in read_index(made)[::every]}
    mazurkas = tuple(sorted({name for name, _ in wanted if (folder / "sones" / name).is_dir()}))
    found: dict[str, Agreement] = {}
    if not mazurkas:
        raise DataError("no sones/ for any performance", where=str(folder))
    for mazurka, _, pid, curve in recordings(folder, mazurkas, dropped):
        if (mazurka.name, pid) not in wanted:
            continue
        beats_s = read_labels(made / "labels" / mazurka.name / f"{pid}.json", mazurka.name).beats_s
        events = read_performance(made / "midi" / mazurka.name / f"{pid}.mid")
        sound = player.render(INSTRUMENTS[instrument], events).astype(np.float64)
        sound = soxr.resample(sound, RENDER_RATE_HZ, RATE_HZ)
        real = mazurka.times_s[pid]
        score = agreement(sound, beats_s, real, curve)
        found[f"{mazurka.name}/{pid}"] = score
        print(f"{mazurka.name}/{pid} {score.smoothed:.3f}", file=sys.stderr, flush=True)
    return found, dropped


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("folder", type=Path, help="folder of MazurkaBL (with sones/)")
    parser.add_argument("made", type=Path, help="folder that train.data.resynthesis.make wrote")
    parser.add_argument("--instrument", default="fluid", choices=sorted(INSTRUMENTS))
    parser.add_argument("--pianos", type=Path, default=Path(), help="folder with the SFZ pianos")
    parser.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"))
    parser.add_argument("--every", type=int, default=1, help="only every N-th performance")
    parser.add_argument("--least", type=float, default=0.93)


def run(args: Namespace) -> int:
    """Summary as JSON on stdout; 0 when the median reaches `--least`, 1 below."""
    found, dropped = prove(args.folder, args.made, Player(args.pianos, args.soundfonts), args.instrument, args.every)
    if not found:
        raise DataError("no performance has a loudness curve", where=str(args.folder))
    smoothed = [score.smoothed for score in found.values()]
    summary = {
        "instrument": args.instrument, "recordings": len(found), "smoothing_s": SMOOTHING_S,
        "median": round(float(np.median(smoothed)), 4), "worst": round(min(smoothed), 4),
        "median_unsmoothed": round(float(np.median([score.unsmoothed for score in found.values()])), 4),
        "median_flawed_total": round(float(np.median([score.flawed_total for score in found.values()])), 4),
        "least": args.least, "damaged": [d.detail for d in dropped if d.is_damage],
        "by_recording": {name: round(score.smoothed, 4) for name, score in found.items()},
    }  # fmt: skip
    print(json.dumps(summary, indent=1))
    return 0 if summary["median"] >= args.least else 1


main = Command(add_options, run)

if __name__ == "__main__":
    main()
