"""Learning where marks go: the truth per beat, networks that learn it, figures, calibration, and the exported file."""

from __future__ import annotations

from dataclasses import asdict, replace
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
import torch

from export.page import export, load_run, make_card
from runtime.errors import MezzoforteError
from runtime.marks import page as shipped
from runtime.marks.page import OUTPUTS
from runtime.marks.page_features import FEATURES, page_features
from runtime.score.table import Mark, Score
from tests.runtime.marks.test_page import score_of
from train.fitting.optimise import save_beside
from train.marks.page.data import Page, nearest, truth_of, weighted
from train.marks.page.fit import group_number, may_teach
from train.marks.page.learn import PageFitConfig, say, train_network
from train.marks.page.measure import (
    calibration,
    chosen_places,
    editors_places,
    even_places,
    figures,
    information,
    place_f1,
)


def marked(*marks: tuple[str, str, F, F], staff: int = 1) -> Score:
    score = score_of()
    return replace(score, marks=tuple(Mark(k, v, a, b, int(a // 4), staff) for k, v, a, b in marks))  # type: ignore[arg-type]


LEVELS = (("dynamic", "p", F(0), F(0)), ("dynamic", "f", F(32), F(32)), ("dynamic", "pp", F(48), F(48)))


def page_of(name: str, score: Score) -> Page:
    found = truth_of(score)
    assert found is not None
    bars = np.array([b[1] for b in score.beats()])
    return Page(name, "dcml", name, "train", "CC0-1.0", page_features(score).astype(np.float16), *found, bars)


def test_a_mark_belongs_to_the_nearest_beat_and_an_upbeat_to_the_bar_it_leads_to() -> None:
    beats = [F(0), F(1), F(2)]
    assert [nearest(beats, at) for at in (F(0), F(1, 4), F(1, 2), F(3, 4), F(5, 4), F(9))] == [0, 0, 1, 1, 1, 2]


def test_truth_holds_levels_changes_and_hairpins_of_people() -> None:
    score = marked(*LEVELS, ("hairpin", "crescendo", F(28), F(32)), ("words", "diminuendo", F(40), F(40)))
    found = truth_of(score)
    assert found is not None
    truth, known = found
    at = {name: np.flatnonzero(truth[:, k]).tolist() for k, name in enumerate(OUTPUTS)}
    assert at == {
        "level": [0, 32, 48], "crescendo_begins": [28], "diminuendo_begins": [40], "crescendo_ends": [32],
        "diminuendo_ends": [], "louder": [32],
    }  # fmt: skip
    assert np.flatnonzero(known[:, OUTPUTS.index("louder")]).tolist() == [32, 48]
    ours = replace(score, marks=tuple(replace(m, ours=True) for m in score.marks))
    assert truth_of(ours) is None and truth_of(marked(*LEVELS[:2])) is None


def test_several_editions_share_the_weight_of_one_piece() -> None:
    pages = [replace(page_of(n, marked(*LEVELS)), group=g) for n, g in (("a", "x"), ("b", "x"), ("c", "y"))]
    assert [p.weight for p in weighted(pages)] == pytest.approx([0.5**0.5, 0.5**0.5, 1.0])


def test_nothing_is_learned_from_test_pieces_or_without_a_licence() -> None:
    page = page_of("a", marked(*LEVELS))
    assert may_teach(page)
    assert not any(may_teach(replace(page, **x)) for x in ({"split": "test"}, {"split": "valid"}, {"licence": ""}))


def test_editions_of_one_piece_are_answered_by_the_same_network() -> None:
    assert len({group_number(f"chopin/op{n}", 4) for n in range(60)}) == 4
    assert group_number("a", 4) == group_number("a", 4)


def test_places_are_judged_one_to_one() -> None:
    page = page_of("a", marked(*LEVELS))
    truth = editors_places(page)
    assert truth.tolist() == [32, 48]
    assert place_f1(page, truth, np.array([32, 48]), 0.0) == 1.0
    assert place_f1(page, truth, np.array([31, 33]), 0.0) == 0.0
    assert place_f1(page, truth, np.array([31, 33]), 1.0) == 0.5
    assert len(even_places(page, 4)) == 4
    logits = np.zeros(64)
    logits[[0, 20, 21, 40]] = 9, 8, 7, 6
    assert chosen_places(page, logits, 2).tolist() == [20, 40]


@pytest.fixture(scope="module")
def learned() -> tuple[torch.nn.Module, list[Page], PageFitConfig]:
    pages = [page_of(f"p{i}", marked(*LEVELS)) for i in range(3)]
    config = PageFitConfig(
        channels=8,
        layers=2,
        dropout=0.0,
        steps=300,
        batch=4,
        crop_beats=64,
        learning_rate=0.01,
        warm_up_steps=10,
        ema_decay=0.9,
    )
    return train_network(pages, config, seed=0), pages, config


def test_a_network_learns_the_places_that_it_is_shown(
    learned: tuple[torch.nn.Module, list[Page], PageFitConfig],
) -> None:
    net, pages, _ = learned
    said = {p.id: say(net, p) for p in pages}
    level = said["p0"][:, 0]
    assert set(np.argsort(-level)[:3].tolist()) == {0, 32, 48}
    assert information(pages, said, 0) > 0.5
    scale, offset = calibration(pages, said, 0)
    assert scale > 0 and np.isfinite(offset)
    four = [replace(p, truth=np.roll(p.truth, 8, axis=0) + p.truth) for p in pages]
    row = figures(four, {p.id: p.truth[:, :1] for p in four})
    assert (row["pieces"], row["exact"], row["within_bar"]) == (3, 1.0, 1.0)


def test_the_exported_file_says_what_torch_says_and_runs_in_the_runtime(
    learned: tuple[torch.nn.Module, list[Page], PageFitConfig], tmp_path: Path
) -> None:
    net, pages, config = learned
    thresholds = {f"{o}_{k}": v for o in OUTPUTS for k, v in (("scale", 0.5), ("offset", 1.0))}
    checkpoint = {
        "kind": "page", "config": asdict(config), "features": FEATURES, "outputs": OUTPUTS,
        "networks": [net.state_dict()], "thresholds": thresholds, "scores": {}, "fold": 0, "identity": "0" * 64,
        "commit": "c", "counts": {"dcml (CC-BY-NC-SA-4.0)": 3}, "pieces": 3, "levels": 9,
    }  # fmt: skip
    save_beside(checkpoint, tmp_path / "page.pt")
    graph, told = load_run(tmp_path / "page.pt")
    made = export(graph)
    assert made.largest_difference < 1e-4
    card = make_card("tiny.page", "0", made, told)
    made.save(tmp_path / "tiny.page.onnx", tmp_path / "tiny.page.json", card.to_json())
    network = shipped.network(tmp_path / "tiny.page.json")
    x = pages[0].features.astype(np.float32)
    assert np.allclose(network.logits(x), 0.5 * say(net, pages[0]) + 1.0, atol=1e-3)
    assert any("dcml" in s for s in card.training_data) and any("DCML" in s for s in card.attribution)
    save_beside(checkpoint | {"features": FEATURES[1:]}, tmp_path / "page.pt")
    with pytest.raises(MezzoforteError, match="features"):
        load_run(tmp_path / "page.pt")
