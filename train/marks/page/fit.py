"""Learn where editors put marks: `python -m train.marks.page --scores DATA --cache CACHE --out RUN`.

From printed scores alone. Networks that saw no piece of a group answer for it; on those answers the figures are
measured and the log-odds calibrated; test pieces have no part in that. Then the networks that ship learn from every
piece of a stated licence that is neither a test nor a validation piece (`train.data.overlaps`) and are measured on the
test pieces. What was answered is kept in the run's folder, so a stopped run goes on. `python -m export.page RUN` makes
the shipped file.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from runtime.errors import MezzoforteError
from runtime.marks.page import OUTPUTS
from runtime.marks.page_features import FEATURES
from runtime.write.atomic import write_bytes
from train.data.overlaps import Overlaps
from train.fitting.command import Command
from train.fitting.optimise import save_beside
from train.fitting.provenance import commit
from train.marks.page.data import Page, corpora_there, gather
from train.marks.page.learn import Floats, PageFitConfig, say, train_network
from train.marks.page.measure import calibration, figures, information
from train.marks.page.network import PageEnsemble
from train.sources import FREE, add_data_option, is_free, taken


def tell(line: str) -> None:
    """Progress for people."""
    print(line, file=sys.stderr, flush=True)


def group_number(group: str, groups: int) -> int:
    """0 … groups − 1 by the hashed name of the piece."""
    return int(hashlib.sha256(("page " + group).encode()).hexdigest()[:8], 16) % groups


def may_teach(page: Page) -> bool:
    """Whether what ships may learn from this page."""
    return page.split == "train" and bool(page.licence)


def identity_of(pages: Sequence[Page], config: PageFitConfig) -> str:
    """SHA-256 of the configuration, the features' names, and names, sizes and sums of all pages."""
    names = [f"{p.id} {p.split} {len(p.features)} {p.features[0, :4].tolist()} {p.truth.sum():.0f}" for p in pages]
    return hashlib.sha256(json.dumps([asdict(config), FEATURES, OUTPUTS, names]).encode()).hexdigest()


def answers(
    pages: Sequence[Page], config: PageFitConfig, groups: int, out: Path, identity: str, seed: int
) -> dict[str, Floats]:
    """What networks that saw no piece of its group say of each page, by its id; kept group by group."""
    said: dict[str, Floats] = {}
    for group in range(groups):
        path = out / f"answers_{identity[:12]}_{seed}_{group}.pkl"
        held = [p for p in pages if group_number(p.group, groups) == group]
        if path.is_file():
            said |= pickle.loads(path.read_bytes())
            continue
        rest = [p for p in pages if may_teach(p) and group_number(p.group, groups) != group]
        net = train_network(rest, config, seed)
        found = {p.id: say(net, p).astype(np.float32) for p in held}
        write_bytes(path, pickle.dumps(found))
        said |= found
        tell(f"group {group}: {len(rest)} pages to learn from, {len(held)} answered")
    return said


def report(pages: Sequence[Page], said: dict[str, Floats]) -> dict[str, dict[str, float]]:
    """Figures of each corpus, of ASAP by split, and the information of each output over all pages."""
    by_name: dict[str, list[Page]] = defaultdict(list)
    for p in pages:
        by_name[p.corpus].append(p)
        if p.corpus == "asap":
            by_name[f"asap {p.split}"].append(p)
    scores = {name: figures(some, said) for name, some in sorted(by_name.items())}
    for name, some in by_name.items():
        scores[name] |= {f"information_{o}": information(some, said, k) for k, o in enumerate(OUTPUTS)}
    return scores


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--scores", type=Path, required=True, help="folder that holds the corpora and overlaps.csv")
    add_data_option(parser)
    parser.add_argument("--cache", type=Path, required=True, help="folder for the scores as they were read")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--corpora", nargs="*", help="these corpora alone (default: all there that may be used)")
    parser.add_argument("--fold", type=int, choices=range(5), default=0, help="MazurkaBL fold kept for tests")
    parser.add_argument("--groups", type=int, default=4, help="groups of pieces that are answered by other networks")
    parser.add_argument("--networks", type=int, default=2, help="how many networks ship together")
    parser.add_argument("--steps", type=int, default=PageFitConfig.steps)
    parser.add_argument("--channels", type=int, default=PageFitConfig.channels)
    parser.add_argument("--layers", type=int, default=PageFitConfig.layers)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)


def run(args: Namespace) -> None:
    """Learn, measure, write `page.pt` into the run's folder; figures as JSON on stdout."""
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    overlaps = Overlaps.read(args.scores / "overlaps.csv")
    names = args.corpora or [n for n in corpora_there(args.scores) if args.data != FREE or is_free([f"corpus/{n}"])]
    sources = taken((f"corpus/{name}" for name in names), args.data)
    pages, left_out = gather(args.scores, args.cache, overlaps, names, args.fold)
    for reason, count in sorted(left_out.items()):
        tell(f"left out: {count} × {reason}")
    shown = [p for p in pages if p.split != "test"]
    teaching = [p for p in pages if may_teach(p)]
    if not teaching:
        raise MezzoforteError("there is nothing to learn from", where=str(args.scores))
    tell(f"{len(pages)} pages, {len(shown)} of no test piece, {len(teaching)} to learn from")
    config = PageFitConfig(steps=args.steps, channels=args.channels, layers=args.layers)
    identity = identity_of(pages, config)
    said = answers(shown, config, args.groups, args.out, identity, args.seed)
    scores = report(shown, said)
    thresholds = {}
    for k, output in enumerate(OUTPUTS):
        thresholds[f"{output}_scale"], thresholds[f"{output}_offset"] = calibration(shown, said, k)
    networks = []
    for seed in range(args.seed, args.seed + args.networks):
        networks.append(train_network(teaching, config, seed))
        tell(f"network {len(networks)} of {args.networks}")
    kept = [p for p in pages if p.split == "test"]
    ensemble = PageEnsemble(networks).eval()
    unseen = report(kept, {p.id: say(ensemble, p) for p in kept})
    scores |= {f"{name}, test pieces": row for name, row in unseen.items() if " " not in name}
    print(json.dumps({name: {k: round(v, 4) for k, v in row.items()} for name, row in scores.items()}, indent=1))
    counts = Counter(f"{p.corpus} ({p.licence})" for p in teaching)
    checkpoint = {
        "kind": "page", "config": asdict(config), "features": FEATURES, "outputs": OUTPUTS,
        "networks": [n.state_dict() for n in networks], "thresholds": thresholds, "scores": scores, "fold": args.fold,
        "identity": identity, "commit": commit(), "counts": dict(counts), "sources": list(sources),
        "pieces": len({p.group for p in teaching}), "levels": sum(p.n_levels for p in teaching),
        "held_out": sorted({p.id for p in pages if p.split != "train"}),
    }  # fmt: skip
    save_beside(checkpoint, args.out / "page.pt")


main = Command(add_options, run)
