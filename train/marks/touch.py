"""Fit how hard a beat was struck to what is heard: `python -m train.marks.touch --asap ASAP --renders DIR --work DIR`.

Renders of training pieces on training pianos, whose velocities are known, are heard with a model and a transcriber; the
mean velocity of the notes of every played beat is regressed on `runtime.dynamics.touch.features`, all within
recordings. One rule for each thing that may be known beside the loudness: score and notes, score, notes, nothing. The
table that is printed has the correlation per recording, with and without each part.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.decode.dynamics import beat_features
from runtime.decode.on_beats import SoundEvidence
from runtime.dynamics.touch import FEATURES, RULES, BeatNotes, known_touch
from runtime.marks.heard import PlayedBeats, played_beats, played_features
from runtime.marks.struck import struck
from runtime.write.atomic import write_bytes
from train.data.splits import split_of
from train.fitting.command import Command
from train.fitting.provenance import commit
from train.marks import takes
from train.marks.hear import Listener
from train.marks.takes import Take
from train.sources import PIANO_LOUDNESS, rights_of, taken, union

Floats = npt.NDArray[np.float64]

PARTS: dict[str, tuple[str, ...]] = {
    "score": ("heard_mean", "heard_loudest", "loudness", "over_even", "pitch", "many", "unheard"),
    "page": ("loudness", "over_even", "pitch", "many"),
    "notes": ("heard_mean", "heard_loudest", "loudness", "over_even", "many"),
    "sound": ("loudness",),
}
_RIDGE = 1.0
_CUT_S = 1.0
"""So long before the last note that is heard, a render that was cut still holds all that was played."""


@dataclass(frozen=True)
class Row:
    """One recording: features [m, F] of its beats, notes heard in each, and true velocity [m] (NaN: nothing struck)."""

    piece: str
    split: str
    values: Floats
    n_heard: npt.NDArray[np.int64]
    velocity: Floats


def rows(renders: Iterable[tuple[Take, Path]], listener: Listener) -> Iterator[dict[str, Row]]:
    """For every render of a performance whose score fits, what is known of it in each setting."""
    for take, path in renders:
        evidence = listener.hear(path)
        beats = played_beats(take.blank, take.alignment)
        velocity = true_velocity(take, beats, cut_s(evidence))
        known = {
            "score": played_features(take.blank, take.alignment, evidence, beats)[1:3],
            "page": played_features(take.blank, take.alignment, replace(evidence, notes=None), beats)[1:3],
            "notes": beat_features(beats.time_s, evidence)[1:3],
            "sound": beat_features(beats.time_s, replace(evidence, notes=None))[1:3],
        }
        split = split_of(take.piece_id, 0)
        yield {name: Row(take.piece_id, split, *told, velocity) for name, told in known.items()}


def cut_s(evidence: SoundEvidence) -> float:
    """Until when a render, which may be cut, holds all that was played."""
    assert evidence.notes is not None
    return float(evidence.notes.onset_s.max()) - _CUT_S


def true_velocity(take: Take, beats: PlayedBeats, until_s: float) -> Floats:
    """Mean velocity of the notes of each played beat [m]; NaN where nothing is struck, and after `until_s`."""
    played = take.played()
    onset_s, velocity = played["onset_s"].astype(np.float64), played["velocity"].astype(np.float64)
    true = struck(take.blank, take.alignment, onset_s, played["pitch"].astype(np.int64), velocity)
    mean = known_touch(BeatNotes(beats.beat_of(true), true.velocity, true.velocity), len(beats.time_s)).velocity
    return np.where(beats.time_s <= until_s, mean, np.nan)


def _fits(row: Row) -> bool:
    """Whether the score's notes and the sound go together; where they do not, the annotation is wrong."""
    x, y = centred(row, ("heard_mean", "loudness"))
    return bool(x[:, 0] @ y > 0.3 * np.linalg.norm(x[:, 0]) * np.linalg.norm(y)) and bool(x[:, 1] @ y > 0)


def centred(row: Row, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Features and velocity of struck beats, less their means in the recording; what is missing is the mean."""
    known = np.isfinite(row.velocity)
    x = row.values[known][:, [FEATURES.index(n) for n in names]]
    with np.errstate(invalid="ignore"):
        x = np.nan_to_num(x - np.nanmean(x, axis=0))
    return x, row.velocity[known] - row.velocity[known].mean()


def fitted(data: list[Row], names: tuple[str, ...]) -> dict[str, object]:
    """Weights by ridge regression, recordings counting alike, and the variance that is left by notes heard."""
    parts = [(*centred(r, names), np.sqrt(1 / np.isfinite(r.velocity).sum())) for r in data]
    x = np.vstack([a * w for a, _, w in parts])
    y = np.concatenate([b * w for _, b, w in parts])
    weights = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ y)
    left = np.concatenate([(b - a @ weights) ** 2 for a, b, _ in parts])
    many = np.concatenate([1 / np.maximum(r.n_heard[np.isfinite(r.velocity)], 0.5) for r in data])
    slope, floor = np.linalg.lstsq(np.stack([many, np.ones_like(many)], axis=1), left, rcond=None)[0]
    return {
        "weights": dict(zip(names, (round(float(w), 4) for w in weights), strict=True)),
        "variance": round(max(0.0, float(slope)), 2), "variance_floor": round(max(1.0, float(floor)), 2),
    }  # fmt: skip


def correlations(data: list[Row], names: tuple[str, ...]) -> list[float]:
    """R per recording when the others are fitted on, by piece."""
    out = []
    for piece in sorted({r.piece for r in data}):
        rest = fitted([r for r in data if r.piece != piece], names)["weights"]
        assert isinstance(rest, dict)
        for r in (r for r in data if r.piece == piece):
            x, y = centred(r, names)
            out.append(float(np.corrcoef(x @ np.array(list(rest.values())), y)[0, 1]))
    return out


def add_options(parser: argparse.ArgumentParser) -> None:
    takes.add_options(parser)
    Listener.add_options(parser)
    parser.add_argument("--out", type=Path, default=RULES)


def run(args: argparse.Namespace) -> None:
    """Fit, print the table, write the rules."""
    listener = Listener.with_folder(args.work, args.model, args.transcriber_path)
    renders = list(takes.rendered(args))
    sources = taken(union(listener.sources, [PIANO_LOUDNESS], *(s for _, _, s in renders)), args.data)
    heard = rows(((take, path) for take, path, _ in renders), listener)
    data = [r for r in heard if r["score"].split != "test" and _fits(r["score"])]
    rules = {}
    print("| known | parts | R per recording, mean | least |\n|---|---|---:|---:|")
    for setting, names in PARTS.items():
        of = [r[setting] for r in data]
        fewer = [tuple(n for n in names if n != left) for left in names if len(names) > 1]
        for some in (names, *fewer):
            r = correlations(of, some)
            told = "all" if some == names else f"without {(set(names) - set(some)).pop()}"
            print(f"| {setting} | {told} | {np.mean(r):.3f} | {min(r):.3f} |")
        rules[setting] = fitted(of, names)
    before = json.loads(args.out.read_text(encoding="utf-8")) if args.out.is_file() else {}
    pieces = sorted({r["score"].piece for r in data})
    told = before | {"rules": rules, "recordings": len(data), "pieces": pieces, "commit": commit(),
                     **rights_of(sources)}  # fmt: skip
    text = json.dumps(told, indent=1)
    write_bytes(args.out, (text + "\n").encode())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
