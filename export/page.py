"""The page's prior into the shipped models: `python -m export.page RUN --out runtime/models/mezzoforte.page.onnx`.

Writes the graph and its card, which names every corpus with its licence and how many pieces it gave, and ends with its
proof: the file against torch at several numbers of beats, and its size.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from export.proof import Proven, noise_features, proven
from export.stages import left_out, load_networks, rights_of
from runtime.errors import MezzoforteError
from runtime.marks.page import OUTPUTS
from runtime.marks.page_features import FEATURES
from runtime.network.card import PAGE, Metric, ModelCard
from train.data.score_corpora import SCORE_CORPORA
from train.fitting.command import Command
from train.marks.page.network import PageEnsemble, PageNet

PROOF_BEATS = (1, 2, 81, 500, 10_000)
LIMITS = (
    "Learned from printed piano music from about 1770 to 1920, most of it Romantic: for other music, and for pieces "
    "whose editors wrote no dynamics, it says where such an editor might have.",
    "It knows the notes alone: what was played is not in it.",
)
MEASURED = {
    "within_bar": "places of levels within a bar, F1",
    "exact": "places of levels at the exact beat, F1",
    "even_within_bar": "as many downbeats evenly spaced, within a bar, F1",
    "even_exact": "as many downbeats evenly spaced, at the exact beat, F1",
}
PROTOCOL = (
    "as many places as the editor has, the first beat left out; mean over pieces with at least 4, each answered by a "
    "network that saw no edition of it"
)


class PageGraph(nn.Module):
    """The ensemble with its one output named by a tuple, as `export.proof` compares them."""

    def __init__(self, ensemble: PageEnsemble) -> None:
        super().__init__()
        self.ensemble = ensemble

    def forward(self, features: Tensor) -> tuple[Tensor]:
        return (self.ensemble(features),)


def load_run(path: Path) -> tuple[PageGraph, dict[str, Any]]:
    """The networks of `page.pt` and everything it says. Raises `MezzoforteError`."""
    networks, checkpoint = load_networks(path, lambda c: PageNet(c["channels"], c["layers"], c["dropout"]))
    if tuple(checkpoint["features"]) != FEATURES or tuple(checkpoint["outputs"]) != OUTPUTS:
        raise MezzoforteError("the run was trained on other features or outputs", where=str(path),
                              advice="Train it again with python -m train.marks.page")  # fmt: skip
    return PageGraph(PageEnsemble(networks).eval()).eval(), checkpoint


def export(graph: PageGraph) -> Proven:
    """The graph with dynamic batch and number of beats. Raises `MezzoforteError` when it says other than torch."""
    proof = noise_features(PROOF_BEATS, len(FEATURES))
    return proven(graph, torch.randn(2, 300, len(FEATURES)), proof, ("logits",), "beats")


def make_card(name: str, version: str, made: Proven, checkpoint: dict[str, Any]) -> ModelCard:
    """The card of a fresh export."""
    counts = checkpoint["counts"]
    sources = tuple(f"{count} scores of {corpus}" for corpus, count in sorted(counts.items()))
    whole = (
        f"{checkpoint['levels']:,} printed levels of {checkpoint['pieces']} pieces, {left_out(checkpoint['fold'])}, in "
        f"any edition; {len(checkpoint['networks'])} networks; identity {checkpoint['identity'][:12]}"
    )
    named = sorted({corpus.split(" ")[0] for corpus in counts})
    rights = rights_of([checkpoint], ())
    cited = (f"{c.title} ({c.licence}), {c.address}. {c.citation}" for c in (SCORE_CORPORA[n] for n in named))
    return ModelCard(
        name=name, version=version, sha256=made.sha256, feature="page", preset="page", parameters=made.n_parameters,
        thresholds={k: round(v, 5) for k, v in checkpoint["thresholds"].items()}, training_data=(whole, *sources),
        training_commit=checkpoint["commit"], licence=rights.licence, sources=rights.sources,
        metrics=_metrics(checkpoint["scores"]),
        attribution=tuple(dict.fromkeys((*rights.attribution, *cited))),
        limits=LIMITS, kind=PAGE, features=FEATURES,
    )  # fmt: skip


def _metrics(scores: dict[str, dict[str, float]]) -> tuple[Metric, ...]:
    return tuple(
        Metric(told, round(row[key], 3), PROTOCOL, f"{corpus}, {int(row['pieces'])} pieces")
        for corpus, row in scores.items()
        if " " not in corpus and row["pieces"]
        for key, told in MEASURED.items()
    )


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("run", type=Path, help="folder that train.marks.page wrote")
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file; its card lies beside it")
    parser.add_argument("--version", default="0.1.0")


def run(args: Namespace) -> None:
    """Export, prove, write the file and its card, print the proof."""
    graph, checkpoint = load_run(args.run / "page.pt")
    made = export(graph)
    card = make_card(args.out.stem, args.version, made, checkpoint)
    made.save(args.out, args.out.with_suffix(".json"), card.to_json())


main = Command(add_options, run)

if __name__ == "__main__":
    main()
