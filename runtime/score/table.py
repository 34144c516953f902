"""`Score`: what is written on the page as one immutable table.

Conventions: positions and durations are exact fractions of quarter notes from the start of the *written*
score (repeats are not unfolded here, see `unfold.py`); pitches are MIDI numbers; staves are numbered from 1
over the whole score, top to bottom; measures are indexed from 0 and carry their printed number beside.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from runtime.errors import ScoreError

ZERO = Fraction(0)
MarkKind = Literal["dynamic", "hairpin", "accent", "words"]
JumpKind = Literal["", "dacapo", "dalsegno"]

# Dynamics that set a level, from soft to loud, and those that stress one note.
LEVEL_SIGNS = ("pppppp", "ppppp", "pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "fffff", "ffffff")
STRESS_SIGNS = ("sf", "sfz", "sff", "sffz", "sfp", "sfpp", "sfzp", "fz", "rf", "rfz", "fp", "pf", "n")  # fmt: skip


_KEYBOARD = re.compile(
    r"piano|klavier|clavier|keyboard|\b(pno|pfte?|kbd|klav)\b|фортепиано|рояль|ピアノ|钢琴|鋼琴|피아노", re.I
)
_HAND = re.compile(
    r"\b([rl]\.? ?h|m\. ?[dgs])\b|\b(right|left)( hand)?$|\b(rechte|linke|right|left) hand\b"
    r"|\bmain (droite|gauche)\b|\bmano (destra|sinistra|derecha|izquierda)\b|\bm[ãa]o (direita|esquerda)\b",
    re.I,
)  # fmt: skip
_ASIDE = re.compile(r"\b(ossia|oppure|cues?)\b", re.I)


def named_aside(name: str) -> bool:
    """Whether a part is named as something that stands beside the music: an ossia, cue notes."""
    return bool(_ASIDE.search(name))


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """Beats over beat type, as printed."""

    beats: int
    beat_type: int

    @property
    def bar_quarters(self) -> Fraction:
        """The length of a full bar in quarters."""
        return Fraction(4 * self.beats, self.beat_type)

    @property
    def beat_quarters(self) -> Fraction:
        """The length of one beat: a dotted value in compound time (6/8, 9/8, 12/8, …), else the printed one."""
        compound = self.beats % 3 == 0 and self.beats > 3 and self.beat_type >= 8
        return Fraction(4 * (3 if compound else 1), self.beat_type)


@dataclass(frozen=True, slots=True)
class Note:
    """A written note; `tied` continues the one before (no new attack), `grace` takes no written time."""

    onset: Fraction
    duration: Fraction
    pitch: int
    staff: int
    voice: str
    measure: int
    grace: bool = False
    tied: bool = False
    velocity: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure as drawn, with everything that decides what is played after it.

    `offset` is where its first moment lies inside the musical bar: 0, except for pickups (which are
    right-aligned) and the later parts of a split bar. `endings` are the numbers of the volta it is under.
    `repeat_times` is how often the section ending here is played (0: no repeat sign).
    """

    index: int
    number: str
    start: Fraction
    duration: Fraction
    time: TimeSignature
    offset: Fraction = ZERO
    repeat_start: bool = False
    repeat_times: int = 0
    endings: tuple[int, ...] = ()
    segno: bool = False
    coda: bool = False
    fine: bool = False
    to_coda: bool = False
    jump: JumpKind = ""

    @property
    def end(self) -> Fraction:
        """The position just after the measure."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in the file. `value`: a dynamics sign, ``crescendo``/``diminuendo`` or ``accent``.

    The kind ``words`` is a gradual change written out (cresc., dim.), whose end is not on the page; ours are what was
    played the second time (``2nd time p``, see `worded.second_time`).
    """

    kind: MarkKind
    value: str
    start: Fraction
    end: Fraction
    measure: int
    staff: int
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """A staff of the score: its part (from 0), its number inside the part (from 1) and the part's name.

    `piano`: whether the file names a piano's sound for the part (None: it names none). `aside`: the staff shows what
    is not played as it stands: an ossia, a cue, the same music drawn in another way.
    """

    part: int
    number: int
    name: str = ""
    piano: bool | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Everything that alignment and annotation need to know about a written score.

    `hidden`: human marks that we put out of sight in an earlier run and that can be brought back.
    """

    format: str
    notes: tuple[Note, ...]
    measures: tuple[Measure, ...]
    staves: tuple[Staff, ...]
    marks: tuple[Mark, ...] = ()
    tempos: tuple[tuple[Fraction, float], ...] = ()
    warnings: tuple[str, ...] = ()
    hidden: tuple[Mark, ...] = ()

    @property
    def end(self) -> Fraction:
        """The position after the last measure."""
        return self.measures[-1].end if self.measures else ZERO

    def measure_at(self, position: Fraction) -> Measure:
        """The measure that holds `position` (the last one for positions past the end)."""
        i = bisect.bisect_right(self.measures, position, key=lambda m: m.start) - 1
        return self.measures[max(0, i)]

    def beats(self, first: int = 0, last: int | None = None) -> Iterator[tuple[Fraction, int, int]]:
        """(position, measure index, beat in the bar from 1) of every beat of measures first..last."""
        for m in self.measures[first : None if last is None else last + 1]:
            step = m.time.beat_quarters
            n = -((-m.offset) // step)
            while n * step < m.offset + m.duration:
                yield m.start + n * step - m.offset, m.index, int(n) + 1
                n += 1

    def onsets(self) -> tuple[Fraction, ...]:
        """The distinct positions at which a note is struck, in order (grace notes aside)."""
        return tuple(sorted({n.onset for n in self.notes if not n.tied and not n.grace}))

    def keyboard_staves(self) -> tuple[int, ...]:
        """The staves of the piano, top to bottom.

        A part of several staves that is named so, else all parts of one staff that are named so or after a hand, else
        the part of several staves whose sound is a piano's, else a part of several staves, else all parts of one staff
        with a piano's sound, else all staves. Staves aside are not among them unless there are no others.
        """
        playing = [(i, s) for i, s in enumerate(self.staves, 1) if not s.aside] or [*enumerate(self.staves, 1)]
        size = Counter(s.part for _, s in playing)
        named = [(i, s) for i, s in playing if _KEYBOARD.search(s.name) or _HAND.search(s.name)]
        sounding = [(i, s) for i, s in playing if s.piano]
        for staves in (named, sounding, playing):
            several = [s.part for _, s in staves if size[s.part] > 1]
            if several:
                return tuple(i for i, s in playing if s.part == several[0])
            if staves is named and named:
                return tuple(i for i, _ in named)
        return tuple(i for i, _ in sounding or playing)

    def fingerprint(self) -> str:
        """A hash of measures and notes (not of marks): tells whether the music changed in between."""
        digest = hashlib.sha256()
        for m in self.measures:
            digest.update(f"m{m.number} {m.duration} {m.time.beats}/{m.time.beat_type}\n".encode())
        for n in self.notes:
            digest.update(f"n{n.onset} {n.duration} {n.pitch} {n.staff} {n.grace}{n.tied}\n".encode())
        return digest.hexdigest()


def with_offsets(measures: list[Measure]) -> list[Measure]:
    """Measures with `offset` worked out: pickups right-aligned, the parts of a split bar joined.

    A measure shorter than its bar continues the bar before it when the two together fill it; otherwise,
    at the start of the piece or of a repeated section, it is a pickup.
    """
    if not measures:
        raise ScoreError("the score has no measures", cause="an empty part, or a file cut short")
    out: list[Measure] = []
    filled = ZERO
    for m, following in zip(measures, [*measures[1:], None], strict=True):
        full = m.time.bar_quarters
        previous = out[-1] if out else None
        completed = following is not None and m.duration + following.duration == full
        if m.duration >= full:
            offset = ZERO
        elif previous is None:
            offset = ZERO if completed else full - m.duration
        elif previous.time == m.time and filled > 0 and filled + m.duration <= full:
            offset = filled
        elif m.repeat_start and (previous.repeat_times or previous.time != m.time):
            offset = full - m.duration
        else:
            offset = ZERO
        end = offset + m.duration
        filled = end if end < full else ZERO
        out.append(replace(m, offset=offset))
    return out
