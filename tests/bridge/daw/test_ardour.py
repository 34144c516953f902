"""A real Ardour writes the session; what it saved is read back."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.daw.ardour import FINEST_LEAD_IN, PLAN, find_engine, main, write_session
from bridge.daw.ardour_session import SavedTempo, read_saved, read_session, session_file
from runtime.analysis import Analysis
from runtime.errors import OutputError
from runtime.write import WriteOptions, save
from runtime.write.tempo_map import tempo_map
from tests.bridge.daw.ardour_rig import binary, configure, new_session, running, wait
from tests.runtime.write.takes import empty, take

LONG = take(400.0)
OTHER = take(200.0, seed=9, position=2, first_s=0.4)
SHORTER = take(90.0, first_s=0.02)
needs_engine = pytest.mark.skipif(find_engine() is None, reason="Ardour is not installed")
needs_window = pytest.mark.skipif(
    binary() is None or shutil.which("Xvfb") is None, reason="Ardour or Xvfb is not installed"
)


def check(saved: SavedTempo, analysis: Analysis) -> None:
    """Beats within 1 ms, metres, markers, ranges and gain points, nothing twice and nothing left over."""
    tempo = tempo_map(analysis, finest=FINEST_LEAD_IN)
    off_s = [saved.seconds_at(q) - b.time_s for q, b in zip(tempo.beat_quarters, analysis.beats, strict=True)]
    assert np.abs(off_s).max() < 0.001
    assert [m[1:] for m in saved.metres] == [(b.numerator, b.denominator) for b in tempo.metres]
    changed = {c.beat for c in analysis.change_points}
    wanted = [(f"mf: {'change to ' if d.beat in changed else ''}{d.level}", d.time_s) for d in analysis.dynamics]
    found = sorted(saved.markers, key=lambda m: m[1])
    assert [n for n, _ in found] == [n for n, _ in wanted]
    assert [t for _, t in found] == pytest.approx([t for _, t in wanted], abs=0.001)
    assert sorted(n for n, _, _ in saved.ranges) == ["mf: crescendo", "mf: recording"]
    assert saved.gain_points > 100


@needs_engine
@pytest.mark.slow
def test_beats_of_a_400_s_take_land_within_a_millisecond_and_a_second_run_replaces_the_first(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    session = new_session(tmp_path / "take", tmp_path)
    hints = b'<EngineHints backend="ALSA" input-device="My Card" output-device="My Card"/>'
    path = session_file(session)
    path.write_bytes(re.sub(rb"<EngineHints[^>]*/>", hints, path.read_bytes()))
    said = write_session(LONG, session, WriteOptions())
    first = read_saved(session_file(session))
    check(first, LONG)
    assert f"{len(first.times_s)} tempi" in said
    assert hints in path.read_bytes()
    write_session(OTHER, session, WriteOptions())
    second = read_saved(session_file(session))
    check(second, OTHER)
    assert len(second.times_s) == len(tempo_map(OTHER).knots) - 1
    write_session(SHORTER, session, WriteOptions(finest_lead_in=64))
    check(read_saved(session_file(session)), SHORTER)


def imported(session: Path) -> list[tuple[str, int]]:
    """Name and start of every region on a track."""
    regions = [r for p in read_session(session_file(session)).iter("Playlist") for r in p.findall("Region")]
    return [(r.get("name"), int(r.get("length").partition("@a")[2])) for r in regions]


@needs_window
@needs_engine
@pytest.mark.slow
def test_the_editor_action_writes_into_a_running_ardour_once(tmp_path):
    session = new_session(tmp_path / "take", tmp_path)
    configure(tmp_path, session)
    recording = tmp_path / "a recording.flac"
    soundfile.write(recording, np.sin(np.arange(96_000) / 20), 44_100)
    with running(session, tmp_path) as ardour:
        for analysis in (OTHER, SHORTER, OTHER):
            (tmp_path / "in.json").write_text(analysis.to_json())
            asked_s = [0.0]

            def written(duration_s: float = analysis.source.duration_s, asked_s: list[float] = asked_s) -> bool:
                if time.monotonic() - asked_s[0] > 40:
                    asked_s[0] = time.monotonic()
                    live = ["--session", str(session), "--live", "127.0.0.1:3819", "--audio", str(recording)]
                    assert main([str(tmp_path / "in.json"), *live]) == 0
                ardour.save()
                saved = read_saved(session_file(session))
                points = len(json.loads((session / PLAN).read_text())["gain"])
                return ("mf: recording", 0.0, duration_s) in saved.ranges and saved.gain_points == points

            assert wait(written, 120)
            check(read_saved(session_file(session)), analysis)
            assert wait(lambda: imported(session) == [("a recording", 0)], 60), imported(session)
        # Undo has nothing of ours to take back in part; the way back is the snapshot from before each run.
        for _ in range(3):
            ardour.say("/undo")
            time.sleep(1)
        ardour.save()
        check(read_saved(session_file(session)), OTHER)
    snapshots = sorted(session.glob("before mezzoforte *.ardour"))
    assert len(snapshots) >= 3
    untouched = read_saved(snapshots[0])
    assert (len(untouched.times_s), untouched.markers, untouched.ranges, untouched.gain_points) == (1, (), (), 0)
    check(read_saved(snapshots[1]), OTHER)


IMPORT = """ardour { ["type"] = "EditorAction", name = "import" }
function factory () return function ()
	local files = C.StringVector ()
	files:push_back ("MIDI")
	Editor:do_import (files, Editing.ImportDistinctFiles, Editing.ImportAsTrack, ARDOUR.SrcQuality.SrcBest,
		ARDOUR.MidiTrackNameSource.SMFTrackName, ARDOUR.MidiTempoMapDisposition.SMFTempoUse, Temporal.timepos_t (0),
		ARDOUR.PluginInfo (), ARDOUR.Track (), false)
