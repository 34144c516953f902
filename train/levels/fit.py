"""Train the second stage (levels and change points per beat): `python -m train.levels --out RUN …`.

Loudness curves come from packed renders and, by emulation, from every labelled performance MIDI. Networks that saw
no piece of a group answer for it; on those answers the options of decoding are chosen.
Then the networks that ship are trained on everything that is no test piece. A stopped run goes on where it was.
`python -m export.levels RUN --model CARD` puts the result into a model.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from runtime.errors import MezzoforteError, say
from runtime.piano.table import load_piano
from runtime.write.atomic import write_bytes
from train.data.corpora.asap import read_asap
from train.data.corpora.mazurka_resynth import read_resynth
from train.data.corpora.performed import read_performed
from train.data.items import Item
from train.data.splits import split_of
from train.fitting.command import Command
from train.fitting.optimise import save_beside
from train.frames.segments import Pack
from train.levels.cv import Heard, cross_hear, figures, mean_figure
from train.levels.data import Curve, choose, curves_of_items, curves_of_pack
from train.levels.decode import LevelOptions
from train.levels.train import Example, LevelFitConfig, example, train_network
from train.measure.tune import search
from train.sources import add_data_option, taken, union

LEVEL_GRID = {
    "evidence": (0.5, 0.8, 1.2),
    "change_cost": (-4.0, -2.0, 0.0),
    "change_weight": (4.0, 6.0, 9.0),
    "balance": (0.15, 0.3, 0.45),
}


def gather_items(args: Namespace) -> list[Item]:
    """Performances to emulate, as read from the data sets or, the second time, from `items.pkl` in the cache."""
    path = args.cache / "items.pkl"
    if path.is_file():
        say(f"performances as listed in {path}")
        items: list[Item] = pickle.loads(path.read_bytes())
    else:
        items = []
        wanted = (
            (read_asap, args.asap, args.asap_per_piece),
            (read_resynth, args.mazurkas, args.mazurkas_per_piece),
            (read_performed, args.performed, 1),
        )
        for read, folder, per_piece in wanted:
            if folder:
                items += choose([i for i in read(folder).items if i.attributes.get("tier") != "C"], per_piece)
        args.cache.mkdir(parents=True, exist_ok=True)
        write_bytes(path, pickle.dumps(items))
    return [i for i in items if split_of(i.piece_id, args.fold) != "test"]


def gather(args: Namespace) -> list[Curve]:
    """Every curve of pieces that are not test pieces of the fold; what is there already is not computed again."""
    items, curves = gather_items(args), []
    for curve in curves_of_items(items, load_piano(), args.cache, notes=args.notes):
        curves.append(curve)
        if len(curves) % 100 == 0:
            say(f"{len(curves)} of {len(items)} emulated curves")
    for path in args.pack:
        pack, count, kept_recordings = Pack(path), Counter[str](), []
        for r in pack.recordings:
            if (r.levels > 0).any() and split_of(r.piece_id, args.fold) != "test":
                count[r.piece_id] += 1
                kept_recordings += [r] if count[r.piece_id] <= args.renders_per_piece else []
        curves += list(curves_of_pack(pack, kept_recordings, args.cache, notes=args.notes))
        say(f"{len(kept_recordings)} curves of {path}")
    if not curves:
        raise MezzoforteError("there is nothing to learn from", advice="Give --asap, --mazurkas, --performed or --pack")
    return curves


def identity_of(curves: list[Curve], config: LevelFitConfig) -> str:
    """SHA-256 of the configuration and the names of all curves and features."""
    names = [f"{c.key} {c.source} {len(c.ntot_sone)}" for c in curves]
    return hashlib.sha256(json.dumps([asdict(config), names, config.features]).encode()).hexdigest()


def answers(
    args: Namespace, curves: list[Curve], examples: list[list[Example]], config: LevelFitConfig, identity: str
) -> list[Heard]:
    """Out-of-group answers about the rendered recordings, kept in the run's folder."""
    path = args.out / "answers.pkl"
    seeds = range(args.seed, args.seed + args.answering)
    identity = f"{identity} {seeds}"
    if path.is_file():
        kept = pickle.loads(path.read_bytes())
        if kept["identity"] == identity:
            say(f"answers of {path} taken over")
            return list(kept["heard"])
    rendered = any(c.source != "emulated" for c in curves)
    heard = cross_hear(curves, examples, lambda c: c.source != "emulated" or not rendered, config, seeds)
    write_bytes(path, pickle.dumps({"identity": identity, "heard": heard}))
    return heard


def tune(heard: list[Heard]) -> tuple[LevelOptions, dict[str, dict[str, float]]]:
    """Options chosen on these answers, and the figures of each corpus."""
    corpora = {c: [h for h in heard if h.curve.corpus == c] for c in sorted({h.curve.corpus for h in heard})}
    start = LevelOptions(balance=0.3)
    options, _ = search(lambda o: mean_figure(list(corpora.values()), o), start, LEVEL_GRID)
    scores = {corpus: figures(some, options) for corpus, some in corpora.items()}
    return options, scores


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--asap", type=Path, help="folder of (n)ASAP")
    parser.add_argument("--mazurkas", type=Path, help="folder of mazurka_resynth")
    parser.add_argument("--performed", type=Path, help="folder of train.onsets.perform")
    parser.add_argument("--pack", type=Path, nargs="*", default=[], help="packs of renders; they choose the options")
    parser.add_argument("--cache", type=Path, required=True, help="folder for loudness curves")
    add_data_option(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--fold", type=int, choices=range(5), help="MazurkaBL fold whose pieces are left out")
    parser.add_argument("--asap-per-piece", type=int, default=6)
    parser.add_argument("--mazurkas-per-piece", type=int, default=4)
    parser.add_argument("--renders-per-piece", type=int, default=3)
    parser.add_argument("--notes", action="store_true", help="tell it the notes too: a stage for recordings with MIDI")
    parser.add_argument("--answering", type=int, default=1, help="how many networks answer together for a group")
    parser.add_argument("--networks", type=int, default=3, help="how many networks answer together")
    parser.add_argument("--steps", type=int, default=LevelFitConfig.steps)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)


def run(args: Namespace) -> None:
    """Train, tune, write `levels.pt` into the run's folder; figures as JSON on stdout."""
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    curves, config = gather(args), LevelFitConfig.of(notes=args.notes, steps=args.steps)
    sources = taken(union(*(c.sources for c in curves)), args.data)
    identity = identity_of(curves, config)
    rng = np.random.default_rng(args.seed)
    examples = [[example(c), *(example(c, rng, config.change_near) for _ in range(config.variants))] for c in curves]
    heard = answers(args, curves, examples, config, identity)
    options, scores = tune(heard)
    print(json.dumps({corpus: {k: round(v, 4) for k, v in row.items()} for corpus, row in scores.items()}, indent=1))
    networks = []
    for seed in range(args.seed, args.seed + args.networks):
        networks.append(train_network(curves, examples, config, seed))
        say(f"network {len(networks)} of {args.networks}")
    checkpoint = {
        "config": asdict(config), "features": config.features, "networks": [n.state_dict() for n in networks],
        "options": asdict(options), "scores": scores, "fold": args.fold,
        "identity": identity, "pieces": len({c.piece_id for c in curves}), "curves": len(curves),
        "corpora": sorted({c.corpus for c in curves}), "sources": list(sources),
    }  # fmt: skip
    save_beside(checkpoint, args.out / "levels.pt")


main = Command(add_options, run)
