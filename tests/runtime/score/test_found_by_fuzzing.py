"""Files as fuzzing made them: each kind of damage that once ended in anything but a score or a sentence."""

from __future__ import annotations

import io

import mido
import pytest

from benchmarks.scores.reading import dense_plan, same_music
from runtime.errors import ScoreError
from runtime.score.read.files import from_bytes, parse
from runtime.score.unfold import written
from runtime.score.write import files as write
from tests.runtime.score import make

NESTED = b'<direction id="mezzoforte-1"><direction-type><words id="mezzoforte-2">x</words></direction-type></direction>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<staff>1</staff>", b"<staff>1-1</staff>"),
        (b"<staff>1</staff>", b"<staff>0</staff>"),
        (b"<staff>2</staff>", b"<staff>\xd9\xa2</staff>"),  # an Arabic two
        (b"<voice>1</voice>", b"<voice>a&amp;b&lt;</voice>"),
    ],
)
def test_a_staff_or_voice_that_is_no_number_does_not_keep_marks_out(old: bytes, new: bytes) -> None:
    source = from_bytes(make.plain(3).replace(old, new), "t.musicxml")
    marked = write.marked(source, dense_plan(parse(source)))
    assert sum(m.ours for m in parse(from_bytes(marked, "t.musicxml")).marks) > 3
    assert write.unmarked(from_bytes(marked, "t.musicxml")) == source.text


def test_our_marks_inside_our_marks_are_taken_out_at_once() -> None:
    text = make.plain(2)
    at = text.index(b"<note>")
    assert write.unmarked(from_bytes(text[:at] + NESTED + b"\n      " + text[at:], "t.musicxml")) == text


@pytest.mark.parametrize("move", ["-4", "4"])
def test_a_chord_moved_off_the_page_stays_on_a_staff(move: str) -> None:
    data = make.mscx(2).replace(b"<durationType>", f"<staffMove>{move}</staffMove><durationType>".encode())
    score = parse(from_bytes(data, "t.mscx"))
    assert {n.staff for n in score.notes} <= {1, 2}
    write.marked(from_bytes(data, "t.mscx"), dense_plan(score))


def test_a_member_of_a_zip_without_a_name_is_passed_over_or_told() -> None:
    data = bytearray(make.zipped({"score.xml": make.plain(1), "x": b"y"}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 28 : directory + 30] = b"\0\0"  # the length of the name "x"
    with pytest.raises(ScoreError, match="zip"):
        parse(from_bytes(bytes(data), "t.mxl"))


@pytest.mark.parametrize("method", [9, 12, 14, 93])
def test_a_packing_that_the_bytes_do_not_have_is_told(method: int) -> None:
    data = bytearray(make.zipped({"score.xml": make.plain(1)}))
    for header, field in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        place = data.index(header) + field
        data[place : place + 2] = method.to_bytes(2, "little")
    with pytest.raises(ScoreError, match=r"t\.mxl: not a readable zip"):
        parse(from_bytes(bytes(data), "t.mxl"))


def test_a_track_of_releases_alone_keeps_its_events_when_others_are_marked() -> None:
    played, releases = mido.MidiTrack(), mido.MidiTrack()
    for pitch in (60, 62, 64, 65):
        played += [mido.Message("note_on", note=pitch, velocity=70), mido.Message("note_off", note=pitch, time=480)]
        releases.append(mido.Message("note_on", note=pitch, velocity=0, time=480))
    file = io.BytesIO()
    mido.MidiFile(tracks=[played, releases]).save(file=file)
    source = from_bytes(file.getvalue(), "t.mid")
    marked = from_bytes(write.marked(source, dense_plan(parse(source))), "t.mid")
    assert any(m.ours for m in parse(marked).marks)
    assert same_music(from_bytes(write.unmarked(marked), "t.mid"), source)


def test_times_that_add_up_to_more_than_a_file_can_say_end_their_track() -> None:
    wait, unread, note = b"\xff\xff\xff\x7f", b"\xf0\x02\x80\xf7", b"\x90\x40\x40\x60\x80\x40\x00"
    tracks = [b"\x00" + note + b"\x00\xff\x2f\x00", wait + unread + b"\x7f" + note + b"\x00\xff\x2f\x00"]
    data = b"MThd\0\0\0\6\0\1\0\2\1\xe0" + b"".join(b"MTrk" + len(t).to_bytes(4, "big") + t for t in tracks)
    source = from_bytes(data, "t.mid")
    score = parse(source)
    assert len(score.notes) == 1 and "track 2 of the MIDI file breaks off" in " ".join(score.warnings)
    assert same_music(
        from_bytes(write.unmarked(from_bytes(write.marked(source, dense_plan(score)), "t.mid")), "t.mid"), source
    )


def test_a_volta_for_no_pass_is_one_for_the_first() -> None:
    bars = [make.two_staves(n, first=n == 1) for n in (1, 2)]
    under = bars[1].replace("</measure>", make.ending("0", "stop", repeat=True) + "    </measure>")
    under = under.replace('number="2">\n', 'number="2">\n' + make.ending("0", "start"), 1)
    for measures in ([bars[0], under], [under]):
        score = parse(from_bytes(make.score(measures), "t.musicxml"))
        assert written(score).measures[: len(measures)] == tuple(range(len(measures)))


def test_a_volta_of_musescore_for_no_pass_is_none() -> None:
    volta = '<Spanner type="Volta"><Volta><endings>0</endings></Volta><next><location><measures>1</measures>'
    volta += "</location></next></Spanner>"
    data = make.mscx(1).replace(b"<voice>", f"<voice>{volta}".encode(), 1)
    score = parse(from_bytes(data.replace(b"<voice>", b"<endRepeat>2</endRepeat><voice>", 1), "t.mscx"))
    assert score.measures[0].repeat_times == 2
    assert written(score).measures == (0, 0)
