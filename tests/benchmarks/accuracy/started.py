"""Starts a stage's command as the stage does, but for doing anything."""

from __future__ import annotations

import runpy
import warnings
from argparse import Namespace

import pytest

from benchmarks.accuracy.stages import Stage
from train.fitting.command import Command


def options_of(stage: Stage) -> Namespace:
    """What the command of a stage makes of its arguments; fails when `python -m` of it would do nothing."""
    told: list[Namespace] = []
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the module may be there already
        patch.setattr(Command, "__call__", lambda command: told.append(command.parse(stage.arguments)))
        runpy.run_module(stage.module, run_name="__main__")
    (options,) = told
    return options
