"""Compare resynthesised performances with the loudness of their recordings: `python -m train.data.resynth_proof`.

Each performance is rendered on an instrument that the velocities were not solved for, and the loudness curve of
the rendering (computed as the data set's were) is correlated with the recording's, smoothed over 0.5 s, between
the first and the last beat. The median over recordings is the proof's figure.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import soxr

from runtime.errors import MezzoforteError
from train.data.errors import DataError
from train.data.items import Dropped
from train.data.labels import Floats
from train.data.loudness import CURVE_STEP_S, RATE_HZ, published_curve, smooth
from train.data.perform import LoudnessCurve
from train.data.resynth import read_index, read_labels
from train.data.resynthesize import recordings
from train.instruments import INSTRUMENTS, RENDER_RATE_HZ, Player
from train.performance import read_performance

SMOOTHING_S = 0.5


def correlation(
    sound: Floats, beats_s: Floats, real_beats_s: Floats, curve: LoudnessCurve, smoothing_s: float
) -> float:
    """Correlation of a rendering's loudness (mono at 22,050 Hz) with the recording's, between first and last beat.

    The recording's time axis is warped by the beats where a repair moved them.
    """
    made = smooth(published_curve(sound / max(np.abs(sound).max(), 1e-9)), smoothing_s)
    times_s = (np.arange(len(made)) + 1) * CURVE_STEP_S
    inside = (times_s >= beats_s[0]) & (times_s <= beats_s[-1])
    real_times_s = np.interp(times_s[inside], beats_s, real_beats_s)
    real = np.interp(real_times_s, curve.times_s, smooth(curve.sone, smoothing_s))
    return float(np.corrcoef(made[inside], real)[0, 1])


def prove(
    folder: Path, made: Path, player: Player, instrument: str, every: int
) -> tuple[dict[str, tuple[float, float]], list[Dropped]]:
    """(correlation smoothed, unsmoothed) by recording, for every `every`-th performance in `made`."""
    dropped: list[Dropped] = []
    wanted = {(row["mazurka"], row["pid"]) for row in read_index(made)[::every]}
    mazurkas = tuple(sorted({name for name, _ in wanted if (folder / "sones" / name).is_dir()}))
    found: dict[str, tuple[float, float]] = {}
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
        scores = [correlation(sound, beats_s, real, curve, s) for s in (SMOOTHING_S, 0.0)]
        found[f"{mazurka.name}/{pid}"] = (scores[0], scores[1])
        print(f"{mazurka.name}/{pid} {scores[0]:.3f} {scores[1]:.3f}", file=sys.stderr)
    return found, dropped


def main(arguments: list[str] | None = None) -> int:
    """Command line: JSON summary on stdout; 0 when the median reaches `--least`, 1 below, 2 unusable."""
    parser = argparse.ArgumentParser(
        prog="python -m train.data.resynth_proof", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("folder", type=Path, help="folder of MazurkaBL (with sones/)")
    parser.add_argument("made", type=Path, help="folder that train.data.resynthesize wrote")
    parser.add_argument("--instrument", default="timgm", choices=sorted(INSTRUMENTS))
    parser.add_argument("--pianos", type=Path, default=Path(), help="folder with the SFZ pianos")
    parser.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"))
    parser.add_argument("--every", type=int, default=1, help="only every N-th performance")
    parser.add_argument("--least", type=float, default=0.93)
    args = parser.parse_args(arguments)
    player = Player(args.pianos, args.soundfonts)
    try:
        found, dropped = prove(args.folder, args.made, player, args.instrument, args.every)
    except MezzoforteError as e:
        print(e, file=sys.stderr)
        return 2
    values = np.array(list(found.values())).reshape(-1, 2)
    if not len(values):
        print("no performance has a loudness curve", file=sys.stderr)
        return 2
    summary = {
        "instrument": args.instrument, "recordings": len(values), "smoothing_s": SMOOTHING_S,
        "median": round(float(np.median(values[:, 0])), 4), "worst": round(float(values[:, 0].min()), 4),
        "median_unsmoothed": round(float(np.median(values[:, 1])), 4), "least": args.least,
        "damaged": [d.detail for d in dropped if d.is_damage],
        "by_recording": {name: round(v[0], 4) for name, v in found.items()},
    }  # fmt: skip
    print(json.dumps(summary, indent=1))
    return 0 if summary["median"] >= args.least else 1


if __name__ == "__main__":
    sys.exit(main())
