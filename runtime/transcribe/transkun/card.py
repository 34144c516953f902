"""`TranskunCard`: what converted Transkun weights say about themselves, ``NAME.json`` beside the two graphs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from runtime.errors import ModelError
from runtime.network.card import MAX_CARD_BYTES

KIND, SCHEMA = "transkun", 1
PACKAGE, VERSION = "transkun", "2.0.1"
SOURCE = f"https://pypi.org/project/{PACKAGE}/{VERSION}/ (transkun/pretrained/2.0.pt)"
LICENCE = "MIT"
LICENCE_NOTE = (
    "The package carries the weights under its MIT licence (copyright Yujia Yan). They were trained on MAESTRO, which "
    "is CC BY-NC-SA 4.0: ask its makers before commercial use."
)
HOW_TO_GET = "Add it once: mezzoforte transcriber add transkun"


@dataclass(frozen=True)
class TranskunCard:
    """What the runtime checks, and what a user should know."""

    name: str
    """Stem of the files: NAME.onnx hears, NAME.attributes.onnx tells of intervals."""
    sha256: str
    """SHA-256 of NAME.onnx, 64 lower-case hexadecimal digits."""
    attributes_sha256: str
    """The same of NAME.attributes.onnx."""
    version: str
    """Of the package that carried the weights."""
    weights_sha256: str
    """SHA-256 of its file of weights."""
    source: str
    """Where the package comes from."""
    licence: str
    """Licence of the weights, in one line."""
    licence_note: str
    """What that means for the user."""
    made_with: Mapping[str, str]
    """Versions of torch, the exporter and Mezzoforte."""
    parameters: int
    """Number of trained parameters."""
    largest_difference: float
    """Largest difference of an output between ONNX and torch as proved when it was made, as a share of the output's
    largest value."""
    kind: str = KIND
    """Always ``transkun``."""
    schema: int = SCHEMA
    """Version of this list of names."""

    def to_json(self) -> str:
        """The card as the text of ``NAME.json``; equal cards give equal bytes."""
        data = {**asdict(self), "made_with": dict(self.made_with)}
        return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def parse_card(text: str) -> TranskunCard:
    """Read what `TranskunCard.to_json` wrote; names it does not know are ignored. Raises `ValueError`."""
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    for name, wanted in (("kind", KIND), ("schema", SCHEMA)):
        if data.get(name) != wanted:
            raise ValueError(f"{name} is {data.get(name)!r}, expected {wanted!r}")
    card = TranskunCard(**{f.name: _read(f.name, str(f.type), data) for f in fields(TranskunCard)})
    for digest in (card.sha256, card.attributes_sha256):
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError("a sha256 is not 64 lower-case hexadecimal digits")
    return card


def _read(name: str, kind: str, data: Mapping[str, Any]) -> Any:
    value = data.get(name)
    if kind == "Mapping[str, str]":
        good = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    else:
        good = isinstance(value, {"str": str, "int": int, "float": float | int}[kind]) and not isinstance(value, bool)
    if not good:
        raise ValueError(f"{name} is missing or not {kind}: {value!r:.80}")
    return value


def load_card(path: Path) -> TranskunCard:
    """Read a card. Raises `ModelError`: when there is none, with how to get one."""
    where = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CARD_BYTES + 1)
    except FileNotFoundError as e:
        raise ModelError("Transkun is not there: no model card here", where=where, advice=HOW_TO_GET) from e
    except OSError as e:
        raise ModelError(f"the model card cannot be read ({e.strerror or e})", where=where) from e
    try:
        if len(raw) > MAX_CARD_BYTES:
            raise ValueError("it is larger than 1 MiB")
        return parse_card(raw.decode("utf-8"))
    except (ValueError, RecursionError) as e:
        raise ModelError(
            f"this is not the card of converted Transkun weights: {e}", where=where,
            cause="the card of another model, one made by another version, or a damaged file", advice=HOW_TO_GET,
        ) from e  # fmt: skip
