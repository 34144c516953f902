"""What MuseScore plays after the marks: the recording's tempo, and notes that listen to the marks."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest

from tests.musescore_plugin.musescore import FakeBridge, convert, dynamic, needs_musescore, perform, plan_of

pytestmark = needs_musescore
BPM = (97.0, 88.0, 103.5, 76.0, 110.0, 92.0)
_HEAD = """<?xml version="1.0"?><score-partwise version="3.1"><part-list><score-part id="P1"><part-name>P</part-name>
</score-part></part-list><part id="P1">"""
_TEMPO = '<direction><direction-type><words>{}</words></direction-type><sound tempo="{}"/></direction>'
_NOTE = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration><type>quarter</type></note>"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def adagio(home: Path) -> Path:
    """Six bars of 4/4 with an Adagio on bar 3 and a rit. inside bar 4."""
    bars = []
    for bar in range(6):
        head = "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
        notes = [_NOTE] * 4
        if bar == 3:
            notes.insert(2, _TEMPO.format("rit.", 30))
        word = _TEMPO.format("Adagio", 50) if bar == 2 else ""
        bars.append(f'<measure number="{bar + 1}">{head if bar == 0 else ""}{word}{"".join(notes)}</measure>')
    path = home / "adagio.musicxml"
    path.write_text(f"{_HEAD}{''.join(bars)}</part></score-partwise>")
    return convert(home, path, home / "adagio.mscz")


def _starts_s(path: Path) -> list[float]:
    """When the notes of an exported MIDI file sound."""
    now, out = 0.0, []
    for message in mido.MidiFile(path):
        now += message.time
        if message.type == "note_on" and message.velocity:
            out.append(now)
    return out


def test_playback_follows_the_recording_over_the_scores_own_tempo_marks_which_come_back(
    home: Path, adagio: Path
) -> None:
    tempos = [{"tick": 1920 * i, "bpm": bpm} for i, bpm in enumerate(BPM)]
    bridge = FakeBridge(home, plan_of([dynamic(0, "1", 0, "p")], tempos=tempos))
    files = {name: home / f"{name}.mid" for name in ("before", "after", "removed", "reopened")}
    marked = home / "marked.mscz"
    try:
        before, _, run, after, *_ = perform(
            home, adagio, ["look"], ["save", str(files["before"]), "mid"],
            ["analyse", "/a.wav", {"tempo": True}], ["look"], ["save", str(files["after"]), "mid"],
            ["save", str(marked), "mscz"], ["remove"], ["save", str(files["removed"]), "mid"],
        )  # fmt: skip
    finally:
        bridge.close()
    convert(home, marked, files["reopened"])
    expected, now = [], 0.0
    for bpm in BPM:
        expected += [now + 60 / bpm * beat for beat in range(4)]
        now += 240 / bpm
    for name in ("after", "reopened"):
        assert _starts_s(files[name]) == pytest.approx(expected, abs=0.02), name
    assert run["tempos"] == 2  # the Adagio and the rit. are silent, and stand where they stood
    assert [t for t in after["tempos"] if not t[2]] == before["tempos"]
    assert _starts_s(files["removed"]) == pytest.approx(_starts_s(files["before"]), abs=1e-6)
    assert _starts_s(files["before"])[-1] > expected[-1] + 7  # what it would be without


@pytest.fixture
def imported(home: Path) -> Path:
    """Four bars of a MIDI file: MuseScore gives its notes velocities of their own."""
    file = mido.MidiFile(ticks_per_beat=480)
    track = file.add_track("piano")
    track.append(mido.MetaMessage("time_signature", numerator=4, denominator=4))
    for i in range(16):
        track.append(mido.Message("note_on", note=60 + i, velocity=64))
        track.append(mido.Message("note_off", note=60 + i, time=480))
    path = home / "imported.mid"
    file.save(path)
    return convert(home, path, home / "imported.mscz")


def _velocities(path: Path) -> list[int]:
    return [m.velocity for m in mido.MidiFile(path) if m.type == "note_on" and m.velocity]


def test_only_notes_that_a_mark_has_to_move_are_told_to_listen(home: Path, imported: Path) -> None:
    bridge = FakeBridge(home, plan_of([dynamic(2, "3", 3840, "ff")]))
    deaf, heard = home / "deaf.mid", home / "heard.mid"
    try:
        run, _ = perform(home, imported, ["analyse", "/a.wav"], ["save", str(deaf), "mid"])
        told, _ = perform(home, imported, ["analyse", "/a.wav", {"resetVelocities": True}], ["save", str(heard), "mid"])
    finally:
        bridge.close()
    assert run["counts"]["deaf"] == told["counts"]["deaf"] == 8
    assert set(_velocities(deaf)) == {64}
    assert _velocities(heard) == 8 * [64] + 8 * [112]