end end
"""


@needs_window
@needs_engine
@pytest.mark.slow
def test_ardour_imports_the_midi_file_with_every_beat_within_two_microseconds(tmp_path):
    session, midi = new_session(tmp_path / "take", tmp_path), tmp_path / "in.mid"
    save(LONG, midi, "midi")
    configure(tmp_path, session, IMPORT.replace("MIDI", str(midi)))
    asked_s = 0.0
    with running(session, tmp_path) as ardour:

        def imported() -> bool:
            nonlocal asked_s
            ardour.save()
            tracks = [r.get("name") for r in read_session(session_file(session)).iter("Route")]
            if any("Mezzoforte" in name for name in tracks):
                return True
            # While it starts it does not hear.
            if len(read_saved(session_file(session)).times_s) == 1 and time.monotonic() - asked_s > 20:
                asked_s = time.monotonic()
                ardour.say("/access_action", "LuaAction/script-2")
            return False

        assert wait(imported, 120)
    saved, tempo = read_saved(session_file(session)), tempo_map(LONG)
    off_s = [saved.seconds_at(q) - b.time_s for q, b in zip(tempo.beat_quarters, LONG.beats, strict=True)]
    assert np.abs(off_s).max() <= 2e-6
    assert saved.metres == ((0.0, 3, 4),)


def test_a_folder_without_a_session_is_told(tmp_path):
    with pytest.raises(OutputError, match="no Ardour session"):
        session_file(tmp_path)


@needs_engine
@pytest.mark.parametrize("text", ["", "<Session/>", "<nonsense"])
def test_a_file_that_is_no_session_is_left_alone(tmp_path: Path, text):
    path = tmp_path / "x.ardour"
    path.write_text(text)
    with pytest.raises(OutputError):
        write_session(empty(), tmp_path, WriteOptions())
    assert path.read_text() == text


def test_without_ardour_the_error_says_what_else_there_is(tmp_path, monkeypatch):
    monkeypatch.setattr("bridge.daw.ardour.find_engine", lambda: None)
    with pytest.raises(OutputError, match="MIDI"):
        write_session(empty(), tmp_path, WriteOptions())


def test_the_plan_is_in_the_session_folder_under_the_name_that_the_action_reads(tmp_path):
    from bridge.daw.ardour import ACTION

    assert PLAN in ACTION.read_text()
    assert save(OTHER, tmp_path / PLAN, "daw").stat().st_size > 0
