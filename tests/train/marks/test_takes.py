"""Renders that marks are fitted on are the performances that labels are of."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from runtime.errors import MezzoforteError
from train.marks.takes import sound_of
from train.rendering.performance import Variation


def render(path: Path, variation: Variation) -> Path:
    how = {"instrument": "salamander_dull", "variation": asdict(variation)}
    path.with_suffix(".json").write_text(json.dumps(how))
    return path


def test_a_render_says_whose_piano_it_is_and_a_varied_one_is_refused(tmp_path: Path) -> None:
    assert sound_of(render(tmp_path / "a.flac", Variation())) == "piano/salamander"
    with pytest.raises(MezzoforteError, match="not the performance as it was labelled"):
        sound_of(render(tmp_path / "b.flac", Variation(time_scale=0.9)))
