"""Weigh notes against sound in the onset stage: `python -m train.onsets.tune --model CARD --pack VALID.h5 … --fold 0`.

The notes are those that the shipped transcriber, or another one of ours, hears in the validation recordings; each pack
counts alike. Weights and calibration are fitted by logistic regression on onsets (beats) and on beats (downbeats), and
the beats' delay is their median error; other options stay those of the model without notes. The card gets the result
and loses its test figures with notes; figures before (sound alone) and after go to stdout as JSON.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runtime.decode import DecodeOptions
from runtime.decode.rounds import knowing_notes
from runtime.errors import MezzoforteError
from runtime.model import Model, find_card, load_model
from runtime.network.card import KNOWING_NOTES
from runtime.notes.onsets import Onsets, onsets_of
from runtime.notes.played import PlayedNotes
from runtime.stages.onsets import Mix, heard_at, mixed
from runtime.transcribe.own import OwnTranscriber
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.frames.hear import transcriber_of
from train.frames.kept import frames_of, notes_of
from train.frames.predict import Heard, labels_of
from train.frames.segments import Pack, Recording, pack_sources
from train.measure.evaluate import without_notes
from train.measure.tune import beat_and_bar_figures, calibrate_delay, fit_weights
from train.onsets.data import Targets, targets_of
from train.sources import add_data_option, chosen_on, crediting, of_card, union

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Told:
    """One recording: what the sound says, its onsets and what the notes say of them (beat and downbeat logits)."""

    heard: Heard
    onsets: Onsets
    notes: tuple[Floats, Floats]
    played: PlayedNotes

    def mixed(self, mix: Mix) -> Heard:
        """What both say together."""
        return replace(self.heard, logits=mixed(self.heard.logits, self.onsets, self.notes, mix))

    def in_rounds(self, model: Model, options: DecodeOptions) -> Heard:
        """What both say in the end (`runtime.decode.rounds`)."""
        return replace(self.heard, logits=knowing_notes(self.heard.logits, model, self.played, options=options))


def tell(
    pack: Pack, recordings: Sequence[Recording], model: Model, transcriber: OwnTranscriber, kept: Path | None = None
) -> list[Told]:
    """What sound and notes say of each recording. Raises `MezzoforteError` when the model has no onset stage."""
    if model.onsets is None:
        raise MezzoforteError("the model has no onset stage", advice="Put one in with export.onsets")
    told = []
    for r in tqdm(recordings, desc="listening", unit="recording"):
        samples = pack.samples(r, 0, r.n_samples)
        heard = Heard(r, labels_of(r), model.refined(frames_of(samples, model, kept)))
        notes = notes_of(samples, transcriber, kept)
        onsets = onsets_of(notes.onset_s, notes.pitch, notes.velocity.astype(np.float64))
        told.append(Told(heard, onsets, model.onsets.run(onsets), notes))
    return told


def fit_mix(*packs: Sequence[Told]) -> Mix:
    """Weights under which the mixed logits are those of the share of beats, and of downbeats among beats; every pack
    counts alike, however many onsets are in it."""
    rows: dict[str, list[tuple[Floats, npt.NDArray[np.bool_], int]]] = {"beat": [], "downbeat": []}
    for k_pack, t in ((k, t) for k, told in enumerate(packs) for t in told):
        truth = targets_of(t.onsets, t.heard.truth.beats_s, t.heard.truth.beat_in_bar)
        sound = heard_at(t.heard.logits, t.onsets)
        for k, (name, scored) in enumerate((("beat", truth.inside), ("downbeat", _in_bars(truth)))):
            x = np.column_stack([t.notes[k], sound[k], np.ones(len(sound[k]))])
            rows[name].append((x[scored], getattr(truth, name)[scored], k_pack))
    beat, downbeat = (_fitted(r, len(packs)) for r in rows.values())
    return Mix(*(round(float(w), 4) for w in (*beat, *downbeat)))


def _fitted(rows: Sequence[tuple[Floats, npt.NDArray[np.bool_], int]], n_packs: int) -> Floats:
    """Weights of notes, sound and one, of rows that know their pack."""
    x, y = np.concatenate([x for x, _, _ in rows]), np.concatenate([y for _, y, _ in rows])
    pack = np.concatenate([np.full(len(y), k) for _, y, k in rows])
    each = np.bincount(pack, minlength=n_packs)
    return fit_weights(x, y, np.array([0.5, 0.5, 0.0]), counts=(len(y) / n_packs / each)[pack])


def _in_bars(truth: Targets) -> npt.NDArray[np.bool_]:
    return np.asarray(truth.beat & truth.has_bar)


def calibrated(options: DecodeOptions) -> DecodeOptions:
    """Options for logits that are calibrated already."""
    return replace(options, beat_scale=1.0, beat_offset=0.0, downbeat_scale=1.0, downbeat_offset=0.0)


CALIBRATION = ("beat_scale", "beat_offset", "downbeat_scale", "downbeat_offset", "beat_delay_s")
"""The decoding options that differ where notes are known."""


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", required=True, help="name of a shipped model or path of a card; it is rewritten")
    parser.add_argument(
        "--pack", type=Path, nargs="+", required=True, help="recordings of validation pieces; each file counts alike"
    )
    add_data_option(parser)
    parser.add_argument(
        "--transcriber-path", type=Path, help="card of the transcriber that hears the notes (default: that of the set)"
    )
    parser.add_argument("--kept", type=Path, help="folder for what was heard, so that the next fit need not listen")
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold of the model")


def run(args: Namespace) -> None:
    """Fit, write the card, print figures."""
    card_path = find_card(args.model)
    model = load_model(card_path, "cpu")
    packs = [_validation(path, args.fold) for path in args.pack]
    transcriber = transcriber_of(model, args.transcriber_path)
    recorded = (pack_sources(recordings) for _, recordings in packs)
    sources = chosen_on(model.card, union(*recorded, of_card(transcriber.card)), args.data)
    told_of = [tell(pack, recordings, model, transcriber, args.kept) for pack, recordings in packs]
    told = [t for of_pack in told_of for t in of_pack]
    before, mix = DecodeOptions.of(model.card.thresholds), fit_mix(*told_of)
    assert model.onsets is not None
    once, options = [t.mixed(mix) for t in told], calibrated(before)
    model = replace(model, onsets=replace(model.onsets, mix=mix))
    after = [t.in_rounds(model, options) for t in told]
    options = calibrate_delay(after, options)
    thresholds = {f"onsets_{name}": value for name, value in asdict(mix).items()}
    thresholds |= {KNOWING_NOTES + name: getattr(options, name) for name in CALIBRATION}
    metrics = without_notes(model.card.metrics)
    thresholds = {**model.card.thresholds, **thresholds}
    card = crediting(replace(model.card, thresholds=thresholds, metrics=metrics), sources)
    write_bytes(card_path, card.to_json().encode())
    print(json.dumps({
        "sound alone": beat_and_bar_figures([t.heard for t in told], before),
        "with notes, one round": beat_and_bar_figures(once, calibrated(before)),
        "with notes": beat_and_bar_figures(after, options),
        "mix": asdict(mix), "delay_s": options.beat_delay_s,
    }, indent=1))  # fmt: skip
    print(f"written: {card_path}", file=sys.stderr)


def _validation(path: Path, fold: int | None) -> tuple[Pack, list[Recording]]:
    pack = Pack(path)
    recordings = pack.split("valid", fold)
    if not recordings:
        raise MezzoforteError("the pack has no validation recordings", where=str(path))
    return pack, recordings


main = Command(add_options, run)

if __name__ == "__main__":
    main()
