"""The MIDI file says the same as the analysis, to two microseconds, to readers that are not ours."""

from __future__ import annotations

import io
import warnings

import mido
import numpy as np
import pytest

from runtime.errors import OutputError
from runtime.write.midi import PPQ, render_midi
from runtime.write.options import WriteOptions
from runtime.write.tempo_map import tempo_map
from tests.runtime.write.takes import empty, take


def read(data: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


def times_of_ticks(file: mido.MidiFile, ticks: np.ndarray) -> np.ndarray:
    """Seconds of ticks, from the set_tempo events alone, in exact arithmetic."""
    at, changes = 0, []
    for message in file.tracks[0]:
        at += message.time
        if message.type == "set_tempo":
            changes.append((at, message.tempo))
    out = []
    for tick in ticks:
        total = 0
        for (a, us), (b, _) in zip(changes, [*changes[1:], (10**12, 0)], strict=True):
            total += max(0, min(tick, b) - a) * us
        out.append(total / PPQ / 1e6)
    return np.array(out)


@pytest.mark.parametrize("mode", ["beat", "bar", "adaptive"])
@pytest.mark.parametrize("kind", [{}, {"first_s": 0.013, "position": 2}, {"first_s": 0.0}])
def test_every_beat_is_within_two_microseconds_of_the_map(mode, kind):
    analysis = take(**kind)
    options = WriteOptions(tempo_mode=mode, tolerance_ms=15)
    tempo = tempo_map(analysis, mode, 15)
    ticks = np.rint(np.array(tempo.beat_quarters) * PPQ).astype(int)
    off_s = times_of_ticks(read(render_midi(analysis, options)), ticks) - tempo.seconds_at(tempo.beat_quarters)
    assert np.abs(off_s).max() <= 2e-6


def test_pretty_midi_reads_the_beats_back_within_two_microseconds():
    pretty_midi = pytest.importorskip("pretty_midi", reason="pretty_midi is not installed")
    analysis = take()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        midi = pretty_midi.PrettyMIDI(io.BytesIO(render_midi(analysis, WriteOptions())))
    tempo = tempo_map(analysis)
    times = [midi.tick_to_time(round(q * PPQ)) for q in tempo.beat_quarters]
    assert np.abs(np.array(times) - [b.time_s for b in analysis.beats]).max() <= 2e-6
    down = [b.time_s for b in analysis.downbeats]
    assert np.abs(midi.get_downbeats()[1 : 1 + len(down)] - down).max() <= 2e-6


def test_the_file_is_type_1_with_metre_markers_and_one_note_over_the_whole_length():
    analysis = take()
    file = read(render_midi(analysis, WriteOptions()))
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 960, 2)
    signatures = [(m.numerator, m.denominator) for m in file.tracks[0] if m.type == "time_signature"]
    assert signatures == [(3, 4)]
    markers = [m.text for m in file.tracks[0] if m.type == "marker"]
    assert markers[0] == "mf" and "crescendo" in markers and "end of crescendo" in markers
    assert sum(m.startswith("change to") for m in markers) == len(analysis.change_points)
    notes = [m for m in file.tracks[1] if m.type in ("note_on", "note_off")]
    assert len(notes) == 2
    assert file.length == pytest.approx(analysis.source.duration_s, abs=1e-3)


def test_the_controller_its_range_and_its_direction_are_the_users_choice():
    options = WriteOptions(cc_number=1, cc_low=100, cc_high=20)
    changes = [m for m in read(render_midi(take(), options)).tracks[1] if m.type == "control_change"]
    assert {m.control for m in changes} == {1}
    values = [m.value for m in changes]
    assert min(values) == 20 and max(values) <= 100


def test_the_lane_can_follow_the_written_levels():
    analysis = take()
    track = read(render_midi(analysis, WriteOptions(lane="levels", cc_low=7, cc_high=107))).tracks[1]
    values = [m.value for m in track if m.type == "control_change"]
    expected = {"ppp": 7, "pp": 21, "p": 36, "mp": 50, "mf": 64, "f": 78, "ff": 93, "fff": 107}
    wanted = [expected[d.level] for d in analysis.dynamics]
    assert values == [v for i, v in enumerate(wanted) if i == 0 or v != wanted[i - 1]]


def test_no_beats_give_a_file_without_marks():
    file = read(render_midi(empty(10), WriteOptions()))
    assert [m.type for m in file.tracks[0] if m.type in ("marker", "set_tempo")] == ["set_tempo"]
    assert file.length == pytest.approx(10)


@pytest.mark.parametrize(
    "wrong", [{"cc_number": 120}, {"cc_low": -1}, {"cc_high": 128}, {"tempo_mode": "x"}, {"tolerance_ms": 0.0}]
)
def test_impossible_choices_are_refused(wrong):
    with pytest.raises(OutputError):
        WriteOptions(**wrong)
