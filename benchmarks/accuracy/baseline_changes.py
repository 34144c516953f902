"""Change points of the loudness curve alone: `python -m benchmarks.accuracy.baseline_changes PACK.h5 OUT_DIR …`.

The optimum that PELT finds (Killick, Fearnhead, Eckley 2012; here by `train.measure.baselines.segment`, which a test
compares with the package `ruptures`): least squared error plus a penalty per change, on the total loudness that our
front end computes, in means of 0.24 s, standardised over each recording. The penalty is the one of `PENALTIES` with
the best change-point F1 on the validation pieces of the tuning pack, or `--penalty`. One JSON file per recording,
which `train.measure.evaluate --baseline` reads; what is there is skipped unless another penalty made it.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.frames import FRAME_S
from runtime.model import load_model
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.frames.predict import Heard, listen
from train.frames.segments import Pack
from train.measure.baseline_files import Told, told_scores
from train.measure.baselines import segment

STEP_FRAMES = 12
STEP_S = STEP_FRAMES * FRAME_S
SHORTEST_S = 2.0
PENALTIES = (4.0, 8.0, 16.0, 32.0, 64.0, 128.0)

Floats = npt.NDArray[np.float64]


def changes_s(ntot_sone: npt.ArrayLike, penalty: float) -> Floats:
    """Times in seconds at which the mean of a loudness curve (one value per frame) changes."""
    curve = np.asarray(ntot_sone, np.float64)
    shortest = round(SHORTEST_S / STEP_S)
    n_steps = len(curve) // STEP_FRAMES
    if n_steps < 2 * shortest:
        return np.zeros(0)
    means = curve[: n_steps * STEP_FRAMES].reshape(n_steps, STEP_FRAMES).mean(axis=1)
    values = (means - means.mean()) / max(float(means.std()), 1e-9)
    return segment(values, penalty, shortest) * STEP_S


def tune(heard: list[Heard]) -> float:
    """The penalty with the best change-point F1 on these recordings."""
    truth = [h.truth for h in heard]

    def f1(penalty: float) -> float:
        told = [Told("", None, False, changes_s(h.logits.ntot_sone, penalty)) for h in heard]
        return told_scores(truth, told).get("change_f1", 0.0)

    figures = {penalty: f1(penalty) for penalty in PENALTIES}
    print("validation:", {p: round(v, 3) for p, v in figures.items()}, file=sys.stderr)
    return max(figures, key=lambda p: figures[p])


def run(args: Namespace) -> None:
    """Choose the penalty, write what is missing."""
    model = load_model(args.model, "cpu")
    penalty = args.penalty
    if penalty is None:
        pack = Pack(args.tune)
        recordings = [r for r in pack.split("valid", args.fold) if (r.levels > 0).any()]
        if not recordings:
            raise MezzoforteError("the pack has no validation recordings with levels", where=str(args.tune))
        penalty = tune(listen(pack, recordings, model))
    system = f"PELT optimum on loudness, squared error, penalty {penalty:g}, loudness in steps of {STEP_S:g} s"
    pack, done = Pack(args.pack), 0
    for recording in pack.recordings:
        path = args.out / f"{recording.key.replace('|', '/')}.json"
        if _made_by(path, system):
            continue
        (heard,) = listen(pack, [recording], model)
        found = [round(float(t), 3) for t in changes_s(heard.logits.ntot_sone, penalty)]
        told = {"system": system, "recording": recording.key.replace("|", "/"), "changes_s": found}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, (json.dumps(told) + "\n").encode())
        done += 1
    print(f"{system}: {done} recordings done", file=sys.stderr)


def _made_by(path: Path, system: str) -> bool:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return told.get("system") == system


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="mezzoforte", help="whose front end computes the loudness")
    parser.add_argument("--fold", type=int, choices=range(5), default=0)
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--tune", type=Path, help="pack whose validation pieces choose the penalty")
    chosen.add_argument("--penalty", type=float)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
