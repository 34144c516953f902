"""Calibrate beats by notes alone: `python -m train.onsets.alone --model CARD --played NOTES.h5 --fold 0`.

For the MIDI of a performance without a recording. Performances of the validation pieces (`train.onsets.played`), as
they were played, are put before the onset stage; how much its logits count is fitted by logistic regression, pieces
counting alike, and how sure beats must be to come without a warning as in `train.onsets.tune`. The card gets both.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runtime.decode import DecodeOptions
from runtime.decode.bars import downbeat_probability, find_bars
from runtime.decode.beats import track_beats
from runtime.errors import MezzoforteError
from runtime.frames import FRAMES_PER_S, frames_to_s
from runtime.model import Model, find_card, load_model
from runtime.network.card import NOTES_ALONE
from runtime.network.logits import FrameLogits
from runtime.notes.onsets import Onsets, onsets_of
from runtime.stages.onsets import Mix, mixed
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.measure.metrics import track_scores
from train.measure.tune import fit_weights
from train.onsets.data import Targets, targets_of
from train.onsets.played import Played, read_played
from train.onsets.tune import calibrated
from train.sources import add_data_option, chosen_on, crediting, union

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Told:
    """One performance, its onsets, what the stage says of them (beat and downbeat logits), and the truth."""

    played: Played
    onsets: Onsets
    logits: tuple[Floats, Floats]
    truth: Targets

    def frames(self, mix: Mix) -> FrameLogits:
        """What decoding is given."""
        n = 1 + int(self.played.notes["offset_s"].max() * FRAMES_PER_S)
        nothing = np.zeros(n, np.float32)
        silent = FrameLogits(nothing, nothing, nothing, np.zeros((n, 5), np.float32), nothing)
        return mixed(silent, self.onsets, self.logits, mix)


def tell(performances: Sequence[Played], model: Model) -> list[Told]:
    """What the onset stage says of each. Raises `MezzoforteError` when there is none."""
    if model.onsets is None:
        raise MezzoforteError("the model has no onset stage", advice="Put one in with export.onsets")
    out = []
    for p in tqdm(performances, desc="performances", unit="performance"):
        notes = [p.notes[name].astype(np.float64) for name in ("onset_s", "pitch", "velocity")]
        onsets = onsets_of(notes[0], notes[1].astype(np.int64), notes[2])
        out.append(Told(p, onsets, model.onsets.run(onsets), targets_of(onsets, p.beats_s, p.beat_in_bar)))
    return out


def fit_alone(told: Sequence[Told]) -> Mix:
    """The mix without sound whose logits are those of the share of beats, and of downbeats among beats."""
    many = Counter(t.played.piece_id for t in told)
    scale: dict[str, Floats] = {}
    for k, name in enumerate(("beat", "downbeat")):
        x, y = [], []
        for t in told:
            scored = t.truth.inside if name == "beat" else t.truth.beat & t.truth.has_bar
            every = many[t.played.piece_id]  # of a piece that many played, so much less of each
            x.append(np.column_stack([t.logits[k], np.ones(len(scored))])[scored][::every])
            y.append(getattr(t.truth, name)[scored][::every])
        scale[name] = fit_weights(np.concatenate(x), np.concatenate(y), np.array([1.0, 0.0]))
    beat, downbeat = ([round(float(w), 4) for w in scale[name]] for name in ("beat", "downbeat"))
    return Mix(beat[0], 0.0, beat[1], downbeat[0], 0.0, downbeat[1])


@dataclass(frozen=True)
class Figure:
    """Of one performance: F-measures of beats and downbeats, and the mean confidence of its beats."""

    piece: str
    beat_f: float
    downbeat_f: float


def figures(told: Sequence[Told], mix: Mix, options: DecodeOptions) -> list[Figure]:
    """How beats by notes alone compare with the truth."""
    out = []
    for t in told:
        logits = t.frames(mix)
        path = track_beats(logits.beat, logits.downbeat, options)
        beats_s = frames_to_s(path.frames)
        bars = find_bars(downbeat_probability(logits.downbeat, path.frames, options), options)
        p = t.played
        beat = track_scores(p.beats_s, beats_s)
        downbeat = track_scores(p.beats_s[p.beat_in_bar == 1], beats_s[bars.position == 1])
        out.append(Figure(p.piece_id, *(s[0] if s else float("nan") for s in (beat, downbeat))))
    return out


def by_piece(of: Sequence[Figure]) -> dict[str, float]:
    """Means over pieces of the means over their performances."""
    pieces = sorted({f.piece for f in of})
    return {
        name: round(float(np.nanmean([np.nanmean([getattr(f, name) for f in of if f.piece == p]) for p in pieces])), 4)
        for name in ("beat_f", "downbeat_f")
    } | {"performances": len(of), "pieces": len(pieces)}


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", required=True, help="name of a shipped model or path of a card; it is rewritten")
    parser.add_argument("--played", type=Path, required=True, help="file of train.onsets.played")
    add_data_option(parser)
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold of the model")
    parser.add_argument("--test", action="store_true", help="fit nothing: tell the figures of the test pieces")


def run(args: Namespace) -> None:
    """Fit, write the card, print figures; or print those of the test pieces."""
    card_path = find_card(args.model)
    model = load_model(card_path, "cpu")
    performances = read_played(args.played, "test" if args.test else "valid", args.fold)
    if not performances:
        raise MezzoforteError("there are no such performances", where=str(args.played))
    sources = () if args.test else chosen_on(model.card, union(*(p.sources for p in performances)), args.data)
    told = tell(performances, model)
    options = calibrated(DecodeOptions.of(model.card.knowing_notes().thresholds))
    options = replace(options, beat_delay_s=0.0)
    mix = Mix.of(model.card.of_notes_alone().thresholds, str(card_path)) if args.test else fit_alone(told)
    of = figures(told, mix, options)
    out: dict[str, object] = {}
    for corpus in sorted({p.corpus for p in performances}):
        out[corpus] = by_piece([f for f, p in zip(of, performances, strict=True) if p.corpus == corpus])
    print(json.dumps(out | {"mix": asdict(mix)}, indent=1))
    if args.test:
        return
    thresholds = {f"{NOTES_ALONE}onsets_{name}": value for name, value in asdict(mix).items()}
    thresholds |= {NOTES_ALONE + "beat_delay_s": 0.0}
    card = crediting(replace(model.card, thresholds={**model.card.thresholds, **thresholds}), sources)
    write_bytes(card_path, card.to_json().encode())
    print(f"written: {card_path}", file=sys.stderr)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
