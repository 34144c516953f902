"""Make the example: a minuet of 1725 as a score (MusicXML, without dynamics) and as a recording of it.

`python -m examples.make_example --pianos DIR` writes `minuet.musicxml` and `minuet.ogg` beside this file. The piece
is the first part of the Minuet in G by Christian Petzold (BWV Anh. 114), encoded here, played twice with rubato,
first loud and then soft, with a crescendo back, on the Salamander Grand Piano (Alexander Holm, CC BY 3.0).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr

from train.rendering.instruments import INSTRUMENTS, RENDER_RATE_HZ, Player
from train.rendering.performance import MidiEvent

HERE = Path(__file__).parent
RATE_HZ = 44_100
BEAT_S = 0.52
SEED = 1725

# One bar per entry; a note is pitch:quarters, "+" joins a chord.
RIGHT = (
    "D5:1 G4:.5 A4:.5 B4:.5 C5:.5", "D5:1 G4:1 G4:1", "E5:1 C5:.5 D5:.5 E5:.5 F#5:.5", "G5:1 G4:1 G4:1",
    "C5:1 D5:.5 C5:.5 B4:.5 A4:.5", "B4:1 C5:.5 B4:.5 A4:.5 G4:.5", "F#4:1 G4:.5 A4:.5 B4:.5 G4:.5", "A4:3",
    "D5:1 G4:.5 A4:.5 B4:.5 C5:.5", "D5:1 G4:1 G4:1", "E5:1 C5:.5 D5:.5 E5:.5 F#5:.5", "G5:1 G4:1 G4:1",
    "C5:1 D5:.5 C5:.5 B4:.5 A4:.5", "B4:1 C5:.5 B4:.5 A4:.5 G4:.5", "A4:1 B4:.5 A4:.5 G4:.5 F#4:.5", "G4:3",
)  # fmt: skip
LEFT = (
    "G3+B3+D4:2 A3:1", "B3:3", "C4:3", "B3:3", "A3:3", "G3:3", "D4:1 B3:1 G3:1", "D4:1 D3:.5 C4:.5 B3:.5 A3:.5",
    "B3:2 A3:1", "G3:1 B3:1 G3:1", "C4:3", "B3:1 C4:.5 B3:.5 A3:.5 G3:.5", "A3:2 F#3:1", "G3:2 B3:1",
    "C4:1 D4:1 D3:1", "G3:2 G2:1",
)  # fmt: skip
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
TYPES = {0.5: ("eighth", ""), 1.0: ("quarter", ""), 2.0: ("half", ""), 3.0: ("half", "<dot/>")}


@dataclass(frozen=True)
class Note:
    """A note or chord: spelled pitches, onset and length in quarters from the start of the part."""

    pitches: tuple[str, ...]
    onset: float
    quarters: float


def read_part(bars: tuple[str, ...]) -> list[list[Note]]:
    """The bars of one hand. Raises ValueError when a bar does not hold three quarters."""
    out = []
    for number, bar in enumerate(bars):
        notes, at = [], 3.0 * number
        for word in bar.split():
            pitches, _, quarters = word.partition(":")
            notes.append(Note(tuple(pitches.split("+")), at, float(quarters)))
            at += float(quarters)
        if at != 3.0 * (number + 1):
            raise ValueError(f"bar {number + 1} has {at - 3.0 * number} quarters")
        out.append(notes)
    return out


def midi_pitch(name: str) -> int:
    """MIDI number of a spelled pitch such as F#4."""
    return 12 * (int(name[-1]) + 1) + STEPS[name[0]] + name.count("#")


def loudness(beat: float, second_time: bool) -> float:
    """Velocity: forte, then (second time) piano that grows over the last five bars to forte."""
    if not second_time:
        return 92.0
    return float(np.interp(beat, [0, 33, 47], [44, 46, 88]))


def beat_times() -> np.ndarray:
    """Seconds of every quarter of both playings (97 values): phrase-wise rubato and a ritardando at the end."""
    beats = np.arange(96)
    length = BEAT_S * (1 + 0.05 * np.cos(2 * np.pi * (beats % 24) / 24))
    length[90:] *= 1 + 0.06 * np.arange(6)
    return np.concatenate([[0.6], 0.6 + np.cumsum(length)])


