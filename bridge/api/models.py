"""The sets of weights that a request may choose between: those that are installed, by name and never by path."""

from __future__ import annotations

import re
from typing import Any

from bridge.api.errors import Refusal, bad_request
from runtime.errors import ModelError
from runtime.network.card import ANALYSIS, ModelCard, load_card
from runtime.network.parts import find_card, installed_sets

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Models:
    """What is installed, and what the bridge was started with, which is what nobody chooses."""

    def __init__(self, started_with: str | None) -> None:
        """Raises `ModelError` when that is not there."""
        self._default = load_card(find_card(started_with))

    @property
    def default(self) -> str:
        """The name of the one that is used when a request names none."""
        return self._default.name

    def view(self) -> dict[str, Any]:
        """``{"models": [{"name", "version", "licence"}], "default"}``: asked anew, as a set may have been installed."""
        others = [card for card in installed_sets() if card.name != self.default]
        return {"models": [_view(card) for card in (self._default, *others)], "default": self.default}

    def wanted(self, name: object) -> str | None:
        """The set that a request names; None for the bridge's own. Raises `Refusal` for one that is not installed."""
        if name is None or name == self.default:
            return None
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.endswith((".json", ".onnx", ".pt", ".pth")):
            raise bad_request("model is not the name of a set of weights")
        try:
            if load_card(find_card(name)).kind != ANALYSIS:
                raise ModelError(f"{name} is a part of a model", advice="Name one that hears beats and dynamics")
        except ModelError as e:
            raise Refusal(422, "no_model", e.what, e.advice) from e
        return name


def _view(card: ModelCard) -> dict[str, str]:
    return {"name": card.name, "version": card.version, "licence": card.licence}
