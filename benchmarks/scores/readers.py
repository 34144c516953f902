"""Do other programs read every score that we mark? Round trip, schema, music21, partitura and MuseScore 3.

``python -m benchmarks.scores.readers --work DIR [--corpora mazurkas asap] [--all-asap] [--checks …] [--minutes M]``:
each of the 44 scores of MazurkaBL and of 100 scores of ASAP (every other one of the first 200; all 239 with
``--all-asap``) gets a mark of some kind on every third onset, and then

* `own`: taking the marks out gives the original bytes, marking twice is marking once, and notes, measures and human
  marks are read as before;
* `schema`: errors by the MusicXML 4.0 schema, before and after;
* `music21`, `partitura`, `musescore`: the program reads the marked score, with as many notes, dynamic signs and
  hairpins as stand in it. Where it counts differently from us, the original is read too, and what counts is that the
  difference is what we wrote. MuseScore's counts are of the .mscx file that it saves; `in_place` are the levels and
  stresses that stand in it at the same place of the same measure.

``--formats N`` instead: N of the scores are converted by MuseScore to .mscz, .mscx, .mxl and .mid, and these are
marked, taken back and read by whatever reads them.

Results are kept in DIR by the bytes of the scores and the code that writes, so that it can be stopped at any time
(``--minutes``) and goes on where it was, in an order drawn once. The table is of what there is. Data: the folder in
MEZZOFORTE_DATA. Needs musicxml (the schema), music21, partitura, and MuseScore 3 with its command `mscore3`.
"""

from __future__ import annotations

import hashlib
import json
import random
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import runtime.score
from benchmarks.scores import reading
from benchmarks.scores.formats import format_rows, format_table
from benchmarks.scores.reading import Counts
from runtime.score.read.files import open_source, parse
from runtime.write.atomic import write_bytes
from train.fitting.command import Command, data_folder

