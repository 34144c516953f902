"""Everything real: the bridge, the shipped model, a pianist's recording, its score, MuseScore."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the bridge's server needs uvicorn and starlette (extra: bridge)")
from runtime.errors import ModelError
from runtime.model import find_card
from runtime.score.read.files import read_score
from tests.bridge.serve.server import running
from tests.musescore_plugin.musescore import convert, needs_musescore, perform

DATA = os.environ.get("MEZZOFORTE_DATA")


def _model() -> Path | None:
    try:
        return find_card(None)
    except ModelError:
        return None


@needs_musescore
@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="MEZZOFORTE_DATA does not name the data folder")
@pytest.mark.skipif(_model() is None, reason="no model is shipped in runtime/models")
def test_a_recording_of_bwv_846_becomes_dynamics_in_a_saved_score(
    tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    assert DATA is not None
    model = _model()
    assert model is not None
    whole_story(tmp_path, model, Path(DATA), record_property)


def whole_story(tmp_path: Path, model: Path, data: Path, note: object) -> None:
    """The test's body, for any model."""
    recording = data / "real_audio" / "bwv846_prelude_ishizaka.ogg"
    home = tmp_path / "home"
    home.mkdir()
    score = convert(home, data / "asap" / "Bach" / "Prelude" / "bwv_846" / "xml_score.musicxml", home / "prelude.mscz")
    marked = home / "marked.mscz"
    with running(home / ".mezzoforte", model, "--quality", "best"):
        started_s = time.monotonic()
        run, seen, _, again = perform(
            home,
            score,
            ["analyse", str(recording)],
            ["look"],
            ["save", str(marked), "mscz"],
            ["analyse", str(recording)],
        )
        wall_s = time.monotonic() - started_s
    assert run["error"] is None, run["error"]
    assert run["state"] == "applied"
    assert (again["added"], again["removed"]) == (0, 0)
    with zipfile.ZipFile(marked) as file:
        assert any(name.endswith(".mscx") for name in file.namelist())
    before, after = read_score(score), read_score(marked)
    ours = [m for m in after.marks if m.ours]
    assert any(m.kind == "dynamic" for m in ours)
    assert len(ours) == run["added"] == sum(m[5] for m in seen["marks"])
    assert after.fingerprint() == before.fingerprint()
    if callable(note):
        note("wall_s", round(wall_s, 1))
        note("marks", [(m.kind, m.value, float(m.start)) for m in ours])
