"""The way to a small model: every command exists and takes its arguments, and what is missing is said at once."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks.accuracy.small_model import PIANOS, check, main, stages
from benchmarks.accuracy.stages import Stage, run_stage, table
from runtime.errors import MezzoforteError
from tests.benchmarks.accuracy.started import options_of
from train.fitting.config import load_config
from train.rendering.instruments import HELD_OUT_INSTRUMENT, INSTRUMENTS, VALIDATION_INSTRUMENT


def options(tmp_path: Path) -> Namespace:
    return main.parse([str(tmp_path / "data"), str(tmp_path / "out"), "--soundfonts", str(tmp_path)])


def test_every_command_takes_its_arguments(tmp_path: Path) -> None:
    plan = stages(options(tmp_path))
    for stage in plan:
        parsed = options_of(stage)
        if stage.module == "train.frames":
            assert load_config(parsed.preset).steps <= 500
    assert [s.module for s in plan][-3:] == ["export.dynest", "train.measure.tune", "benchmarks.accuracy"]


def test_the_pianos_of_options_and_tests_are_not_trained_on() -> None:
    assert PIANOS["valid"] == VALIDATION_INSTRUMENT and PIANOS["test"] == HELD_OUT_INSTRUMENT
    trained = PIANOS["train"].split(",")
    assert set(trained) <= set(INSTRUMENTS) - {VALIDATION_INSTRUMENT, HELD_OUT_INSTRUMENT}


def test_what_is_missing_is_said_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(MezzoforteError, match="no mazurka_resynth/"):
        check(options(tmp_path))
    for folder in ("mazurka_resynth", "asap", "pianos"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    with pytest.raises(MezzoforteError, match=r"TimGM6mb\.sf2.*apt-get install"):
        check(options(tmp_path))


def test_a_command_that_fails_ends_the_run_with_its_name() -> None:
    with pytest.raises(MezzoforteError, match=r"train\.data\.choose left with status 2"):
        run_stage(Stage("train.data.choose", ("--no-such-option",)))


def test_the_table_adds_up() -> None:
    assert table([("a", 1.0, 2.0), ("b", 3.0, 4.0)]).split("\n")[-1] == "| all | 4 | 6 |"
