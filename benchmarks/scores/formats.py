"""Scores in MuseScore's own formats, zipped MusicXML and MIDI, as MuseScore saves them: marked, taken back, read."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mido

from benchmarks.scores import reading
from benchmarks.scores.reading import Counts
from runtime.score.read.files import open_source, parse

SUFFIXES = (".mscx", ".mscz", ".mxl", ".mid")


@dataclass(frozen=True)
class Row:
    """One score in one format. `good`: as `reading.round_trip` has it; `readers`: who reads it as we do, or what went
    wrong."""

    name: str
    suffix: str
    marks: int
    good: bool
    readers: dict[str, str]


def format_rows(scores: list[tuple[str, Path]]) -> list[Row]:
    """Every score (name, MusicXML file) in every format. Raises `ReaderMissing`, `LookupError` without MuseScore."""
    rows = []
    for name, path in scores:
        for suffix in SUFFIXES:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(_row(name, path, suffix, Path(folder)))
            r = rows[-1]
            print(f"{name} {suffix}: {r.marks} marks, {'good' if r.good else 'BAD'}, {r.readers}", file=sys.stderr)
    return rows


def _row(name: str, path: Path, suffix: str, folder: Path) -> Row:
    original, marked = folder / f"original{suffix}", folder / f"marked{suffix}"
    reading.convert(path, original)
    data, seen = reading.round_trip(original.read_bytes(), original.name)
    if data is None:
        return Row(name, suffix, 0, False, {"ours": seen["told"]})
    marked.write_bytes(data)
    good = all(seen[k] for k in ("back", "again", "music")) and seen["ours"] == seen["planned"]
    checks = _midi_readers(original, marked) if suffix == ".mid" else _score_readers(marked)
    return Row(name, suffix, seen["planned"], good, checks)


def _score_readers(marked: Path) -> dict[str, str]:
    """MuseScore saves it again with the same notes and marks; .mxl is read by music21 and partitura too."""
    expected = reading.counts_of(parse(open_source(marked)))
    out = {"musescore": _told(expected, reading.counts_of(reading.musescore_score(marked)))}
    if marked.suffix == ".mxl":
        out |= {"music21": _told(expected, reading.by_music21(marked))}
        out |= {"partitura": _told(expected, reading.by_partitura(marked))}
    return out


def _midi_readers(original: Path, marked: Path) -> dict[str, str]:
    """As many notes as in the original for each; our markers are there."""
    markers = sum(m.type == "marker" for track in mido.MidiFile(marked).tracks for m in track)
    out = {"mido": "ok" if markers else "no markers"}
    for name, reader in (("music21", _music21_notes), ("partitura", _partitura_notes), ("musescore", _musescore_notes)):
        before, after = reader(original), reader(marked)
        out[name] = "ok" if before == after else f"{after} notes, {before} before"
    return out


def _music21_notes(path: Path) -> int:
    return reading.by_music21(path).notes


def _partitura_notes(path: Path) -> int:
    import partitura

    return len(partitura.load_performance_midi(str(path)).note_array())


def _musescore_notes(path: Path) -> int:
    return len(reading.musescore_score(path).notes)


def _told(expected: Counts, found: Counts) -> str:
    return "ok" if found == expected else f"{found}, expected {expected}"


def format_table(rows: list[Row]) -> str:
    """Markdown: a row for each format, then what is not as it should be."""
    lines = ["| format | scores | marks | marked and taken back | read |", "|---|---|---|---|---|"]
    wrong = []
    for suffix in SUFFIXES:
        mine = [r for r in rows if r.suffix == suffix]
        names = sorted({k for r in mine for k in r.readers})
        read = ", ".join(f"{n} {sum(r.readers.get(n) == 'ok' for r in mine)}" for n in names)
        lines.append(
            f"| {suffix} | {len(mine)} | {sum(r.marks for r in mine):,} | {sum(r.good for r in mine)} | {read} |"
        )
        wrong += [f"{r.name}{suffix}: {r.readers}{'' if r.good else ' round trip'}" for r in mine
                  if not r.good or set(r.readers.values()) != {"ok"}]  # fmt: skip
    return "\n".join([*lines, "", *wrong])
