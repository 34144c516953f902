"""The REAPER script, run by a real Lua against a stand-in of the REAPER functions it calls (not in REAPER)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from runtime.write import WriteOptions, save
from runtime.write.tempo_map import tempo_map
from tests.runtime.write.takes import empty, take

DAW = Path(__file__).resolve().parents[3] / "bridge" / "daw"
STAND_IN = Path(__file__).parent / "reaper_stand_in.lua"
LUA = shutil.which("lua5.4") or shutil.which("lua5.3") or shutil.which("lua")
needs_lua = pytest.mark.skipif(LUA is None, reason="no Lua interpreter is installed")


def run(folder: Path, runs: int = 1) -> dict[str, list[list[str]]]:
    command = [str(LUA), str(STAND_IN), str(folder), str(DAW / "mezzoforte_reaper.lua"), str(runs)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    rows: dict[str, list[list[str]]] = {k: [] for k in ("tempo", "mark", "track", "point", "undo", "box")}
    for line in out.splitlines():
        kind, *rest = line.split("\t")
        rows[kind].append(rest)
    return rows


@needs_lua
@pytest.mark.parametrize("mode", ["beat", "bar", "adaptive"])
def test_tempo_markers_lead_to_the_beats(tmp_path, mode):
    analysis = take(412.0, first_s=0.3, position=2)
    save(analysis, tmp_path / "mezzoforte.daw.json", "daw", WriteOptions(tempo_mode=mode))
    rows = run(tmp_path)["tempo"]
    tempo = tempo_map(analysis, mode)
    at_s, quarters = 0.0, 0.0
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        assert float(row[0]) == pytest.approx(at_s, abs=1e-6)
        assert float(tempo.seconds_at(quarters)) == pytest.approx(at_s, abs=1e-6)
        if following:
            quarters += (float(following[0]) - at_s) * float(row[1]) / 60
            at_s = float(following[0])
    metres = [(int(r[2]), int(r[3])) for r in rows if r[2] != "0"]
    assert metres == [(b.numerator, b.denominator) for b in tempo.metres]


@needs_lua
def test_a_second_run_replaces_the_first_and_keeps_what_the_user_wrote(tmp_path):
    analysis = take(412.0)
    save(analysis, tmp_path / "mezzoforte.daw.json", "daw")
    once, twice = run(tmp_path), run(tmp_path, 2)
    for kind in ("tempo", "mark", "track", "point"):
        assert once[kind] == twice[kind]
    assert once["mark"][0][3] == "the user's own"
    names = [m[3] for m in once["mark"][1:]]
    assert all(n.startswith("mf: ") for n in names) and len(names) == len(analysis.dynamics) + 1
    assert [m[0] for m in once["mark"]].count("true") == 1
    assert [t[:2] for t in once["track"]] == [["piano", "1"], ["Mezzoforte dynamics", "-1"]]
    assert int(once["track"][1][2]) > 100
    assert once["undo"] == [["begin"], ["Mezzoforte: tempo map and dynamics"]]


@needs_lua
def test_no_beats_are_no_error(tmp_path):
    save(empty(), tmp_path / "mezzoforte.daw.json", "daw")
    rows = run(tmp_path)
    assert len(rows["tempo"]) == 1 and rows["box"] == []


@needs_lua
@pytest.mark.parametrize("text", ["", "{", '{"mezzoforte": 2}', "[1, 2", '{"mezzoforte": 1}', "\x00", '"\\u12"'])
def test_a_broken_plan_is_told_in_a_box(tmp_path, text):
    (tmp_path / "mezzoforte.daw.json").write_text(text)
    assert len(run(tmp_path)["box"]) == 1


def test_both_scripts_read_json_with_the_same_code():
    def reader(name: str) -> str:
        text = (DAW / name).read_text()
        block = text[text.index("-- JSON reader (begin)") : text.index("-- JSON reader (end)")]
        return re.sub(r"(?m)^\t*", "", block)

    assert reader("mezzoforte_ardour.lua") == reader("mezzoforte_reaper.lua")
