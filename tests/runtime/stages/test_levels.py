"""The second stage for known notes is asked when they are known, is told them, and its options hold then alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from runtime.analysis import LADDER
from runtime.model import load_model
from runtime.notes.played import PlayedNotes
from runtime.pipeline import hear
from runtime.stages.levels import WITH_NOTES, LevelStage
from tests.runtime.audio_files import write
from tests.stub_model import write_stub


@dataclass
class AlwaysFf:
    """A session that answers ff to everything and keeps what it was told."""

    told: list[np.ndarray] = field(default_factory=list)

    def run(self, _: list[str], feeds: dict[str, np.ndarray]) -> list[Any]:
        features = feeds["features"]
        self.told.append(features)
        levels = np.full((1, features.shape[1], 5), -8.0, np.float32)
        levels[..., 4] = -0.01
        return [levels, np.full((1, features.shape[1]), -8.0, np.float32)]


def test_known_notes_decide_the_levels_with_their_own_stage(tmp_path: Path) -> None:
    session = AlwaysFf()
    model = load_model(write_stub(tmp_path), "cpu")
    model = replace(model, levels_notes=LevelStage("notes", session))
    unknown = hear(write(tmp_path / "tones.wav", 12.0), model)
    assert unknown.analysis.beats and unknown.again is not None and not session.told
    notes = PlayedNotes.of([(0.5 * k, 0.5 * k + 0.3, 60, 40 + k) for k in range(24)])
    known = unknown.again(notes, False).analysis
    loud = [np.mean([LADDER.index(x) for x in a.beat_levels]) for a in (unknown.analysis, known)]
    assert loud[1] > loud[0]
    assert unknown.analysis.beats == known.beats
    (told,) = session.told
    assert told.shape == (1, len(known.beats), len(WITH_NOTES))
    assert told[0, :, WITH_NOTES.index("velocity_rank")].any()
