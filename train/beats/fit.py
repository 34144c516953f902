"""Train the stage for beats over the peaks of a frame network: `python -m train.beats --model CARD --pack PACK …`.

Networks that saw no piece of a group answer for it; on those answers (one recording of a piece) probabilities are
calibrated and the decoding options of beats and bars chosen, so no validation piece is needed. Then the networks that
ship are trained on all training pieces. `python -m export.beats RUN --model CARD` puts the result into the model. It
belongs to the frame network it was trained on.
"""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, replace
from pathlib import Path

import torch

from runtime.decode.options import DecodeOptions
from runtime.errors import MezzoforteError, say
from runtime.model import load_model
from train.beats.data import Peaks, choose, hear, peaks_of
from train.beats.train import BeatFitConfig, cross_answers, train_network
from train.fitting.command import Command
from train.fitting.optimise import save_beside
from train.frames.predict import Heard
from train.frames.segments import Pack, pack_sources
from train.measure.tune import BEAT_OPTIONS, beat_and_bar_figures, tune_beats
from train.sources import add_data_option, of_card, taken, union


def one_per_piece(heard: list[Heard], most: int) -> list[Heard]:
    """The first recording of each piece, of at most `most` pieces, those whose hashed names come first."""
    first: dict[str, Heard] = {}
    for h in heard:
        first.setdefault(h.recording.piece_id, h)
    drawn = sorted(first, key=lambda piece: hashlib.sha256(piece.encode()).hexdigest())[:most]
    return [first[piece] for piece in drawn]


def identity_of(examples: list[Peaks], config: BeatFitConfig, sha256: str) -> str:
    """SHA-256 of the configuration, the frame network and the recordings."""
    names = [f"{e.heard.recording.key} {e.heard.recording.instrument} {len(e.features)}" for e in examples]
    return hashlib.sha256(json.dumps([asdict(config), sha256, names]).encode()).hexdigest()


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--model", required=True, help="name of a shipped model or path of a card: the frame network")
    parser.add_argument("--pack", type=Path, required=True, help="renders of training pieces")
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold whose pieces are left out")
    add_data_option(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--cache", type=Path, required=True, help="folder for frame logits")
    parser.add_argument("--per-piece", type=int, default=4)
    parser.add_argument("--longest-s", type=float, default=120.0, help="the beginning that is heard")
    parser.add_argument("--tuned-on", type=int, default=1000, help="choose options on so many pieces at most")
    parser.add_argument("--networks", type=int, default=3, help="how many networks answer together")
    parser.add_argument("--steps", type=int, default=BeatFitConfig.steps)
    parser.add_argument("--threads", type=int, default=1)


def run(args: Namespace) -> None:
    """Train, tune, write `beats.pt` into the run's folder; figures as JSON on stdout."""
    torch.set_num_threads(args.threads)
    model, pack, config = load_model(args.model, "cpu"), Pack(args.pack), BeatFitConfig(steps=args.steps)
    recordings = choose(pack.split("train", args.fold), args.per_piece)
    if not recordings:
        raise MezzoforteError("the pack has no training recordings", where=str(args.pack))
    sources = taken(union(pack_sources(recordings), of_card(model.card)), args.data)
    heard = hear(pack, recordings, model, args.longest_s, args.cache)
    examples = [e for e in map(peaks_of, heard) if e is not None]
    args.out.mkdir(parents=True, exist_ok=True)
    answered = cross_answers(examples, config, range(1))
    before = one_per_piece([e.heard for e in examples], args.tuned_on)
    keys = {h.recording.key for h in before}
    after = [h for h in answered if h.recording.key in keys]
    old = DecodeOptions.of(model.card.thresholds)
    say(f"choosing options on {len(after)} recordings")
    options = tune_beats(after, replace(DecodeOptions(), candidate_threshold=old.candidate_threshold))[0]
    scores = {
        f"{corpus}, {name}": row
        for name, heard, with_options in (("without the stage", before, old), ("with it, out of group", after, options))
        for corpus, row in beat_and_bar_figures(heard, with_options).items()
    }
    print(json.dumps(scores, indent=1))
    networks = []
    for seed in range(args.networks):
        networks.append(train_network(examples, config, seed))
        say(f"network {len(networks)} of {args.networks}")
    checkpoint = {
        "config": asdict(config), "networks": [n.state_dict() for n in networks], "fold": args.fold,
        "options": {name: round(getattr(options, name), 5) for name in BEAT_OPTIONS}, "scores": scores,
        "identity": identity_of(examples, config, model.card.sha256), "frames_sha256": model.card.sha256,
        "pieces": len({e.piece_id for e in examples}), "recordings": len(examples),
        "corpora": sorted({e.heard.recording.corpus for e in examples}), "sources": list(sources),
    }  # fmt: skip
    save_beside(checkpoint, args.out / "beats.pt")


main = Command(add_options, run)