def perform() -> list[MidiEvent]:
    """Both playings as MIDI events in time order; small irregularities come from a fixed seed."""
    rng = np.random.default_rng(SEED)
    times_s, events = beat_times(), []
    for playing in (0, 1):
        for bars, softer in ((RIGHT, 0), (LEFT, 10)):
            for note in (n for bar in read_part(bars) for n in bar):
                start, end = (np.interp(48 * playing + q, np.arange(97), times_s)
                              for q in (note.onset, note.onset + 0.92 * note.quarters))  # fmt: skip
                accent = 6 if note.onset % 3 == 0 else 0
                for pitch in note.pitches:
                    velocity = loudness(note.onset, bool(playing)) + accent - softer + rng.normal(0, 2)
                    at = start + abs(rng.normal(0, 0.006))
                    events.append(MidiEvent(at, "on", midi_pitch(pitch), int(np.clip(velocity, 1, 127))))
                    events.append(MidiEvent(end, "off", midi_pitch(pitch), 0))
    return sorted(events, key=lambda e: (e.time_s, e.kind))


def musicxml() -> str:
    """The score, two staves, without any dynamics, the repeat written out as a repeat."""
    bars = []
    for number, (right, left) in enumerate(zip(read_part(RIGHT), read_part(LEFT), strict=True), 1):
        attributes = (
            "<attributes><divisions>2</divisions><key><fifths>1</fifths></key><time><beats>3</beats>"
            "<beat-type>4</beat-type></time><staves>2</staves><clef number=\"1\"><sign>G</sign><line>2</line></clef>"
            "<clef number=\"2\"><sign>F</sign><line>4</line></clef></attributes>"
            if number == 1 else ""
        )  # fmt: skip
        end = '<barline location="right"><bar-style>light-heavy</bar-style><repeat direction="backward"/></barline>'
        hands = _notes(right, 1) + "<backup><duration>6</duration></backup>" + _notes(left, 2)
        bars.append(f'<measure number="{number}">{attributes}{hands}{end if number == 16 else ""}</measure>')
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!DOCTYPE score-partwise PUBLIC '
        '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
        '<score-partwise version="4.0"><work><work-title>Minuet in G</work-title></work><identification>'
        '<creator type="composer">Christian Petzold</creator></identification><part-list><score-part id="P1">'
        '<part-name>Piano</part-name></score-part></part-list>\n<part id="P1">\n' + "\n".join(bars)
        + "\n</part></score-partwise>\n"
    )  # fmt: skip


def _notes(notes: list[Note], staff: int) -> str:
    out = ""
    for note in notes:
        kind, dot = TYPES[note.quarters]
        for i, pitch in enumerate(note.pitches):
            alter = "<alter>1</alter>" if "#" in pitch else ""
            out += (
                f"<note>{'<chord/>' if i else ''}<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave>"
                f"</pitch><duration>{int(2 * note.quarters)}</duration><voice>{1 if staff == 1 else 5}</voice>"
                f"<type>{kind}</type>{dot}<staff>{staff}</staff></note>"
            )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--pianos", type=Path, required=True, help="folder with the SFZ pianos")
    args = parser.parse_args()
    sound = Player(args.pianos, Path()).render(INSTRUMENTS["salamander"], perform())
    sound = soxr.resample(sound, RENDER_RATE_HZ, RATE_HZ)
    sound = 0.6 * sound / np.abs(sound).max()
    with sf.SoundFile(HERE / "minuet.ogg", "w", RATE_HZ, 1, format="OGG", subtype="VORBIS") as out:
        for start in range(0, len(sound), RATE_HZ):  # libsndfile's Vorbis encoder overflows its stack on long writes
            out.write(sound[start : start + RATE_HZ])
    (HERE / "minuet.musicxml").write_text(musicxml(), encoding="utf-8")


if __name__ == "__main__":
    main()
