"""The plugin in a real MuseScore 3 on a long movement with repeats and endings: Beethoven, op. 53, first movement."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runtime.score.read.files import read_score
from tests.musescore_plugin.musescore import FakeBridge, convert, dynamic, hairpin, needs_musescore, perform, plan_of

DATA = os.environ.get("MEZZOFORTE_DATA")
SONATA = Path("asap", "Beethoven", "Piano_Sonatas", "21-1", "xml_score.musicxml")
LEVELS = ("p", "f", "pp", "mf")


def _plan(measures: list[dict[str, Any]]) -> dict[str, Any]:
    """A dynamic on every fourth bar and a hairpin over the bar before it; the tempo of every bar."""
    marks = []
    for i in range(0, len(measures) - 1, 4):
        bar, before = measures[i], measures[i - 1]
        marks.append(dynamic(i, bar["number"], bar["tick"], LEVELS[i // 4 % 4]))
        if i:
            kind = ("crescendo", "diminuendo")[i // 4 % 2]
            marks.append(hairpin(i - 1, before["number"], before["tick"], bar["tick"], kind))
    tempos = [{"tick": m["tick"], "bpm": 140.0 + m["tick"] % 7} for m in measures]
    return plan_of(marks, tempos=tempos)


@needs_musescore
@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="MEZZOFORTE_DATA does not name the data folder")
def test_a_sonata_movement_is_marked_kept_reopened_and_cleaned_again(tmp_path: Path) -> None:
    assert DATA is not None
    home = tmp_path / "home"
    home.mkdir()
    score = convert(home, Path(DATA) / SONATA, home / "sonata.mscz")
    (seen,) = perform(home, score, ["look"])
    measures = seen["measures"]
    assert len(measures) == len(read_score(score).measures) > 300
    assert any(m.get("repeat_times") for m in measures)
    assert {e for m in measures for e in m.get("endings", [])} == {1, 2}
    bridge = FakeBridge(home, _plan(measures))
    marked = home / "marked.mscz"
    try:
        first, once, _, second, twice = perform(
            home, score, ["analyse", "/a.wav", {"tempo": True}], ["look"], ["save", str(marked), "mscz"],
            ["analyse", "/a.wav"], ["look"],
        )  # fmt: skip
        again, removed, after = perform(home, marked, ["analyse", "/a.wav"], ["remove"], ["look"])
    finally:
        bridge.close()
    kinds = Counter(m[0] for m in once["marks"] if m[5])
    assert first["state"] == "applied"
    assert kinds["dynamic"] > 40 and kinds["hairpin"] > 40
    assert sum(kinds.values()) == first["added"]
    assert (second["added"], second["removed"]) == (again["added"], again["removed"]) == (0, 0)
    assert sorted(map(str, twice["marks"])) == sorted(map(str, once["marks"]))
    human = sorted(str(m) for m in seen["marks"])
    assert sorted(str(m) for m in once["marks"] if not m[5]) == human
    assert sorted(str(m) for m in after["marks"]) == human
    assert removed["removed"] == first["added"] + sum(t[2] for t in once["tempos"])
    assert after["score"] == once["score"] == seen["score"]
    filed = read_score(marked)
    assert sum(m.ours for m in filed.marks) == first["added"]
    assert filed.fingerprint() == read_score(score).fingerprint()
