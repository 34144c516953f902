"""What is learned from, by name, and which of it is free: the list is `train/sources.toml`.

Whatever training is given says where it comes from as names like ``corpus/polish_scores`` or ``piano/salamander``: a
render and a pack, performances, a checkpoint, a card. With `--data free` a command takes only what the list calls free,
so that the weights may be handed out under `FREE_LICENCE`.
"""

from __future__ import annotations

import hashlib
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from runtime.errors import MezzoforteError
from runtime.network.card import ModelCard

LIST = Path(__file__).with_suffix(".toml")
ALL, FREE = "all", "free"
FREE_LICENCE, OTHER_LICENCE = "CC-BY-4.0", "CC-BY-NC-SA-4.0"
UNKNOWN = "unknown"
"""Where something that was made before sources were kept comes from: it is not free."""

PIANO_LOUDNESS = "table/piano_loudness"
"""The measured piano (`runtime.piano`) that curves are emulated with, and an even touch is compared with."""

Sources = tuple[str, ...]
"""Names, each once, in order."""


@dataclass(frozen=True)
class Source:
    """One entry of the list; see the head of the list for what each field is."""

    licence: str
    stated: str
    credit: str
    free: bool
    why: str
    sha256: str = ""


@cache
def listed() -> dict[str, Source]:
    """The list by name. Raises `TypeError` for an entry with other fields."""
    kinds = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return {f"{kind}/{name}": Source(**entry) for kind, entries in kinds.items() for name, entry in entries.items()}


def union(*several: Iterable[str]) -> Sources:
    """All of them."""
    return tuple(sorted({name for sources in several for name in sources}))


def is_free(sources: Iterable[str]) -> bool:
    """Whether all of them are on the list as free, and there are any."""
    names = tuple(sources)
    return bool(names) and all(name in listed() and listed()[name].free for name in names)


def taken(sources: Iterable[str], data: str, where: str = "") -> Sources:
    """What a command may learn from, in order. Raises `MezzoforteError` when `data` is `FREE` and something is not on
    the list as free, or there is nothing."""
    names = union(sources)
    if data == FREE and not is_free(names):
        refused = [name for name in names if not is_free([name])] or [UNKNOWN]
        raise MezzoforteError(
            f"not free: {', '.join(map(_told, refused))}", where=where,
            cause="--data free learns only from what train/sources.toml lists as free",
            advice="Leave it out, or make the file again when it does not say where it comes from",
        )  # fmt: skip
    return names


def _told(name: str) -> str:
    if name == UNKNOWN:
        return "made before sources were kept"
    entry = listed().get(name)
    return f"{name} (not on the list)" if entry is None else f"{name} ({entry.licence or 'no licence'}: {entry.why})"


def credits_of(sources: Iterable[str]) -> tuple[str, ...]:
    """The credit line of each that is on the list, once."""
    return tuple(dict.fromkeys(listed()[name].credit for name in union(sources) if name in listed()))


def licence_of(sources: Iterable[str]) -> str:
    """Of weights that learned from these."""
    return FREE_LICENCE if is_free(sources) else OTHER_LICENCE


def rights_of(sources: Sources) -> dict[str, object]:
    """What a file says that learned from these: the sources, a credit for each, the licence."""
    return {"sources": list(sources), "attribution": list(credits_of(sources)), "licence": licence_of(sources)}


def of_recording(path: Path) -> str:
    """The name of a recording, known by its bytes; ``recording/FILE`` for one that is not on the list."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    found = (name for name, entry in listed().items() if entry.sha256 == sha256)
    return next(found, f"recording/{path.name}")


def of_card(card: ModelCard) -> Sources:
    """What labels or weights of a network bring along: all that it learned from, itself where it does not say."""
    return card.sources or (f"network/{card.name}",)


def chosen_on(card: ModelCard, sources: Iterable[str], data: str) -> Sources:
    """The sources of a card whose options are chosen on data from `sources`; empty stays empty. A card that is free
    stays so: for it, `data` is `FREE` whatever was said. Raises `MezzoforteError`."""
    names = taken(sources, FREE if card.licence == FREE_LICENCE else data, card.name)
    if data == FREE:
        taken(of_card(card), data, card.name)
    return union(card.sources, names) if card.sources else ()


def crediting(card: ModelCard, sources: Sources) -> ModelCard:
    """The card as one of these sources, each credited; as it was when there are none."""
    return credited(replace(card, sources=sources), sources) if sources else card


def credited(card: ModelCard, sources: Iterable[str]) -> ModelCard:
    """The card with a credit for each of these."""
    return replace(card, attribution=tuple(dict.fromkeys((*card.attribution, *credits_of(sources)))))


def add_data_option(parser: ArgumentParser) -> None:
    """What every command has that learns or chooses something."""
    parser.add_argument(
        "--data", choices=(ALL, FREE), default=ALL,
        help="free: refuse whatever train/sources.toml does not list as free (default: all)",
    )  # fmt: skip
