"""Makes the files of this folder: ``python -m tests.data.odd.make``. Each has a line on what it is and what is right.

`tests/test_odd.py` gives every file to every reader. `right` says what readers make of it (in words of that test); a
pattern of the sentence that refuses it begins with ``!``; a reader that is not named may refuse it in any one sentence.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile

from tests.runtime.audio_files import write_wav_header
from tests.runtime.score import make

FOLDER = Path(__file__).parent
README = FOLDER / "README.md"
_RATE_HZ = 8_000


@dataclass(frozen=True)
class Odd:
    """A file: its name, what it is, how it is made, and what each reader makes of it."""

    name: str
    about: str
    made: Callable[[], bytes]
    right: dict[str, str]


# --- MusicXML and what it is zipped in


def _bars(*before: str, after: str = "") -> bytes:
    """Three bars; what stands before the notes of each, and after those of the last."""
    texts = [*before, "", "", ""][:3]
    bars = [make.two_staves(n, first=n == 1, before=texts[n - 1], after=after if n == 3 else "") for n in (1, 2, 3)]
    return make.score(bars)


def _plain(old: str = "", new: str = "", count: int = -1) -> bytes:
    return make.plain(3).replace(old.encode(), new.encode(), count) if old else make.plain(3)


def _attributes(inner: str) -> str:
    return f"      <attributes>{inner}</attributes>\n"


def _direction(inner: str, more: str = "") -> str:
    return f"      <direction><direction-type>{inner}</direction-type>{more}</direction>\n"


def _words(text: str) -> str:
    return _direction(f"<words>{text}</words>", "<staff>1</staff>")


_REST = "      <note><rest measure='yes'/><duration>8</duration><voice>1</voice><staff>1</staff></note>\n"


def _percent() -> bytes:
    style = "<measure-style><measure-repeat type='{}'>{}</measure-repeat></measure-style>"
    bars = [make.two_staves(1, first=True), make.measure(2, _attributes(style.format("start", 1)) + _REST)]
    stop = make.two_staves(5, before=_attributes(style.format("stop", "")))
    return make.score([*bars, "    <measure number='3'/>\n", "    <measure number='4'></measure>\n", stop])


def _slashes() -> bytes:
    style = "<measure-style number='1'><beat-repeat type='start' slashes='1'/></measure-style>"
    rests = "      <note><rest/><duration>2</duration><voice>1</voice><staff>1</staff></note>\n" * 3
    head = make.ATTRIBUTES.format(beats=4)
    slash = make.note("B", 4, 8, extra="<notehead>slash</notehead>")
    stop = _attributes(style.replace("start", "stop"))
    return make.score(
        [make.measure(1, head + make.note("C") + _attributes(style) + rests), make.measure(2, stop + slash)]
    )


def _parts(*parts: tuple[str, str, str]) -> bytes:
    """Parts of (name, instrument sound, measures)."""
    listed = "".join(
        f"<score-part id='P{n}'><part-name>{name}</part-name><score-instrument id='I{n}'><instrument-name/>"
        f"<instrument-sound>{sound}</instrument-sound></score-instrument></score-part>"
        for n, (name, sound, _) in enumerate(parts)
    )
    music = "".join(f"<part id='P{n}'>\n{measures}</part>" for n, (_, _, measures) in enumerate(parts))
    return f"<score-partwise version='4.0'><part-list>{listed}</part-list>{music}</score-partwise>".encode()


def _one_staff(*notes: str, attributes: str = "") -> str:
    head = _attributes(f"<divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time>{attributes}")
    return make.measure(1, head + "".join(notes))


def _staffless(step: str, octave: int, extra: str = "") -> str:
    pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>"
    return f"      <note>{extra}{pitch}<duration>8</duration></note>\n"


def _entities() -> bytes:
    pairs = zip("abcdefghi", "bcdefghij", strict=True)
    declared = '<!ENTITY a "haha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairs)
    return _plain(make.HEAD, f"<!DOCTYPE score-partwise [{declared}]>").replace(b"Piano", b"&j;")


def _zip(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = packing
            archive.writestr(info, data)
    return out.getvalue()


def _mxl(name: str, listed: str | None = None) -> bytes:
    return _zip({"META-INF/container.xml": make.container(listed or name), name: make.plain(3)})


def _changed(data: bytes, at: bytes, offset: int, new: bytes) -> bytes:
    place = data.rindex(at) + offset
    return data[:place] + new + data[place + len(new) :]


# --- MuseScore


def _mscx(old: bytes = b"", new: bytes = b"", version: str = "3.01", count: int = -1) -> bytes:
    data = make.mscx(3, version)
    return data.replace(old, new, count) if old else data


_OCTAVE = (
    b'<Spanner type="Ottava"><Ottava><subtype>8va</subtype></Ottava><next><location><measures>1</measures></location>'
    b"</next></Spanner><Chord>"
)


# --- MIDI


def _chunk(name: bytes, data: bytes, size: int | None = None) -> bytes:
    return name + struct.pack(">L", len(data) if size is None else size) + data


def _midi(*tracks: bytes, kind: int = 1, division: int = 480) -> bytes:
    head = struct.pack(">HHh", kind, len(tracks), division)
    return _chunk(b"MThd", head) + b"".join(_chunk(b"MTrk", t) for t in tracks)


_TWO = b"\x00\x90\x3c\x40\x83\x60\x80\x3c\x00\x00\x90\x3e\x50\x83\x60\x80\x3e\x00"
_END = b"\x00\xff\x2f\x00"


def _drums() -> bytes:
    out, track = io.BytesIO(), mido.MidiTrack()
    for note in (36, 38):
        track += [mido.Message("note_on", channel=9, note=note), mido.Message("note_off", channel=9, note=note, time=9)]
    mido.MidiFile(tracks=[track]).save(file=out)
    return out.getvalue()


# --- sound


def _tone(seconds: float = 0.5, rate_hz: int = _RATE_HZ) -> np.ndarray:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.3 * np.sin(2 * np.pi * 440 * t) * np.exp(-3 * t)).astype(np.float32)


def _encoded(samples: np.ndarray, kind: str, subtype: str, rate_hz: int = _RATE_HZ) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate_hz, format=kind, subtype=subtype)
    return out.getvalue()


def _wav(
    samples: np.ndarray | None = None, declared: int | None = None, channels: int = 1, rate_hz: int = _RATE_HZ
) -> bytes:
    data = ((_tone() if samples is None else samples) * 32_767).astype("<i2").tobytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.wav")
        write_wav_header(path, data, rate_hz=rate_hz, channels=channels, bits=16, declared_bytes=declared)
        return path.read_bytes()


def _nan() -> bytes:
    samples = _tone()
    samples[1000] = np.nan
    return _encoded(samples, "WAV", "FLOAT")


def _listed_first() -> bytes:
    """A LIST chunk of 40,000 bytes before the audio, as cameras and recorders write them."""
    whole = _wav()
    return whole[:36] + b"LIST" + struct.pack("<I", 4_000) + bytes(4_000) + whole[36:]


def _upside_down() -> bytes:
    tone = _tone(2.0)
    return _encoded(np.column_stack([tone, -tone]), "FLAC", "PCM_16")


# --- JSON and tables


def _analysis(**changes: object) -> bytes:
    beat = {"time_s": 0.5, "bar": 1, "beat_in_bar": 1, "confidence": 0.9}
    return json.dumps({"schema": 1, "beats": [beat], **changes}).encode()


ODD = (
    Odd(
        "percent.musicxml",
        "a measure repeat over bars that hold nothing at all (`<measure/>`)",
        _percent,
        {"score": "5 bars, 25 notes 48-83"},
    ),
    Odd(
        "slashes.musicxml",
        "slashed beats, which repeat the one before, and a note with a slash for a head",
        _slashes,
        {"score": "2 bars, 4 notes 72-72, warned"},
    ),
    Odd(
        "words.musicxml",
        "dynamics in words, one of them a pedal and one the goal of a crescendo",
        lambda: _bars(_words("sempre pp"), _words("pédale forte"), _words("cresc. al f")),
        {"score": "3 bars, 15 notes 48-83, pp crescendo"},
    ),
    Odd(
        "compound.musicxml",
        "two signs in one `dynamics`, which are one mark",
        lambda: _bars(_direction("<dynamics><f/><p/></dynamics>")),
        {"score": "3 bars, 15 notes 48-83, fp"},
    ),
    Odd(
        "ossia.musicxml",
        "an ossia staff above the piano's",
        lambda: _bars(_attributes("<staff-details number='1'><staff-type>ossia</staff-type></staff-details>")),
        {"score": "3 bars, 3 notes 48-48, warned"},
    ),
    Odd(
        "hands.musicxml",
        "violin, right hand and left hand as three parts",
        lambda: _parts(
            ("Violin", "strings.violin", _one_staff(_staffless("A", 5))),
            ("Piano RH", "keyboard.piano", _one_staff(_staffless("E", 5))),
            ("Piano LH", "keyboard.piano", _one_staff(_staffless("C", 3))),
        ),
        {"score": "1 bars, 3 notes 48-81"},
    ),
    Odd(
        "cues.musicxml",
        "a cue of what the violin plays at that moment",
        lambda: _parts(
            ("Violin", "strings.violin", _one_staff(_staffless("A", 5))),
            ("Piano", "keyboard.piano", _one_staff(_staffless("A", 5, "<cue/>"))),
        ),
        {"score": "1 bars, 1 notes 81-81, warned"},
    ),
    Odd(
        "clarinet.musicxml",
        "a part for an instrument in B flat, which sounds a tone lower",
        lambda: _parts(
            (
                "Clarinet",
                "wind.reed.clarinet",
                _one_staff(_staffless("D", 5), attributes="<transpose><chromatic>-2</chromatic></transpose>"),
            )
        ),
        {"score": "1 bars, 1 notes 72-72"},
    ),
    Odd(
        "utf16.musicxml",
        "UTF-16 with a byte order mark, as Finale wrote it",
        lambda: _plain().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "latin1.musicxml",
        "ISO 8859-1 with an umlaut in the part's name",
        lambda: _plain("Piano", "Flügel").decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "wrong_encoding.musicxml",
        "ISO 8859-1 that is called UTF-8",
        lambda: _plain("Piano", "Flügel").decode().encode("latin-1"),
        {"score": "!the text is not valid utf-8"},
    ),
    Odd(
        "staff_and_voice.musicxml",
        "a staff that is no number and a voice with an ampersand",
        lambda: _plain("<staff>1</staff>", "<staff>1-1</staff>").replace(b"<voice>1<", b"<voice>a&amp;b<"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "our_marks_nested.musicxml",
        "a mark of ours inside a mark of ours",
        lambda: _bars(
            "      <direction id='mezzoforte-1'><direction-type><words id='mezzoforte-2'>x</words></direction-type>"
            "</direction>\n"
        ),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "open_volta.musicxml",
        "a first ending that never ends, and a D.S. without a segno",
        lambda: _bars(make.ending("1", "start"), "", make.sound(dalsegno="x")),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "backup_too_far.musicxml",
        "a backup that goes back before the bar line",
        lambda: _plain("<backup><duration>8<", "<backup><duration>12<"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "no_divisions.musicxml",
        "divisions are missing, so durations count in quarters",
        lambda: _plain("<divisions>2</divisions>"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd("timewise.musicxml", "a score ordered by time", lambda: b"<score-timewise/>", {"score": "!ordered by time"}),
    Odd("cut.musicxml", "the first half of a file", lambda: _plain()[:1500], {"score": "!not well-formed XML"}),
    Odd("empty.musicxml", "no bytes at all", lambda: b"", {"score": "!not well-formed XML", "audio": "!0 bytes"}),
    Odd("rests.musicxml", "rests only", lambda: make.score([make.measure(1, _REST)]), {"score": "!no pitched notes"}),
    Odd(
        "page.musicxml",
        "the web page of a shop, saved under the score's name",
        lambda: b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in<br></body></html>",
        {"score": "!not well-formed XML"},
    ),
    Odd(
        "entities.musicxml",
        "an entity that stands for three thousand million letters",
        _entities,
        {"score": "!declares the entity"},
    ),
    Odd(
        "pitch_x.musicxml",
        "a note called X",
        lambda: _plain("<step>C<", "<step>X<", 1),
        {"score": "!a note with pitch 'X'"},
    ),
    Odd(
        "colon.mxl",
        "a colon in the name inside the zip, as MuseScore 3 writes it",
        lambda: _mxl("Etude No. 3: Allegro.xml"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "ampersand.mxl",
        "an ampersand that is not escaped in the container file, as MuseScore 3 writes it",
        lambda: _mxl("Prelude & Fugue.xml"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "backslash.mxl",
        "backslashes for folders",
        lambda: _mxl("scores\\a.xml", "scores/a.xml"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "zip_called.musicxml",
        "a zipped score under a bare score's name",
        lambda: _mxl("score.xml"),
        {"score": "3 bars, 15 notes 48-83"},
    ),
    Odd(
        "no_score.mxl", "a zip of pictures", lambda: _zip({"a.png": b"\x89PNG"}), {"score": "!holds no .musicxml score"}
    ),
    Odd(
        "bomb.mxl", "20 KB that unpack to 20 MB", lambda: _zip({"score.xml": b" " * (20 << 20)}), {"score": "!zip bomb"}
    ),
    Odd(
        "outside.mxl",
        "a member that would leave the folder",
        lambda: _zip({"../score.xml": make.plain(1)}),
        {"score": "!unsafe path"},
    ),
    Odd(
        "nameless.mxl",
        "a member without a name",
        lambda: _changed(_zip({"score.xml": make.plain(1), "x": b"y"}), b"PK\x01\x02", 28, b"\0\0"),
        {"score": "!zip"},
    ),
    Odd(
        "method.mxl",
        "a packing that does not exist",
        lambda: _changed(_zip({"score.xml": make.plain(1)}), b"PK\x01\x02", 10, b"\x63\0"),
        {"score": "!not a readable zip"},
    ),
    Odd(
        "checksum.mxl",
        "a changed byte inside the zip",
        lambda: _changed(_zip({"score.xml": make.plain(1)}, zipfile.ZIP_STORED), b"Piano", 0, b"X"),
        {"score": "!not a readable zip"},
    ),
    Odd(
        "octaves.mscx",
        "an octave line over the first bar of the right hand, written as it is drawn",
        lambda: _mscx(b"<Chord>", _OCTAVE, count=1),
        {"score": "3 bars, 15 notes 48-87"},
    ),
    Odd(
        "silent.mscx",
        "notes that MuseScore does not play",
        lambda: _mscx(b"<pitch>72", b"<play>0</play><pitch>72"),
        {"score": "3 bars, 12 notes 48-75, warned"},
    ),
    Odd(
        "off_the_page.mscx",
        "chords moved four staves up",
        lambda: _mscx(b"<durationType>", b"<staffMove>-4</staffMove><durationType>"),
        {"score": "3 bars, 15 notes 48-75"},
    ),
    Odd("musescore2.mscx", "a file of MuseScore 2", lambda: _mscx(version="2.06"), {"score": "!versions 3 and 4"}),
    Odd(
        "thumbnail.mscz",
        "a MuseScore zip with an excerpt and a picture beside the score",
        lambda: _zip(
            {"Thumbnails/thumbnail.png": b"png", "Excerpts/a/a.mscx": make.mscx(1), "t.mscx": make.mscx(3, "4.20")}
        ),
        {"score": "3 bars, 15 notes 48-75"},
    ),
    Odd(
        "flats.mid",
        "a key signature of 18 flats",
        lambda: _midi(b"\x00\xff\x59\x02\xee\x01" + _TWO + _END),
        {"notes": "2 notes, warned", "score": "1 bars, 2 notes 60-62, warned"},
    ),
    Odd(
        "value_255.mid",
        "a controller's value over 127",
        lambda: _midi(b"\x00\xb0\x07\xff" + _TWO + _END),
        {"notes": "2 notes, warned", "score": "1 bars, 2 notes 60-62, warned"},
    ),
    Odd(
        "film.mid",
        "ticks that count film frames",
        lambda: _midi(_TWO + _END, division=-25 * 256 + 40),
        {"notes": "2 notes", "score": "!film frames"},
    ),
    Odd(
        "breaks_off.mid",
        "a track that breaks off in the middle of an event",
        lambda: _midi(_TWO + b"\x00\x90"),
        {"notes": "2 notes, warned", "score": "1 bars, 2 notes 60-62, warned"},
    ),
    Odd(
        "no_end.mid",
        "a track without its last event, and zeros after it",
        lambda: _midi(_TWO) + bytes(30),
        {"notes": "2 notes, warned", "score": "1 bars, 2 notes 60-62, warned"},
    ),
    Odd(
        "wrong_length.mid",
        "a track that says it has 9,999 bytes",
        lambda: _midi()[:10] + struct.pack(">Hh", 1, 480) + _chunk(b"MTrk", _TWO + _END, 9_999),
        {"notes": "2 notes, warned", "score": "1 bars, 2 notes 60-62, warned"},
    ),
    Odd(
        "karaoke.mid",
        "a chunk that no standard knows between header and track",
        lambda: _midi(_TWO + _END)[:14] + _chunk(b"XFIH", b"la la") + _midi(_TWO + _END)[14:],
        {"notes": "2 notes", "score": "1 bars, 2 notes 60-62"},
    ),
    Odd(
        "riff.rmi.mid",
        "a MIDI file in a RIFF file",
        lambda: b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + _midi(_TWO + _END),
        {"notes": "2 notes", "score": "1 bars, 2 notes 60-62"},
    ),
    Odd(
        "never_released.mid",
        "a key that is never released",
        lambda: _midi(_TWO + b"\x00\x90\x40\x40" + _END),
        {"notes": "3 notes", "score": "1 bars, 3 notes 60-64"},
    ),
    Odd("drums.mid", "percussion only", _drums, {"notes": "!no pitched notes", "score": "!no pitched notes"}),
    Odd(
        "division_0.mid",
        "no ticks in a quarter",
        lambda: _midi(_TWO + _END, division=0),
        {"notes": "!no musical time", "score": "!no musical time"},
    ),
    Odd(
        "text.mid",
        "a text under the name of a MIDI file",
        lambda: b"Dear diary,\n",
        {"notes": "!not a MIDI file", "score": "!the contents are not those of a .mid file"},
    ),
    Odd(
        "size_0.wav",
        "a WAV whose size was never written: the recorder died",
        lambda: _wav(declared=0),
        {"audio": "0.50 s, warned"},
    ),
    Odd(
        "promises.wav",
        "a WAV that promises ten times what it holds",
        lambda: _wav(declared=80_000),
        {"audio": "0.50 s, warned"},
    ),
    Odd(
        "pipe.wav",
        "a WAV that was written to a pipe, with the largest size there is",
        lambda: _wav(declared=0xFFFF_FFFF),
        {"audio": "0.50 s"},
    ),
    Odd("list_first.wav", "4,000 bytes of a LIST chunk before the audio", _listed_first, {"audio": "0.50 s"}),
    Odd("odd_byte.wav", "half a sample at the end", lambda: _wav() + b"\x01", {"audio": "0.50 s"}),
    Odd("one_sample.wav", "a single sample", lambda: _wav(_tone()[:1]), {"audio": "0.00 s"}),
    Odd("no_samples.wav", "no samples", lambda: _wav(_tone()[:0]), {"audio": "!0 samples"}),
    Odd(
        "nan.wav", "a sample that is no number, as faulty plug-ins write them", _nan, {"audio": "!not a finite number"}
    ),
    Odd("one_hertz.wav", "a sample rate of 1 Hz", lambda: _wav(rate_hz=1), {"audio": "!sample rate of 1 Hz"}),
    Odd("no_channels.wav", "no channels", lambda: _wav(channels=0), {"audio": "!not audio that can be read"}),
    Odd("upside_down.flac", "one channel upside down against the other", _upside_down, {"audio": "2.00 s, warned"}),
    Odd("eight_bits.aiff", "AIFF of 8 bits", lambda: _encoded(_tone(), "AIFF", "PCM_S8"), {"audio": "0.50 s"}),
    Odd("mulaw.au", "mu-law, as old telephones have it", lambda: _encoded(_tone(), "AU", "ULAW"), {"audio": "0.50 s"}),
    Odd(
        "called.mp3", "FLAC under the name of an MP3", lambda: _encoded(_tone(), "FLAC", "PCM_16"), {"audio": "0.50 s"}
    ),
    Odd(
        "cut.ogg",
        "the first half of an Ogg Vorbis file",
        lambda: (lambda d: d[: len(d) * 2 // 3])(_encoded(_tone(4.0), "OGG", "VORBIS")),
        {},
    ),
    Odd(
        "text.wav",
        "a text under the name of a recording",
        lambda: b"Dear diary,\n",
        {"audio": "!not audio that can be read"},
    ),
    Odd(
        "list.m3u.mp3",
        "a list of other files",
        lambda: b"#EXTM3U\n/etc/passwd\n",
        {"audio": "!not audio that can be read"},
    ),
    Odd(
        "nan.json", "an analysis with a beat at no time", lambda: _analysis().replace(b"0.5", b"NaN"), {"analysis": "!"}
    ),
    Odd("future.json", "an analysis of a schema to come", lambda: _analysis(schema=99), {"analysis": "!schema"}),
    Odd("cut.json", "the first half of an analysis", lambda: _analysis()[:40], {"analysis": "!", "corrections": "!"}),
    Odd("list.json", "a list where an object should be", lambda: b"[1, 2]", {"analysis": "!", "corrections": "!"}),
    Odd("deep.json", "brackets in brackets", lambda: b"[" * 20_000, {"analysis": "!", "corrections": "!", "card": "!"}),
    Odd(
        "pins.json",
        "corrections whose beats go back in time",
        lambda: b'{"corrections": 1, "pins": [{"time_s": 2.0}, {"time_s": 1.0}]}',
        {},
    ),
    Odd(
        "semicolons.csv",
        "a manifest with semicolons and a byte order mark, as spreadsheets write it",
        lambda: b"\xef\xbb\xbfrecording;quality\r\na.wav;fast\r\nb.wav;\r\n",
        {"manifest": "2 rows"},
    ),
    Odd(
        "newline.csv",
        "a name with a line break in quotation marks",
        lambda: b'recording\n"a\nb.wav"\n',
        {"manifest": "1 rows"},
    ),
    Odd("too_many.csv", "more cells than columns", lambda: b"recording\na.wav,b,c\n", {"manifest": "!more cells"}),
    Odd("no_column.csv", "no column of recordings", lambda: b"file\na.wav\n", {"manifest": "!recording"}),
)


def readme() -> str:
    """The list of files for people."""
    lines = [f"- `{o.name}`: {o.about}" for o in sorted(ODD, key=lambda o: o.name)]
    return (
        "# Odd and broken files\n\nMade by us, with `python -m tests.data.odd.make`: there each stands with how it is "
        "made and what is right.\n`tests/test_odd.py` gives every file to every reader. This list comes from the "
        "same command.\n\n" + "\n".join(lines) + "\n"
    )


def main() -> None:
    """Write the files that are not there, and the list."""
    for odd in ODD:
        path = FOLDER / odd.name
        if not path.exists():
            path.write_bytes(odd.made())
    README.write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    main()
