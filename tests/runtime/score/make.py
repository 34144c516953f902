"""Small scores for the tests, written out as files would be."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.1 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
STEPS = ("C", "D", "E", "F", "G", "A", "B")


def note(step: str = "C", octave: int = 5, duration: int = 2, staff: int = 1, voice: int = 1, extra: str = "") -> str:
    """A note; `extra` is put where ties and notations may not go wrong for a reader (before voice)."""
    return (
        f"      <note>\n        <pitch><step>{step}</step><octave>{octave}</octave></pitch>\n"
        f"        <duration>{duration}</duration>{extra}\n        <voice>{voice}</voice>\n"
        f"        <staff>{staff}</staff>\n      </note>\n"
    )


def measure(number: int | str, content: str, attributes: str = "") -> str:
    return f'    <measure number="{number}"{attributes}>\n{content}    </measure>\n'


ATTRIBUTES = (
    "      <attributes>\n        <divisions>2</divisions>\n        <time><beats>{beats}</beats>"
    "<beat-type>4</beat-type></time>\n        <staves>2</staves>\n      </attributes>\n"
)
REPEAT_START = '      <barline location="left"><repeat direction="forward"/></barline>\n'
REPEAT_END = '      <barline location="right"><repeat direction="backward"/></barline>\n'


def ending(number: str, kind: str, repeat: bool = False) -> str:
    side = "left" if kind == "start" else "right"
    back = '<repeat direction="backward"/>' if repeat else ""
    return f'      <barline location="{side}"><ending number="{number}" type="{kind}"/>{back}</barline>\n'


def sound(**attributes: str) -> str:
    text = " ".join(f'{k}="{v}"' for k, v in attributes.items())
    return f"      <direction><direction-type><words>x</words></direction-type><sound {text}/></direction>\n"


def two_staves(number: int, beats: int = 4, before: str = "", after: str = "", first: bool = False) -> str:
    """A bar of quarters in the right hand over one long note in the left."""
    right = "".join(note(STEPS[(number + i) % 7], 5) for i in range(beats))
    backup = f"      <backup><duration>{2 * beats}</duration></backup>\n"
    left = note("C", 3, 2 * beats, staff=2, voice=5)
    head = ATTRIBUTES.format(beats=beats) if first else ""
    return measure(number, head + before + right + backup + left + after)


def score(measures: Sequence[str], head: str = HEAD, version: str = "3.1", name: str = "Piano") -> bytes:
    body = (
        f'<score-partwise version="{version}">\n  <part-list>\n    <score-part id="P1">'
        f'<part-name>{name}</part-name></score-part>\n  </part-list>\n  <part id="P1">\n'
        + "".join(measures)
        + "  </part>\n</score-partwise>\n"
    )
    return (head + body).encode()


def plain(n: int = 8, beats: int = 4) -> bytes:
    """`n` bars of piano music without marks."""
    return score([two_staves(i + 1, beats, first=i == 0) for i in range(n)])


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def container(path: str = "score.xml") -> bytes:
    return f'<container><rootfiles><rootfile full-path="{path}"/></rootfiles></container>'.encode()


MSCX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<museScore version="{version}">\n  <Score>\n    <Division>480</Division>\n'
)


def mscx(n: int = 4, version: str = "3.01") -> bytes:
    """`n` bars of 4/4, quarters over a whole note, as MuseScore writes them."""
    time = "          <TimeSig>\n            <sigN>4</sigN>\n            <sigD>4</sigD>\n            </TimeSig>\n"
    part = (
        '    <Part>\n      <Staff id="1">\n        </Staff>\n      <Staff id="2">\n        </Staff>\n'
        "      <trackName>Piano</trackName>\n      <Instrument>\n        <longName>Piano</longName>\n"
        "        </Instrument>\n      </Part>\n"
    )

    def bar(i: int, chords: str) -> str:
        head = time if i == 0 else ""
        return f"      <Measure>\n        <voice>\n{head}{chords}          </voice>\n        </Measure>\n"

    def chord(kind: str, pitch: int) -> str:
        return (
            f"          <Chord>\n            <durationType>{kind}</durationType>\n            <Note>\n"
            f"              <pitch>{pitch}</pitch>\n              </Note>\n            </Chord>\n"
        )

    right = "".join(bar(i, "".join(chord("quarter", 72 + k) for k in range(4))) for i in range(n))
    left = "".join(bar(i, chord("whole", 48)) for i in range(n))
    return (
        MSCX_HEAD.format(version=version) + part + f'    <Staff id="1">\n{right}      </Staff>\n'
        f'    <Staff id="2">\n{left}      </Staff>\n    </Score>\n  </museScore>\n'
    ).encode()


def data_folder(*names: str) -> Path:
    """The folder of data sets, or a skip that says what is missing."""
    root = os.environ.get("MEZZOFORTE_DATA")
    if not root:
        pytest.skip("MEZZOFORTE_DATA is not set")
    path = Path(root, *names)
    if not path.exists():
        pytest.skip(f"{'/'.join(names)} is not in the data folder")
    return path
