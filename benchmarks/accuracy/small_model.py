"""From public files to a small model and its report in one go: `python -m benchmarks.accuracy.small_model DATA OUT`.

Runs the commands of docs/training.md with small defaults, prints each before it runs, and ends with a table of the
wall and CPU seconds of each. DATA holds `mazurka_resynth/`, `asap/` and `pianos/`. OUT gets lists, renders, one pack,
two runs, `small.onnx` with its card and `accuracy.md`. What is done is skipped, so a run that was stopped goes on. The
model is no good: it shows that everything is in place before hours go into a large one.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks.accuracy.stages import Stage, run_stages
from runtime.errors import MezzoforteError
from train.fitting.command import Command

CORPORA = ("mazurka_resynth", "asap")
PIANOS = {"train": "timgm,fluid", "valid": "csound", "test": "upright"}
"""Fast sounds to train on; as everywhere, one piano of its own chooses options and another is for tests."""
FOLD = "0"
THREADS = ("--threads", "1")
"""Two threads wait for each other on a machine that has other work."""


def stages(args: Namespace) -> list[Stage]:
    """All commands in order."""
    data, out = args.data, args.out
    lists, renders, pack, card = out / "lists", out / "renders", str(out / "small.h5"), out / "small.json"
    plan = [Stage("train.data.choose", (str(data), str(lists), "--fold", FOLD, "--pieces", str(args.pieces)))]
    sounds = ("--pianos", str(data / "pianos"), "--soundfonts", str(args.soundfonts), "--max-s", str(args.seconds))
    for corpus in CORPORA:
        folders = (str(data / corpus), str(renders / corpus))
        for split, pianos in PIANOS.items():
            vary = ("--vary",) if split == "train" else ()
            chosen = ("--list", str(lists / f"{corpus}_{split}.txt"), "--instruments", pianos)
            plan.append(Stage("train.rendering", (*folders, *chosen, *sounds, *vary)))
    corpora = [part for c in CORPORA for part in ("--corpus", c, str(data / c), str(renders / c))]
    plan.append(Stage("train.frames.pack", (pack, *corpora)))
    on_pack = ("--pack", pack, "--fold", FOLD)
    for branch in ("metre", "dynamics"):
        run_dir = str(out / "runs" / branch)
        plan.append(
            Stage("train.frames", ("--preset", f"small_{branch}", *on_pack, "--out", run_dir, "--resume", *THREADS))
        )
    dynamics, metre = (str(out / "runs" / branch / "last.pt") for branch in ("dynamics", "metre"))
    onnx = str(card.with_suffix(".onnx"))
    return [
        *plan,
        Stage("export.dynest", (dynamics, "--metre", metre, "--out", onnx), card),
        Stage("train.measure.tune", ("--model", str(card), *on_pack)),
        Stage("benchmarks.accuracy", ("--model", str(card), *on_pack, "--out", str(out / "accuracy.md"))),
    ]


def check(args: Namespace) -> None:
    """Raises `MezzoforteError` for what would stop the run many minutes later."""
    for folder in (*CORPORA, "pianos"):
        if not (args.data / folder).is_dir():
            raise MezzoforteError(f"there is no {folder}/", where=str(args.data), advice="See docs/training.md")
    for font in ("TimGM6mb.sf2", "FluidR3_GM.sf2", "sf_GMbank.sf2"):
        if not (args.soundfonts / font).is_file():
            raise MezzoforteError(
                "a SoundFont is missing", where=str(args.soundfonts / font),
                advice="apt-get install timgm6mb-soundfont fluid-soundfont-gm csound-soundfont, or --soundfonts DIR",
            )  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("data", type=Path, help="folder with mazurka_resynth, asap and pianos")
    parser.add_argument("out", type=Path, help="folder for everything that is made")
    parser.add_argument("--pieces", type=int, default=24, help="pieces of each corpus to train on")
    parser.add_argument("--seconds", type=float, default=60, help="only the first seconds of each performance")
    parser.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"))


def run(args: Namespace) -> None:
    """Check, then run what is not done."""
    check(args)
    run_stages(stages(args))
    print(f"\nthe model: {args.out / 'small.onnx'}; the report: {args.out / 'accuracy.md'}", file=sys.stderr)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
