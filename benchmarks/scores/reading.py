"""How one marked score fares: with ourselves, the MusicXML schema, music21, partitura and MuseScore.

Each check returns plain data for `benchmarks.scores.readers`. The plans written here are far denser than real ones:
every third onset gets a mark, of all kinds in turn.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from runtime.errors import ScoreError
from runtime.notes import midi_file
from runtime.score import plan as planning
from runtime.score.plan import Plan, PlannedMark
from runtime.score.read.files import Source, from_bytes, parse
from runtime.score.table import ZERO, Note, Score
from runtime.score.write import files as write

_VALUES = (("dynamic", "p"), ("hairpin", "crescendo"), ("accent", "accent"), ("dynamic", "ff"),
           ("hairpin", "diminuendo"), ("dynamic", "sf"), ("dynamic", "pp"), ("dynamic", "mf"))  # fmt: skip
_INSTEAD = ("dynamic", "f")
_MUSESCORE_S = 300
_MUSESCORES = ("mscore3", "musescore3", "mscore")


class ReaderMissing(LookupError):
    """A program or package that a check needs is not installed."""


@dataclass(frozen=True)
class Counts:
    """What a reader found: notes with a pitch, dynamic signs, hairpins."""

    notes: int
    dynamics: int
    hairpins: int

    def minus(self, other: Counts) -> Counts:
        """The difference, field by field."""
        return Counts(self.notes - other.notes, self.dynamics - other.dynamics, self.hairpins - other.hairpins)


def dense_plan(score: Score) -> Plan:
    """A mark on every third onset, of all kinds in turn; a hairpin reaches to the next mark.

    An accent needs a note on its staff; elsewhere there is an f in its place.
    """
    staff = score.keyboard_staves()[0]
    places = score.onsets()[::3]
    struck = {n.onset for n in score.notes if n.staff == staff and not n.grace}
    marks = []
    for n, at in enumerate(places):
        m, (kind, value) = score.measure_at(at), _VALUES[n % len(_VALUES)]
        if kind == "accent" and at not in struck:
            kind, value = _INSTEAD
        to = (0, ZERO)
        if kind == "hairpin":
            to = planning.end_place(score, places[n + 1] if n + 1 < len(places) else score.end)
        marks.append(PlannedMark(kind, value, m.index, at - m.start, staff, *to))  # type: ignore[arg-type]
    return Plan(score.fingerprint(), tuple(m.number for m in score.measures), tuple(marks))


def round_trip(data: bytes, name: str) -> tuple[bytes | None, dict[str, Any]]:
    """Mark, read, mark again, take out. Returns the marked file (None when the score is refused) and what was seen:
    `back`: the original bytes (of a zip: of its score); `again`: a second run changes nothing; `music`: notes,
    measures and human marks are read as before; `ours`: marks read back, of `planned`."""
    try:
        source = from_bytes(data, name)
        score = parse(source)
    except ScoreError as e:
        return None, {"told": str(e)}
    edits = dense_plan(score)
    marked = write.marked(source, edits)
    after_source = from_bytes(marked, name)
    after = parse(after_source)
    found = Counter((m.kind, m.value) for m in after.marks if m.ours)
    return marked, {
        "back": same_music(from_bytes(write.unmarked(after_source), name), source),
        "again": write.marked(after_source, edits) == marked,
        "music": (_silent(after.notes), after.measures) == (_silent(score.notes), score.measures)
        and [m for m in after.marks if not m.ours] == [m for m in score.marks if not m.ours],
        "ours": sum((found & Counter((m.kind, m.value) for m in edits.marks)).values()),
        "planned": len(edits.marks),
        "notes": len(score.notes),
    }


def same_music(one: Source, other: Source) -> bool:
    """The same bytes; of MIDI, which may be packed in several ways, the same events (a track without end got one)."""
    if one.format != "midi":
        return one.text == other.text
    tracks = [midi_file.parse(s.text, "").file.tracks for s in (one, other)]
    return len(tracks[0]) == len(tracks[1]) and all(_same_track(a, b) for a, b in zip(*tracks, strict=True))


def _same_track(one: list[Any], other: list[Any]) -> bool:
    if one == other:
        return True
    open_ended = any(not t or t[-1].type != "end_of_track" for t in (one, other))
    played = [[m for m in t if m.type != "end_of_track"] for t in (one, other)]
    return open_ended and played[0] == played[1]


def _silent(notes: tuple[Note, ...]) -> list[Note]:
    """Without velocities, which are what marks change in MIDI."""
    return [replace(n, velocity=0) for n in notes]


@cache
def schema() -> etree.XMLSchema:
    """The MusicXML 4.0 schema of the package ``musicxml``. Raises `ReaderMissing`."""
    spec = find_spec("musicxml")
    path = Path(spec.origin).parent / "generate_classes" / "musicxml_4_0.xsd" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ReaderMissing("no MusicXML 4.0 schema: install the package musicxml")
    # Two imported schemas would be fetched; what they define is attributes that no mark of ours has.
    names = {"xml": ["lang", "space"], "xlink": ["href", "type", "role", "title", "show", "actuate"]}
    spaces = {"xml": "http://www.w3.org/XML/1998/namespace", "xlink": "http://www.w3.org/1999/xlink"}

    class Offline(etree.Resolver):
        def resolve(self, url: str, _id: str, context: Any) -> Any:
            kind = "xlink" if "xlink" in url else "xml"
            inner = "".join(f'<xs:attribute name="{n}" type="xs:string"/>' for n in names[kind])
            head = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{spaces[kind]}">'
            return self.resolve_string(f"{head}{inner}</xs:schema>", context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Offline())
    return etree.XMLSchema(etree.fromstring(path.read_bytes(), parser, base_url="memory:schema"))


def schema_errors(data: bytes) -> list[str]:
    """What the schema says against a document, without line numbers."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    schema().validate(etree.fromstring(data, parser))
    return [e.message for e in schema().error_log]