READERS: dict[str, Callable[[Path], Counts]] = {
    "music21": reading.by_music21,
    "partitura": reading.by_partitura,
    "musescore": lambda path: reading.counts_of(reading.musescore_score(path)),
}
CHECKS = ("own", "schema", *READERS)
LONGEST_S = 600
_WRITING = (
    "read/container", "read/files", "read/musicxml", "write/files", "write/musicxml", "xml/musicxml", "xml/text",
    "plan", "table",
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A score: its corpus, where it is, and what it is called here."""

    corpus: str
    path: Path
    name: str


def pieces(data: Path, corpora: list[str], all_asap: bool) -> list[Piece]:
    """The scores in an order drawn once, so that the first n are a random sample; the 144 come before the others."""
    found = []
    if "mazurkas" in corpora:
        scores = sorted((data / "mazurkabl" / "xml_scores").glob("*.xml"))
        found += [Piece("mazurkas", p, p.stem) for p in scores]
    if "asap" in corpora:
        root = data / "asap"
        every = [Piece("asap", p, "_".join(p.parent.relative_to(root).parts)) for p in sorted(root.rglob("*.musicxml"))]
        hundred = every[:200:2]
        random.Random(0).shuffle(found := [*found, *hundred])
        others = [p for p in every if p not in hundred]
        return [*found, *others] if all_asap else found
    random.Random(0).shuffle(found)
    return found


class Shelf:
    """The results in a folder: one JSON file for each score, with the marked score beside it."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._code = hashlib.sha256(b"".join(
            (Path(runtime.score.__file__).parent / f"{name}.py").read_bytes() for name in _WRITING
        ) + Path(reading.__file__).read_bytes()).hexdigest()  # fmt: skip
        (work / "marked").mkdir(parents=True, exist_ok=True)

    def marked(self, piece: Piece) -> Path:
        """Where the marked score lies."""
        return self._work / "marked" / f"{piece.corpus}_{piece.name}.musicxml"

    def load(self, piece: Piece) -> dict[str, Any]:
        """What is known of a score: `own` while it and our code are the same, the rest while what we write is."""
        try:
            stored: dict[str, Any] = json.loads(self._file(piece).read_text())
        except (OSError, ValueError):
            return {}
        results = {k: r for k, r in stored["results"].items() if k == "own" or r.get("of") == self.digest(piece)}
        if stored["key"] != self._key(piece):
            results.pop("own", None)
        return results

    def save(self, piece: Piece, results: dict[str, Any]) -> None:
        """Keep what is known of a score."""
        text = json.dumps({"key": self._key(piece), "results": results}, indent=1)
        write_bytes(self._file(piece), text.encode())

    def digest(self, piece: Piece) -> str:
        """A hash of the marked score, empty when there is none."""
        path = self.marked(piece)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

    def _file(self, piece: Piece) -> Path:
        return self._work / f"{piece.corpus}_{piece.name}.json"

    def _key(self, piece: Piece) -> str:
        return hashlib.sha256(self._code.encode() + piece.path.read_bytes()).hexdigest()


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    """Raises `TimeoutError` in the block after so many seconds."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(name: str, piece: Piece, shelf: Shelf) -> dict[str, Any]:
    """One check of one score as plain data; `told` says what went wrong."""
    if name == "own":
        marked, seen = reading.round_trip(piece.path.read_bytes(), piece.path.name)
        if marked is not None:
            shelf.marked(piece).write_bytes(marked)
        return seen
    if name == "schema":
        before = reading.schema_errors(piece.path.read_bytes())
        after = reading.schema_errors(shelf.marked(piece).read_bytes())
        new = [e for e in after if e not in before]
        return {"before": len(before), "after": len(after), "told": (new or before or [""])[0][:200]}
    return _read_by(name, piece, shelf.marked(piece))


def _read_by(name: str, piece: Piece, marked: Path) -> dict[str, Any]:
    """`reads`; `notes`: none lost; `missing`: marks of ours that the reader does not have (levels, hairpins)."""
    expected, more = reading.text_counts(marked.read_bytes()), {}
    try:
        with limit(LONGEST_S):
            if name == "musescore":
                score = reading.musescore_score(marked)
                found = reading.counts_of(score)
                more = {"in_place": reading.in_place(parse(open_source(marked)), score)}
            else:
                found = READERS[name](marked)
            missing = expected.minus(found)
            if found != expected:
                original = READERS[name](piece.path)
                ours = expected.minus(reading.text_counts(piece.path.read_bytes()))
                missing = ours.minus(found.minus(original))
    except reading.ReaderMissing:
        raise
    except Exception as e:
        return {"reads": False, "told": f"{type(e).__name__}: {e}"[:300]}
    return {
        "reads": True,
        "notes": missing.notes == 0,
        "missing": astuple(missing)[1:],
        "found": astuple(found),
        **more,
    }


def check_all(todo: list[Piece], checks: list[str], shelf: Shelf, stop_at: float) -> bool:
    """Do what is not done yet; False when time was up before the end."""
    for n, piece in enumerate(todo, 1):
        for name in checks:
            results = shelf.load(piece)
            if name in results or (name != "own" and "planned" not in results.get("own", {})):
                continue
            if time.monotonic() > stop_at:
                return False
            started = time.monotonic()
            found = check(name, piece, shelf)
            shelf.save(piece, {**results, name: found if name == "own" else found | {"of": shelf.digest(piece)}})
            told = ", ".join(f"{k} {v}" for k, v in found.items() if v != "")
            seconds = time.monotonic() - started
            print(f"{n}/{len(todo)} {piece.name} {name} ({seconds:.0f} s): {told}", file=sys.stderr, flush=True)
    return True


def table(todo: list[Piece], shelf: Shelf) -> str:
    """Markdown: a row for each check, then every score that is not as it should be."""
    known = {p.name: shelf.load(p) for p in todo}
    lines = ["| check | scores | as they should be | of marks written | remarks |", "|---|---|---|---|---|"]
    wrong = []
    for name in CHECKS:
        seen = {piece: r[name] for piece, r in known.items() if name in r}
        bad = {piece: r for piece, r in seen.items() if not _good(name, r)}
        marks = sum(known[piece].get("own", {}).get("planned", 0) for piece in seen)
        remarks = _remarks(name, list(seen.values()))
        lines.append(f"| {name} | {len(seen)} of {len(todo)} | {len(seen) - len(bad)} | {marks:,} | {remarks} |")
        wrong += [f"{name}: {piece}: {json.dumps(r, ensure_ascii=False)}" for piece, r in bad.items()]
        wrong += [
            f"invalid as it was: {p}: {r['before']} errors, {r['told']}" for p, r in seen.items() if r.get("before")
        ]
    return "\n".join([*lines, "", *wrong])


def _remarks(name: str, results: list[dict[str, Any]]) -> str:
    if name == "own":
        return f"{sum(r.get('back', False) for r in results)} came back byte for byte"
    if name == "schema":
        return f"{sum(r['before'] > 0 for r in results)} invalid as they were"
    read = [r for r in results if r["reads"]]
    signs, hairpins = (sum(r["missing"][k] for r in read) for k in (0, 1))
    text = f"{len(read)} read, {signs} signs and {hairpins} hairpins not found"
    if name == "musescore":
        kept, of = (sum(r["in_place"][k] for r in read) for k in (0, 1))
        text += f", {kept:,} of {of:,} signs at the same place"
    return text


def _good(name: str, result: dict[str, Any]) -> bool:
    if name == "own":
        return all(result.get(k, False) for k in ("back", "again", "music")) and result["ours"] == result["planned"]
    if name == "schema":
        return bool(result["before"] == result["after"])
    return bool(result["reads"] and result["notes"] and not any(result["missing"]))


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--work", type=Path, required=True, help="where results and marked scores are kept")
    parser.add_argument("--corpora", nargs="+", choices=("mazurkas", "asap"), default=["mazurkas", "asap"])
    parser.add_argument("--all-asap", action="store_true", help="all scores of ASAP instead of a hundred")
    parser.add_argument("--checks", nargs="*", choices=CHECKS, default=CHECKS, help="none: only the table")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many; call again to go on")
    parser.add_argument("--formats", type=int, default=0, metavar="N", help="N scores in MuseScore's formats and MIDI")


def run(options: Namespace) -> int:
    """Print the table; 0 all done, 1 stopped by --minutes, 2 without a reader."""
    todo, shelf = pieces(data_folder(), options.corpora, options.all_asap), Shelf(options.work)
    try:
        if options.formats:
            print(format_table(format_rows([(p.name, p.path) for p in todo[: options.formats]])))
            return 0
        done = check_all(todo, options.checks, shelf, time.monotonic() + 60 * options.minutes)
    except reading.ReaderMissing as e:
        print(e, file=sys.stderr)
        return 2
    print(table(todo, shelf))
    return 0 if done else 1


main = Command(add_options, run)

if __name__ == "__main__":
    main()
