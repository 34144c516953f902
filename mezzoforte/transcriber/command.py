"""``mezzoforte transcriber list`` and ``mezzoforte transcriber add NAME [FILE]``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mezzoforte.transcriber.environment import Environment
from mezzoforte.transcriber.recipes import RECIPES
from runtime.errors import MezzoforteError, ModelError, command, say
from runtime.transcribe.registry import ENTRIES, Setting, load

EXAMPLES = """examples:
  mezzoforte transcriber list
  mezzoforte transcriber add basic-pitch
  mezzoforte transcriber add transkun
  mezzoforte transcriber add hpt CRNN_note_F1=0.9677_pedal_F1=0.9186.pth

add makes an environment of its own with pip, runs the conversion there and removes it again; nothing is installed
beside Mezzoforte. What pip is told elsewhere (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, …) holds there too: with
PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu torch is 200 MB instead of gigabytes."""


def listing() -> str:
    """A line for each transcriber: its name, whether it is ready, and what it is or what it lacks."""
    rows = []
    for name, entry in ENTRIES.items():
        if name == "midi":  # that one is a file of the user's
            continue
        try:
            who = load(name).identity
            rows.append((name, "ready", " ".join(w for w in (entry.about, who.version and f"({who.version})") if w)))
        except ModelError:
            rows.append((name, "", f"{entry.about}: {_lacks(name)}"))
    return "\n".join(f"{name:<12}  {ready:<5}  {text}" for name, ready, text in rows)


def _lacks(name: str) -> str:
    if name not in RECIPES:
        return "docs/transcription.md says how"
    return f"mezzoforte transcriber add {name}{' CHECKPOINT' if RECIPES[name].how_to_get else ''}"


def add(name: str, file: Path | None, out: Path | None = None) -> Path:
    """Add a transcriber; returns its model file. Raises `MezzoforteError`."""
    recipe = RECIPES[name]
    if file is None and recipe.how_to_get:
        raise MezzoforteError(f"{name} is converted from your own copy of its weights", advice=recipe.how_to_get)
    if file is not None and not recipe.how_to_get:
        raise MezzoforteError(f"{name} needs no file", where=str(file), advice="Leave it out")
    if file is not None and not file.is_file():
        raise MezzoforteError("no such file", where=str(file), advice=recipe.how_to_get)
    out = (out or recipe.usual_place()).absolute()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise MezzoforteError(f"the folder cannot be made ({e.strerror or e})", where=str(out.parent)) from e
    environment = Environment(name)
    say(f"an environment for the conversion ({recipe.room}, removed afterwards): {environment.folder}")
    environment.make(recipe.packages, recipe.alone)
    environment.run_module(recipe.module, [*([str(file.absolute())] if file else []), "--out", str(out)])
    load(name, Setting(out))
    environment.remove()
    return out


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte transcriber", description="Who can hear notes: list the transcribers, or add one.",
        epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    actions = parser.add_subparsers(dest="action", metavar="list|add")
    actions.add_parser("list", help="which there are, and which are ready")
    adding = actions.add_parser("add", help="make one ready")
    adding.add_argument("name", choices=RECIPES, help="which one (%(choices)s)", metavar="NAME")
    adding.add_argument("file", nargs="?", type=Path, metavar="CHECKPOINT", help="your copy of its weights (hpt)")
    adding.add_argument("--out", type=Path, metavar="FILE.onnx", help="another place than the usual one for the model")
    return parser


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 ok, 1 failed, 2 wrong usage."""
    options = build_parser().parse_args(arguments)
    if options.action != "add":
        print(listing())
        return 0
    say(f"{options.name} is ready: {add(options.name, options.file, options.out)}")
    return 0
