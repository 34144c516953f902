"""Choose how beats from notes are used: `python -m train.tune_pulse --model CARD --pack VALID.h5 --cache DIR`.

The validation recordings are transcribed with our own transcriber; then the weight of the beats found in the notes and
the decoding options that go with it are chosen as `train.tune` does, for the mean of beat and downbeat F, corpora
alike. They go into the card as ``pulse_…``. Test pieces are not read.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path

from runtime.card import PULSE
from runtime.decode import DecodeOptions
from runtime.errors import MezzoforteError
from runtime.model import Model, find_card, load_model
from runtime.notes import PlayedNotes
from runtime.pulse_stage import with_notes
from runtime.transcribe import Setting, load
from runtime.write.atomic import write_bytes
from train.command import start
from train.predict import Heard, listen
from train.segments import Pack
from train.transcripts import transcript
from train.tune import BAR_GRID, BEAT_GRID, bar_objective, beat_objective, calibrate, calibrate_delay, search

WEIGHTS = (0.0, 0.3, 0.5, 0.7, 0.85, 1.0)
OPTIONS = (*BEAT_GRID, *BAR_GRID, "beat_scale", "beat_offset", "downbeat_scale", "downbeat_offset", "beat_delay_s")


def choose(mixed: dict[float, list[Heard]], options: DecodeOptions) -> tuple[float, DecodeOptions, dict[float, float]]:
    """The weight and options with the best mean of beat and downbeat F, and the figure of every weight."""
    found: dict[float, tuple[float, DecodeOptions]] = {}
    for weight, members in mixed.items():
        tuned = calibrate_delay(members, calibrate(members, options))
        tuned, _ = search(lambda o, m=members: beat_objective(m, o), tuned, BEAT_GRID)
        tuned, score = search(lambda o, m=members: bar_objective(m, o), tuned, BAR_GRID)
        found[weight] = score, tuned
    best = max(found, key=lambda w: found[w][0])
    return best, found[best][1], {w: score for w, (score, _) in found.items()}


def mix(heard: list[Heard], model: Model, notes: list[PlayedNotes], weight: float) -> list[Heard]:
    """What was heard with beats from notes mixed in at this weight."""
    assert model.pulse is not None
    return [replace(h, logits=with_notes(h.logits, n, model.pulse, weight)) for h, n in zip(heard, notes, strict=True)]


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train.tune_pulse", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--model", required=True, help="path of the card to tune; it is rewritten")
    parser.add_argument("--transcriber", type=Path, help="card of our own transcriber (default: the shipped one)")
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--cache", type=Path, required=True, help="folder for transcriptions")
    return parser


def run(args: argparse.Namespace) -> int:
    """Tune on the validation pieces of the pack and rewrite the card."""
    model, pack = load_model(args.model, "cpu"), Pack(args.pack)
    if model.pulse is None:
        raise MezzoforteError("the model has no network for beats from notes", advice="Run export.pulse on its card")
    recordings = pack.split("valid", args.fold)
    if not recordings:
        raise MezzoforteError("the pack has no validation recordings", where=str(args.pack))
    transcriber = load("own", Setting(args.transcriber, "cpu"))
    heard = listen(pack, recordings, model)
    notes = [transcript(pack, h.recording, transcriber, args.cache) for h in heard]
    mixed = {w: mix(heard, model, notes, w) for w in WEIGHTS}
    weight, options, scores = choose(mixed, DecodeOptions.of(model.card.thresholds))
    chosen = {f"{PULSE}{k}": round(v, 5) for k, v in asdict(options).items() if k in OPTIONS}
    thresholds = {**model.card.thresholds, **chosen, f"{PULSE}weight": weight}
    write_bytes(find_card(args.model), replace(model.card, thresholds=thresholds).to_json().encode())
    print(f"{len(recordings)} validation recordings, mean of beat and downbeat F by weight of the notes:")
    for w, score in scores.items():
        print(f"  {w:.2f}  {score:.3f}" + ("  chosen" if w == weight else ""))
    for name, value in chosen.items():
        print(f"  {name} = {value:g}")
    return 0


def main() -> None:
    start(build_parser(), run)


if __name__ == "__main__":
    main()
