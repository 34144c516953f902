"""What was heard is kept: the second time nobody listens, and the answer is the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from runtime.model import load_model
from tests.stub_model import write_stub
from train.frames import kept
from train.frames.hear import load_transcriber
from train.frames.kept import frames_of, notes_of


def test_the_second_time_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, transcriber = load_model(write_stub(tmp_path), "cpu"), load_transcriber()
    samples = np.random.default_rng(0).normal(0, 0.1, 22_050 * 3).astype(np.float32)
    folder = tmp_path / "kept"
    frames, notes = frames_of(samples, model, folder), notes_of(samples, transcriber, folder)
    monkeypatch.setattr(kept.windows, "run", lambda *_: pytest.fail("listened again"))
    monkeypatch.setattr(kept, "heard_notes", lambda *_: pytest.fail("listened again"))
    np.testing.assert_array_equal(frames_of(samples, model, folder).columns(), frames.columns())
    np.testing.assert_array_equal(notes_of(samples, transcriber, folder).onset_s, notes.onset_s)
    with pytest.raises(pytest.fail.Exception, match="listened again"):
        frames_of(samples[1:], model, folder)
