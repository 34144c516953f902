"""Put the onset stage into a model: `python -m export.onsets RUN … --model CARD`.

RUN is a folder of `train.onsets.fit`; of several that branched from one the mean is taken. Writes ``NAME.onsets.onnx``
and the card, after the proof that onnxruntime says what torch says. `python -m train.onsets.tune` must follow: it
weighs notes against sound.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from export.proof import Inputs, Proven, proven
from export.stages import MODEL_HELP, left_out, with_rights
from runtime.errors import MezzoforteError
from runtime.model import find_card, stage_path
from runtime.network.card import ModelCard, load_card
from runtime.notes.given import GIVEN
from runtime.notes.onsets import COLUMNS, features_of, onsets_of
from runtime.stages.onsets import WINDOW_ONSETS
from train.data.score_corpora import SCORE_CORPORA
from train.fitting.averaged_run import plain_config
from train.fitting.checkpoints import CHECKPOINT, load_checkpoint
from train.fitting.command import Command
from train.measure.evaluate import without_notes
from train.onsets.fit import CONFIG
from train.onsets.network import OnsetGraph, OnsetNet, OnsetNetConfig
from train.sources import credits_of

OUTPUTS = ("beat", "downbeat")
PROOF_NOTES = (1, 2, 100, 400)
ONSETS_MARK = "onset stage: "
"""How a card's sentence about this stage's training data begins."""
PERFORMANCES = {
    "asap": "(n)ASAP", "mazurka_resynth": "MazurkaBL", "pop909": "POP909",
    "performed": "scores performed by Mezzoforte",
}  # fmt: skip
"""What a card calls the corpora of performances."""
FOR_STUDY = frozenset({"classical_piano_midi"})
"""Corpora that state no licence."""
NOTES_ALONE = {
    "onsets_beat_notes": 1.0, "onsets_beat_sound": 0.0, "onsets_beat_offset": 0.0,
    "onsets_downbeat_notes": 1.0, "onsets_downbeat_sound": 0.0, "onsets_downbeat_offset": 0.0,
}  # fmt: skip
"""What a card says before `train.onsets.tune` weighed anything."""


def load_onsets(paths: Sequence[Path]) -> tuple[OnsetGraph, list[dict[str, Any]]]:
    """The averaged network of a run in evaluation mode, or the mean of those of several that branched from one
    (weights are averaged, as by Wortsman et al., ICML 2022), and the checkpoints. Raises `MezzoforteError`."""
    checkpoints = [load_checkpoint(path) for path in paths]
    for path, checkpoint in zip(paths, checkpoints, strict=True):
        if checkpoint.get("kind") != CONFIG.kind:
            raise MezzoforteError("not a checkpoint of train.onsets.fit", where=str(path))
        if any(checkpoint[name] != checkpoints[0][name] for name in ("config", "fold")):
            raise MezzoforteError("the run is of another size or fold than the first", where=str(path))
    net = OnsetNet(OnsetNetConfig(**plain_config(checkpoints[0])))
    states = [checkpoint["average"] for checkpoint in checkpoints]
    net.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    return OnsetGraph(net).eval(), checkpoints


def proof_onsets() -> Iterator[tuple[Inputs, Inputs]]:
    """Features [1, n, F] of random notes at a quick and irregular pace, one window at most at a time, and some of what
    can be given, [1, n, G]."""
    rng = np.random.default_rng(0)
    for n in PROOF_NOTES:
        onsets = onsets_of(np.cumsum(rng.exponential(0.2, n)), rng.integers(21, 109, n), rng.uniform(1, 127, n))
        features = features_of(onsets.part(0, WINDOW_ONSETS))[None]
        yield features, (rng.random((1, features.shape[1], len(GIVEN))) < 0.2).astype(np.float32)


def with_onsets(card: ModelCard, made: Proven, checkpoints: Sequence[dict[str, Any]]) -> ModelCard:
    """The card with this stage, which is not weighed against sound yet; figures with notes, which belong to another
    one, are left out. Where a run began from a stage, what that one learned from is named and credited on."""
    corpora = corpora_of(checkpoints)
    learned = ", ".join(f"{_called(name)} ({_counted(name, counts)})" for name, counts in corpora.items())
    runs = " and ".join(f"{c['step']} steps on data {c['data_identity'][:12]}" for c in checkpoints)
    mean = f"mean of {len(checkpoints)} runs, " if len(checkpoints) > 1 else ""
    left, size = left_out(checkpoints[0]["fold"]), f"{made.n_parameters:,} parameters"
    began = " and ".join(sorted({c["began"] for c in checkpoints if c.get("began")}))
    sentence = f"{ONSETS_MARK}notes of {learned}, {left}; {mean}{runs}{began and f'; began as {began}'}; {size}"
    card = with_rights(card, checkpoints)
    credit = tuple(dict.fromkeys((*card.attribution, *credits_of(f"corpus/{name}" for name in corpora))))
    others = tuple(s for s in card.training_data if not s.startswith(ONSETS_MARK))
    return replace(
        card, onsets_sha256=made.sha256, onsets_columns=(*COLUMNS, *GIVEN),
        thresholds={**card.thresholds, **NOTES_ALONE}, training_data=(*others, sentence),
        attribution=credit, metrics=without_notes(card.metrics),
    )  # fmt: skip


def corpora_of(checkpoints: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """What the runs learned from, counted, by corpus."""
    return {name: counts for checkpoint in checkpoints for name, counts in sorted(checkpoint["corpora"].items())}


def _called(name: str) -> str:
    if name in FOR_STUDY:
        return f"{name} (for study only: no copy of this model may be handed out)"
    return PERFORMANCES.get(name) or SCORE_CORPORA[name].title


def _counted(name: str, counts: dict[str, int]) -> str:
    kind = "performances" if name in PERFORMANCES or name in FOR_STUDY else "scores"
    return f"{counts['takes']:,} {kind} of {counts['pieces']:,} pieces"


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="folder that train.onsets.fit wrote; of several the mean"
    )
    parser.add_argument("--model", required=True, help=MODEL_HELP)
    parser.add_argument("--study", action="store_true", help="export although a corpus was for study only")


def run(args: Namespace) -> None:
    """Export, prove, write the stage and the card, print the proof. Raises `MezzoforteError`, also when the run learned
    from a corpus that is for study only and nobody said so."""
    graph, checkpoints = load_onsets([folder / CHECKPOINT for folder in args.runs])
    if (found := sorted(FOR_STUDY & corpora_of(checkpoints).keys())) and not args.study:
        raise MezzoforteError(
            "the run learned from a corpus that is for study only", where=", ".join(found),
            advice="Train without it; --study exports all the same, for experiments",
        )  # fmt: skip
    card_path, inputs = find_card(args.model), list(proof_onsets())
    example = tuple(torch.from_numpy(np.repeat(x, 2, axis=0)) for x in inputs[-1])
    made = proven(graph, example, inputs, OUTPUTS, "onsets", beside=("given",))
    made.save(
        stage_path(card_path, "onsets"), card_path, with_onsets(load_card(card_path), made, checkpoints).to_json()
    )


main = Command(add_options, run)

if __name__ == "__main__":
    main()
