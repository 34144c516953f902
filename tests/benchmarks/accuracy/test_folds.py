"""Five folds: every command takes its arguments, systems are compared piece by piece on the same recordings."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import short_runs
from benchmarks.accuracy.folds import document, pair_row, piece_means, read, spread_table
from runtime.errors import MezzoforteError
from tests.benchmarks.accuracy.started import options_of
from train.fitting.config import load_config
from train.frames.model import build_network


def options(tmp_path: Path) -> Namespace:
    folders = [part for name in ("asap", "mazurkas", "cache") for part in (f"--{name}", str(tmp_path / name))]
    packs = ["--pack", "train.h5", "--valid", "valid.h5", "--test", "test.h5", "--work", str(tmp_path / "work")]
    return short_runs.main.parse([*packs, *folders])


@pytest.mark.parametrize("system", short_runs.SYSTEMS)
def test_every_command_takes_its_arguments_and_every_network_has_the_same_schedule(system: str, tmp_path: Path) -> None:
    schedules = set()
    for stage in short_runs.stages_of(system, 2, options(tmp_path)):
        parsed = options_of(stage)
        if stage.module == "train.frames":
            config = load_config(parsed.preset)
            schedules.add((config.steps, config.batch, config.segment_s, config.learning_rate, config.ema_decay))
            assert parsed.fold == 2
    assert schedules == {(400, 4, 30, 3e-3, 0.98)}


def test_single_task_networks_have_the_four_tasks_together() -> None:
    presets = short_runs.SYSTEMS["single"].presets
    tasks = [build_network(load_config(f"short/{name}").network).config.tasks for name in presets]
    assert sorted(tasks) == [("beat",), ("change",), ("downbeat",), ("dynamics",)]


def test_what_is_evaluated_is_not_trained_again(tmp_path: Path) -> None:
    args = options(tmp_path)
    done = short_runs.figures_path(args.work, "published", 1)
    done.parent.mkdir(parents=True)
    done.write_text("{}")
    assert list(short_runs.stages_of("published", 1, args)) == []
    assert list(short_runs.stages_of("published", 0, args))


def result(beat_f: float, pieces: dict[str, float], identity: str = "a") -> dict[str, Any]:
    clean = {"own 0.1": {"beat_f": beat_f}, "always p": {"beat_f": 0.2}, "librosa": {"beat_f": 0.3}}
    by_piece = {piece: {"beat_f": f} for piece, f in pieces.items()}
    return {"asap": {"clean": clean, "identity": identity, "by_piece": by_piece, "n_recordings": len(pieces)}}


def test_rows_have_mean_and_deviation_over_folds() -> None:
    row = spread_table({"ours": [{"beat_f": 0.5}, {"beat_f": 0.7}]}).split("\n")[-1]
    assert row.startswith("| ours | 0.600 ± 0.141 | – |")


def test_a_piece_of_several_folds_counts_once_with_its_mean() -> None:
    folds = [result(0.5, {"a": 0.4, "b": 0.9})["asap"], result(0.5, {"a": 0.6})["asap"]]
    assert piece_means(folds, "beat_f") == pytest.approx({"a": 0.5, "b": 0.9})


def test_pairs_tell_losses_as_well_as_wins() -> None:
    ours, theirs = {"a": 0.5, "b": 0.9, "c": 0.3, "x": 1.0}, {"a": 0.4, "b": 0.7, "c": 0.6, "y": 0.0}
    pieces, difference, counts = pair_row(ours, theirs).split(" | ")
    assert (pieces, counts) == ("3", "2 : 1") and difference.startswith("+0.000 (-0.3")


def test_systems_on_other_recordings_are_refused(tmp_path: Path) -> None:
    ours = {0: result(0.5, {"a": 0.5}), 1: result(0.6, {"b": 0.6})}
    same = {0: result(0.4, {"a": 0.4}), 1: result(0.4, {"b": 0.4})}
    text = document({"ours": ours, "published": same})
    assert "| beat F | 2 | +0.150" in text and "| always p | 0.200 ± 0.000 |" in text and "librosa" not in text
    with pytest.raises(MezzoforteError, match="published: evaluated on other recordings of asap"):
        document({"ours": ours, "published": {**same, 1: result(0.4, {"c": 0.4}, "b")}})


def test_of_one_fold_every_figure_and_every_network_stands_there() -> None:
    full = result(0.9, {"a": 0.9})
    full["asap"] |= {
        "instruments": ["upright"],
        "n_pieces": 1,
        "what": "x 0.1, 9 parameters; 400 steps; identity abc12",
    }
    full["asap"]["clean"]["own 0.1"]["beat_cmlt"] = 0.5
    text = document({"published": {0: full}})
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    assert rows[0] == "| system | beat F | CMLt |" and rows[1] == "| published network | 0.900 | 0.500 |"
    assert rows[2] == "| always p | 0.200 | – |" and len(rows) == 3
    assert text.split("\n")[-1] == "- published network: x 0.1, 9 parameters, data abc12"


def test_missing_figures_are_named(tmp_path: Path) -> None:
    path = short_runs.figures_path(tmp_path, "ours", 0)
    path.parent.mkdir()
    path.write_text(json.dumps(result(0.5, {"a": 0.5})))
    with pytest.raises(MezzoforteError, match="no figures of ours on fold 1"):
        read(tmp_path, ["ours"], [0, 1])
    short_runs.figures_path(tmp_path, "ours", 1).parent.mkdir()
    short_runs.figures_path(tmp_path, "ours", 1).write_text("{")
    with pytest.raises(MezzoforteError, match="no figures of ours on fold 1"):
        read(tmp_path, ["ours"], [0, 1])
