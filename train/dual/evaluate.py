"""What a network trained with notes says on a pack: `python -m train.dual.evaluate RUN/last.pt --pack PACK.h5 …`.

Levels and change points at the true beats, scored as in `train.measure.evaluate`: first the most probable level per
beat and the change logits over one threshold, both as they come, then decoded over the whole recording. The decoding
options, and the threshold, are those that do best on the pack's validation recordings.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from runtime.decode.levels import beat_evidence, change_evidence
from runtime.decode.options import DecodeOptions
from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.write.atomic import write_bytes
from train.data.labels.values import BeatLabels, LevelPrediction
from train.dual.data import DualReader
from train.dual.fit import dual_config
from train.dual.network import DualNet
from train.fitting.checkpoints import load_checkpoint
from train.fitting.command import start
from train.fitting.config import from_dict
from train.frames.predict import RULES
from train.frames.segments import Pack, Recording
from train.levels.cv import Heard, figures, mean_figure
from train.levels.data import Curve
from train.levels.fit import LEVEL_GRID
from train.measure.metrics import change_point_counts, dynamics_scores
from train.measure.tune import search

THRESHOLDS = tuple(np.round(np.arange(-3.0, 3.01, 0.25), 2))


def load_dual(path: Path) -> tuple[DualNet, dict[str, Any]]:
    """The averaged network of a checkpoint, in evaluation mode, and everything it says. Raises `MezzoforteError`."""
    state = load_checkpoint(path)
    network = DualNet(dual_config(from_dict(state["config"], str(path))))
    network.load_state_dict(state["average"])
    return network.eval(), state


def hear(network: DualNet, reader: DualReader, recording: Recording) -> Heard:
    """Levels and changes at the true beats: the mean of all segments that a frame lies in."""
    rate = reader.rate
    length = rate.n_frames(round(recording.n_samples / SAMPLE_RATE_HZ * rate.sample_rate_hz))
    sums, count = np.zeros((length, 6)), np.zeros((length, 1))
    starts = reader.starts_s(recording)
    end_s = length * rate.frame_s - reader.segment_s
    for start_s in [*starts, *([end_s] if end_s > starts[-1] else [])]:
        segment = reader.read(recording, start_s)
        with torch.no_grad():
            out = network(torch.from_numpy(segment.samples)[None], torch.from_numpy(segment.velocities)[None])
        rows = torch.cat([out["dynamics"][0, :, 1:], out["change"][0][:, None]], dim=1).double().numpy()
        first = round(start_s / rate.frame_s)
        rows = rows[: length - first]
        sums[first : first + len(rows)] += rows
        count[first : first + len(rows)] += 1
    logits = sums / np.maximum(count, 1)
    frames = recording.beats_s / rate.frame_s
    truth = BeatLabels(recording.beats_s, recording.beat_in_bar, recording.levels)
    curve = Curve(recording.key, recording.corpus, recording.piece_id, recording.instrument, np.empty(0), truth)
    return Heard(curve, beat_evidence(logits[:, :5], frames), change_evidence(logits[:, 5], frames))


def plain(heard: Sequence[Heard], threshold: float) -> list[LevelPrediction]:
    """The most probable level of every beat; a change where the logit is a peak at or over the threshold."""
    out = []
    for h in heard:
        before, after = (np.concatenate(x) for x in (([-np.inf], h.change[:-1]), (h.change[1:], [-np.inf])))
        peak = (h.change >= before) & (h.change > after) & (h.change >= threshold)
        peak[0] = False
        out.append(LevelPrediction((h.log_p.argmax(axis=1) + 1).astype(np.int8), np.flatnonzero(peak)))
    return out


def scores(truth: Sequence[BeatLabels], predicted: Sequence[LevelPrediction]) -> dict[str, float]:
    """Macro-F1, weighted F1, share within one level, F1 of change points."""
    levels, changes = dynamics_scores(truth, predicted), change_point_counts(truth, predicted)
    return {"macro_f1": levels.macro_f1, "weighted_f1": levels.weighted_f1, "within_one": levels.within_one,
            "change_f1": changes.f1}  # fmt: skip


def best_threshold(heard: Sequence[Heard]) -> float:
    """The threshold with the best F1 of change points."""
    truth = [h.curve.truth for h in heard]
    return max(THRESHOLDS, key=lambda t: change_point_counts(truth, plain(heard, t)).f1)


def evaluate(valid: Sequence[Heard], test: Sequence[Heard]) -> dict[str, Any]:
    """Figures by corpus, with what was chosen on the validation recordings."""
    threshold = best_threshold(valid)
    corpora = [[h for h in valid if h.curve.corpus == c] for c in sorted({h.curve.corpus for h in valid})]
    options, _ = search(lambda o: mean_figure(corpora, o), DecodeOptions(level_balance=0.3), LEVEL_GRID)
    result: dict[str, Any] = {"change_threshold": threshold, **{k: getattr(options, k) for k in LEVEL_GRID}}
    for corpus in sorted({h.curve.corpus for h in test}):
        some = [h for h in test if h.curve.corpus == corpus]
        truth = [h.curve.truth for h in some]
        rules = {
            name: scores(truth, [rule(t, float(t.beats_s[-1])).levels_at_truth for t in truth])
            for name, rule in RULES.items()
        }
        result[corpus] = {
            "recordings": len(some), "pieces": len({h.curve.piece_id for h in some}),
            "plain": scores(truth, plain(some, threshold)), "decoded": figures(some, options), **rules,
        }  # fmt: skip
    return result


def chosen(recordings: Sequence[Recording], per_piece: int | None) -> list[Recording]:
    """Recordings with a level, at most so many of a piece."""
    seen: Counter[str] = Counter()
    out = []
    for r in recordings:
        if (r.levels > 0).any():
            seen[r.piece_id] += 1
            out += [r] if per_piece is None or seen[r.piece_id] <= per_piece else []
    return out


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train.dual.evaluate", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--pack", type=Path, required=True, help="the pack whose recordings are scored")
    parser.add_argument("--valid", type=Path, help="the pack that chooses the options (default: the same)")
    parser.add_argument("--split", choices=("valid", "test"), default="test")
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--per-piece", type=int, help="at most so many recordings of a piece")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser


def run(args: argparse.Namespace) -> int:
    """Listen, choose, score; figures as JSON on stdout."""
    torch.set_num_threads(args.threads)
    network, state = load_dual(args.checkpoint)
    config = from_dict(state["config"])
    heard = {}
    for split, path in (("valid", args.valid or args.pack), (args.split, args.pack)):
        pack = Pack(path)
        reader = DualReader(pack, dual_config(config), config.segment_s)
        recordings = chosen(pack.split(split, args.fold), args.per_piece)
        if not recordings:
            raise MezzoforteError(f"the pack has no {split} recordings with levels", where=str(path))
        print(f"{len(recordings)} {split} recordings", file=sys.stderr)
        heard[split] = [hear(network, reader, r) for r in recordings]
    result = {"preset": config.name, "step": state["step"], **evaluate(heard["valid"], heard[args.split])}
    text = json.dumps(result, indent=1) + "\n"
    print(text, end="")
    if args.json:
        write_bytes(args.json, text.encode())
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
