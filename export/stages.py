"""What the exports of stages share: a run of several networks, their sentence in a card, and what they are asked."""

from __future__ import annotations

import pickle
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from runtime.errors import MezzoforteError
from runtime.network.card import ModelCard
from train.fitting.averaged_run import sources_of
from train.sources import FREE, FREE_LICENCE, UNKNOWN, Sources, credits_of, licence_of, taken, union

MODEL_HELP = "name of a shipped model or path of a card; it is rewritten"


def left_out(fold: int | None) -> str:
    """Which pieces a network trained for MazurkaBL test fold `fold` (None: on all mazurkas) has not seen."""
    mazurkas = "all mazurkas" if fold is None else f"no mazurka of test fold {fold}"
    return f"{mazurkas}, no held-out piece of train/data/splits.py"


def load_networks(path: Path, new: Callable[[dict[str, Any]], nn.Module]) -> tuple[list[Any], dict[str, Any]]:
    """The networks of a run's checkpoint, each made by `new` from its configuration, and everything it says.

    Raises `MezzoforteError` when it is no such checkpoint.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        networks = [new(checkpoint["config"]) for _ in checkpoint["networks"]]
        for network, state in zip(networks, checkpoint["networks"], strict=True):
            network.load_state_dict(state)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, pickle.UnpicklingError) as e:
        raise MezzoforteError("not a checkpoint of this stage", where=str(path), cause=str(e)[:200]) from e
    return networks, checkpoint


def with_sentence(
    card: ModelCard, mark: str, learned: str, checkpoint: dict[str, Any], n_parameters: int
) -> tuple[str, ...]:
    """A card's training data with the sentence about a stage of several networks, which begins with `mark`, anew."""
    n = len(checkpoint["networks"])
    sentence = (
        f"{mark}{learned} of {checkpoint['pieces']} pieces ({', '.join(checkpoint['corpora'])}), "
        f"{left_out(checkpoint['fold'])}; {n} networks of {n_parameters // n:,} parameters; "
        f"identity {checkpoint['identity'][:12]}"
    )
    return (*(s for s in card.training_data if not s.startswith(mark)), sentence)


@dataclass(frozen=True)
class Rights:
    """What a fresh card says of where its weights come from: `sources` (empty where a part was trained before they were
    kept), their credits, and the licence that follows."""

    sources: Sources
    attribution: tuple[str, ...]
    licence: str


def rights_of(checkpoints: Sequence[dict[str, Any]], before: tuple[str, ...], kept: Sources | None = None) -> Rights:
    """Of checkpoints and the sources of stages that are `kept`; `before` are the credits of what was trained before
    sources were kept."""
    sources = union(*map(sources_of, checkpoints), (kept or (UNKNOWN,)) if kept is not None else ())
    if UNKNOWN in sources:
        return Rights((), tuple(dict.fromkeys((*before, *credits_of(sources)))), licence_of(sources))
    return Rights(sources, credits_of(sources), licence_of(sources))


def with_rights(card: ModelCard, checkpoints: Sequence[dict[str, Any]]) -> ModelCard:
    """A card that gets a stage with these checkpoints: their sources are among its own, and credited. Raises
    `MezzoforteError` where the card is free and the stage is not."""
    learned = union(*map(sources_of, checkpoints))
    if card.licence == FREE_LICENCE:
        taken(learned, FREE, card.name)
    credits = tuple(dict.fromkeys((*card.attribution, *credits_of(learned))))
    sources = union(card.sources, learned) if card.sources and UNKNOWN not in learned else ()
    return replace(card, sources=sources, attribution=credits, licence=licence_of(sources))


def corpora_of(checkpoint: dict[str, Any]) -> list[str]:
    """The corpora among the sources of a checkpoint."""
    return [name.removeprefix("corpus/") for name in sources_of(checkpoint) if name.startswith("corpus/")]


def add_options(parser: ArgumentParser) -> None:
    """The options of an export of one run into a model."""
    parser.add_argument("run", type=Path, help="folder that the training wrote")
    parser.add_argument("--model", required=True, help=MODEL_HELP)
