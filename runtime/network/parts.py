"""A set of weights: the files that a model's name stands for, where they lie, and which of them a model may take.

Beside ``NAME.json`` (the card) and ``NAME.onnx`` lie the stages that the card names (``NAME.beats.onnx``, …) and the
parts that it does not: the transcriber (``NAME.notes.json``), the page's network (``NAME.page.json``) and the rules of
touch and clearness (``NAME.touch.json``). This is the only place that knows these names.

A model without such a part takes the shipped set's, and says so (`Parts.borrowed`). Weights that anyone may use take
nothing that is not: then a part that is missing, or is under another licence, is an error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runtime.errors import ModelError
from runtime.network.card import ANALYSIS, MAX_CARD_BYTES, ModelCard, load_card

DEFAULT_MODEL, FREE_MODEL = "mezzoforte", "mezzoforte-free"
FREE_LICENCE = "CC-BY-4.0"
"""Weights under it take no part that is under another one."""
MODELS_FOLDER = Path(__file__).parents[1] / "models"
HOW_TO_MAKE = "Make it with the commands of docs/training.md, 'Weights that anyone may use'"

Part = Literal["notes", "page", "touch"]
ABOUT: dict[Part, str] = {
    "notes": "transcriber", "page": "network of the page", "touch": "rules of touch and clearness",
}  # fmt: skip
CHOOSING: tuple[Part, ...] = ("page", "touch")
"""The parts that marks are chosen by."""
_CHECKPOINTS = (".pt", ".pth", ".ckpt")


@dataclass(frozen=True)
class Parts:
    """What lies beside a model's card: `card_path` is ``NAME.json``, which has this `licence`."""

    card_path: Path
    licence: str

    def path(self, part: Part) -> Path:
        """The model's own part, or the shipped set's where it has none.

        Raises `ModelError` when there is neither, or when the model is free and the part is not.
        """
        own = self._own(part)
        found = own if own.is_file() else shipped(part)
        if self.licence == FREE_LICENCE and (licence := _licence_of(found)) != FREE_LICENCE:
            whose = "its own" if found == own else f"that of {DEFAULT_MODEL}"
            raise ModelError(
                f"{self.card_path.stem} has no {ABOUT[part]} that anyone may use", where=str(own),
                cause=f"{whose} is {licence}, and the model {FREE_LICENCE}", advice=HOW_TO_MAKE,
            )  # fmt: skip
        return found

    @property
    def borrowed(self) -> tuple[str, ...]:
        """The parts by which marks are chosen that are the shipped set's, by name: ``mezzoforte.touch``, …"""
        if self.licence == FREE_LICENCE:
            return ()
        return tuple(f"{DEFAULT_MODEL}.{part}" for part in CHOOSING if not self._own(part).is_file())

    def check(self) -> None:
        """Raises `ModelError` when marks could not be chosen: before a recording is heard, not after it."""
        for part in CHOOSING:
            self.path(part)

    def _own(self, part: Part) -> Path:
        return _beside(self.card_path, part)


def shipped(part: Part) -> Path:
    """Where that part of the default set lies. Raises `ModelError` when it is not there."""
    path = _beside(_card(DEFAULT_MODEL), part)
    if not path.is_file():
        raise ModelError(
            f"Mezzoforte's own {ABOUT[part]}: not in this installation", where=str(path),
            advice=f"Install Mezzoforte again{', or take another transcriber' if part == 'notes' else ''}",
        )  # fmt: skip
    return path


def parts_of(model: str | Path | None = None) -> Parts:
    """The parts of a model by its name or path (None: the shipped default). Raises `ModelError`."""
    card_path = find_card(model)
    return Parts(card_path, load_card(card_path).licence)


def parts_named(name: str, licence: str) -> Parts:
    """Those that a finished analysis goes by: of the installed set of that name, else what such a model may borrow."""
    installed = {card.name for card in installed_sets()}
    return Parts(_card(name if name in installed else f"{DEFAULT_MODEL}.other"), licence)


def installed_sets() -> list[ModelCard]:
    """The cards of the sets that are installed, the default one first. Raises `ModelError` for a damaged one."""
    paths = [p for p in MODELS_FOLDER.glob("*.json") if p.with_suffix(".onnx").is_file()]
    cards = [card for card in map(load_card, paths) if card.kind == ANALYSIS]
    return sorted(cards, key=lambda card: (card.name != DEFAULT_MODEL, card.name))


def find_card(model: str | Path | None = None) -> Path:
    """Path of the card that a name (of a shipped model) or a path (``.json`` or ``.onnx``) means.

    None is the shipped default. Raises `ModelError` that lists what there is.
    """
    text = str(model) if model is not None else DEFAULT_MODEL
    if isinstance(model, Path) or text.endswith((".json", ".onnx", *_CHECKPOINTS)) or "/" in text or "\\" in text:
        path = Path(text)
        card = path if path.suffix == ".json" else path.with_suffix(".json")
        if path.suffix in _CHECKPOINTS:
            raise ModelError(
                "this is a checkpoint of a training run, not a model", where=str(path),
                advice="Make a model of it with: python -m export.dynest, which writes NAME.onnx and NAME.json",
            )  # fmt: skip
        if not card.is_file():
            raise ModelError(
                "there is no model card here", where=str(card), advice="A model is NAME.onnx with NAME.json"
            )
        return card
    card = _card(text)
    if not card.is_file() and text.split(".")[0] == FREE_MODEL:
        raise ModelError(
            f"the weights of {text} are not in this installation",
            advice=f"Install Mezzoforte again. {HOW_TO_MAKE}",
        )
    if not card.is_file():
        names = ", ".join(card.name for card in installed_sets()) or "none"
        raise ModelError(
            f"there is no model named {text!r}", advice=f"Shipped models: {names}. Another one is named by its path"
        )
    return card


def stage_path(card_path: Path, name: str) -> Path:
    """Where a stage of a card lies (by its name in `runtime.model.STAGES`): ``NAME.beats.onnx`` beside
    ``NAME.json``."""
    return card_path.with_name(f"{card_path.stem}.{name}.onnx")


def _card(name: str) -> Path:
    return MODELS_FOLDER / f"{name}.json"


def _beside(card_path: Path, part: Part) -> Path:
    return card_path.with_name(f"{card_path.stem}.{part}.json")


def _licence_of(path: Path) -> str:
    """What a card, or a file of rules, says of its licence."""
    try:
        with path.open("rb") as file:
            return str(json.loads(file.read(MAX_CARD_BYTES))["licence"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as e:
        raise ModelError("this file does not say under which licence it is", where=str(path)) from e
