"""Checkpoints → one ONNX file with its card: `python -m export.dynest DYNAMICS.pt [--metre METRE.pt] --out NAME.onnx`.

In place of one network for all tasks there may be several that have them together.

The command ends with its proof: the file against torch at several lengths, its size and its speed. It fails, and
leaves nothing, when they differ by more than 1e-3 in any logit.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from export.graph import RuntimeGraph, Together, model_of
from export.proof import Proven, proven, swelling_noise
from export.stages import corpora_of, left_out, rights_of
from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.network.card import ModelCard, load_card
from train.fitting.checkpoints import load_checkpoint
from train.fitting.command import Command
from train.fitting.provenance import commit

OUTPUTS = ("beat", "downbeat", "change", "dynamics", "ntot_sone")
PROOF_LENGTHS = (1, 441, 5_000, 60 * SAMPLE_RATE_HZ + 137, 600 * SAMPLE_RATE_HZ)
STAGE_MARK = "second stage: "
NOTES_MARK = "second stage with notes: "
"""How a card's sentence about the second stage's training data begins (`export.levels`)."""
KEPT = (
    "thresholds",
    "held_out",
    *(f"{stage}_{f}" for stage in ("levels", "levels_notes") for f in ("sha256", "features")),
)
"""What a fresh export leaves of the card that was there."""
LIMITS = (
    "Trained on synthesised piano alone: other instruments give nothing sensible.",
    "Outside Chopin's mazurkas the pulse is often found at twice or half the written beat, and bars suffer with it; "
    "free passages, recitatives and long syncopation have no beats worth the name.",
    "Levels are one performer's, relative to the recording: three in ten stand as an edition has them, mf least.",
    "Change points are found within two beats for three or four in ten, at the very beat for one or two.",
)
"""What a card says that its model is not good at; the figures are in `metrics` and docs/accuracy.md."""
ATTRIBUTION = (
    "MazurkaBL by Katerina Kosta et al., CC BY-NC-SA 4.0",
    "(n)ASAP by Foscarin, Peter, Hu et al., CC BY-NC-SA 4.0",
    "Sounds of the training audio: Salamander Grand Piano by Alexander Holm (CC BY 3.0), Splendid Grand Piano by AKAI "
    "(public domain), SoundFonts MuseScore General (MIT), FluidR3 (MIT) and TimGM6mb (GPL-2.0)",
)
"""The credits of what was trained before checkpoints said where they come from."""


def make_card(
    args: Namespace, made: Proven, presets: str, checkpoints: Sequence[dict[str, Any]], trained_at: str
) -> ModelCard:
    """The card of a fresh export, trained at commit `trained_at`; decoding thresholds and second stage are kept from
    a card that is there already."""
    trained_on = [_describe(c) for c in checkpoints]
    there = load_card(args.out.with_suffix(".json")) if args.out.with_suffix(".json").is_file() else None
    rights = rights_of(checkpoints, ATTRIBUTION, there.sources if there else None)
    card = ModelCard(
        name=args.out.stem, version=args.version, sha256=made.sha256, feature="pampalk", preset=presets,
        parameters=made.n_parameters, thresholds={}, training_data=tuple(trained_on), training_commit=trained_at,
        licence=rights.licence, attribution=rights.attribution, sources=rights.sources, limits=LIMITS,
    )  # fmt: skip
    if there is None:
        return card
    of_stages = (s for s in there.training_data if s.startswith((STAGE_MARK, NOTES_MARK)))
    kept = {name: getattr(there, name) for name in KEPT}
    return replace(card, training_data=(*trained_on, *of_stages), **kept)


def _describe(checkpoint: dict) -> str:
    fold = checkpoint["fold"]
    corpora = ", ".join(corpora_of(checkpoint) or checkpoint["config"]["corpus_weights"])
    return (
        f"{checkpoint['config']['name']} branch: {corpora}, synthesised with several pianos, {left_out(fold)}; "
        f"{checkpoint['step']} steps; data identity {checkpoint['data_identity'][:12]}"
    )


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("checkpoint", type=Path, nargs="+", help="of presets that have the four tasks together")
    parser.add_argument("--metre", type=Path, help="checkpoint of a metre branch for beats and downbeats")
    parser.add_argument("--metre-weight", type=float, default=1.0, help="share of the metre branch in both logits")
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file; its card lies beside it")
    parser.add_argument("--version", default="0.1.0")


def run(args: Namespace) -> None:
    """Export, prove, write the file and its card, print the proof."""
    main_checkpoints = [load_checkpoint(path) for path in args.checkpoint]
    metre_checkpoints = [load_checkpoint(args.metre)] if args.metre else []
    branches = [model_of(c) for c in main_checkpoints]
    dynamics = branches[0] if len(branches) == 1 else Together(branches)
    if missing := {"dynamics", "beat", "downbeat", "change"} - set(dynamics.tasks):
        where = ", ".join(map(str, args.checkpoint))
        raise MezzoforteError(f"the network lacks {', '.join(sorted(missing))}", where=where)
    metre = model_of(metre_checkpoints[0]) if metre_checkpoints else None
    graph = RuntimeGraph(dynamics, metre, args.metre_weight).eval()
    example = torch.randn(2, 3 * SAMPLE_RATE_HZ) * 0.1
    made = proven(graph, example, swelling_noise(PROOF_LENGTHS), OUTPUTS, "samples", is_timed=True)
    checkpoints = [*main_checkpoints, *metre_checkpoints]
    presets = " + ".join(c["config"]["name"] for c in checkpoints)
    # Checkpoints of before the commit was kept in them are named by the commit that exports them.
    trained_at = next((c["commit"] for c in reversed(checkpoints) if "commit" in c), commit())
    card = make_card(args, made, presets, checkpoints, trained_at)
    made.save(args.out, args.out.with_suffix(".json"), card.to_json())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
