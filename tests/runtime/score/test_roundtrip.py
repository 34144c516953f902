"""Marked and taken back: the original again, in every kind of file, whatever the plan."""

from __future__ import annotations

import io

import mido
import pytest

from benchmarks.scores import reading as score_reading
from runtime.score.read.files import from_bytes, parse
from runtime.score.write import files as write
from tests.runtime.score import make

FILES = {
    "t.musicxml": make.plain(12),
    "t.xml": make.plain(12, beats=3),
    "t.mxl": make.zipped({"META-INF/container.xml": make.container(), "score.xml": make.plain(12)}),
    "t.mscx": make.mscx(12),
    "t.mscz": make.zipped({"t.mscx": make.mscx(12, "4.20"), "Thumbnails/thumbnail.png": b"png"}),
}


def early_end() -> bytes:
    """Two tracks; the first, with the tempo, ends at once, as MuseScore writes it."""
    melody = mido.MidiTrack()
    for n in range(40):
        melody.append(mido.Message("note_on", note=60 + n % 12, velocity=70 + n, time=0))
        melody.append(mido.Message("note_off", note=60 + n % 12, time=480))
    tempo = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000), mido.MetaMessage("end_of_track", time=1)])
    out = io.BytesIO()
    mido.MidiFile(tracks=[tempo, melody], ticks_per_beat=480).save(file=out)
    return out.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_a_mark_of_some_kind_on_every_third_onset_leaves_no_trace(name):
    _, seen = score_reading.round_trip(FILES[name], name)
    assert seen["back"] and seen["again"] and seen["music"]
    assert seen["ours"] == seen["planned"] > 10


@pytest.mark.parametrize("mode", ["velocity", "cc"])
def test_a_midi_track_that_ends_before_our_marks_ends_there_again(mode):
    source = from_bytes(early_end(), "t.mid")
    marked = write.marked(source, score_reading.dense_plan(parse(source)), mode)
    assert mido.MidiFile(file=io.BytesIO(marked)).length >= mido.MidiFile(file=io.BytesIO(early_end())).length
    back = mido.MidiFile(file=io.BytesIO(write.unmarked(from_bytes(marked, "t.mid"))))
    assert [list(t) for t in back.tracks] == [list(t) for t in mido.MidiFile(file=io.BytesIO(early_end())).tracks]


def test_a_score_that_cannot_be_read_is_told_and_not_passed_over():
    marked, seen = score_reading.round_trip(b"<score-timewise/>", "t.musicxml")
    assert marked is None and "timewise" in seen["told"]