def text_counts(data: bytes) -> Counts:
    """What stands in a MusicXML text."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    root = etree.fromstring(data, parser)
    return Counts(
        len(root.findall(".//note/pitch")),
        len(root.findall(".//dynamics/*")),
        sum(w.get("type") in ("crescendo", "diminuendo") for w in root.iter("wedge")),
    )


def by_music21(path: Path) -> Counts:
    """What music21 reads. Raises whatever it raises."""
    if find_spec("music21") is None:
        raise ReaderMissing("music21 is not installed")
    import music21

    # Its own store of parsed files would answer for a file that changed.
    stream = music21.converter.parse(str(path), forceSource=True, storePickle=False)
    notes = dynamics = hairpins = 0
    for element in stream.recurse():
        if isinstance(element, music21.note.Note):
            notes += 1
        elif isinstance(element, music21.chord.Chord) and not isinstance(element, music21.harmony.Harmony):
            notes += len(element.notes)
        elif isinstance(element, music21.dynamics.Dynamic):
            dynamics += 1
        elif isinstance(element, music21.dynamics.DynamicWedge):
            hairpins += 1
    return Counts(notes, dynamics, hairpins)


def by_partitura(path: Path) -> Counts:
    """What partitura reads. Raises whatever it raises."""
    if find_spec("partitura") is None:
        raise ReaderMissing("partitura is not installed")
    import partitura
    from partitura import score as parts

    notes = dynamics = hairpins = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in partitura.load_score(str(path)).parts:
            notes += sum(1 for _ in part.iter_all(parts.Note, include_subclasses=True))
            for direction in part.iter_all(parts.LoudnessDirection, include_subclasses=True):
                if getattr(direction, "wedge", False):
                    hairpins += 1
                else:
                    dynamics += 1
    return Counts(notes, dynamics, hairpins)


def musescore() -> str:
    """The name of the installed MuseScore 3. Raises `ReaderMissing`."""
    found = next((p for p in map(shutil.which, _MUSESCORES) if p), None)
    if found is None:
        raise ReaderMissing("MuseScore 3 is not installed (apt-get install musescore3)")
    return found


def convert(path: Path, out: Path) -> None:
    """MuseScore opens a file and saves it as another. Raises `LookupError` with its last words when it does not."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": home, "XDG_RUNTIME_DIR": home}
        command = [musescore(), "-o", str(out), str(path)]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=_MUSESCORE_S, check=False)
        except subprocess.TimeoutExpired as e:
            raise LookupError(f"not done after {_MUSESCORE_S} s") from e
    if done.returncode or not out.is_file():
        words = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[-1:]
        raise LookupError(f"exit status {done.returncode} {' '.join(words)[:200]}")


def musescore_score(path: Path) -> Score:
    """The score that MuseScore makes of a file. Raises `LookupError`."""
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "saved.mscx")
        convert(path, saved)
        return parse(from_bytes(saved.read_bytes(), "saved.mscx"))


def counts_of(score: Score) -> Counts:
    """Our own count of what stands in a score."""
    kinds = Counter(m.kind for m in score.marks)
    return Counts(len(score.notes), kinds["dynamic"], kinds["hairpin"])


def in_place(marked: Score, saved: Score) -> tuple[int, int]:
    """(how many, of how many) dynamic signs stand at the same place of the same measure in both scores."""
    one, other = (
        Counter((m.value, m.measure, m.start - s.measures[m.measure].start) for m in s.marks if m.kind == "dynamic")
        for s in (marked, saved)
    )
    return (one & other).total(), one.total()
