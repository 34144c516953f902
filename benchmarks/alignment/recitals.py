"""Whether a score is found in a recording that holds more than it, or less: right, in part, refused or wrong.

``python -m benchmarks.alignment.recitals --kept DIR [--pieces N] [--kinds KIND …] [--json FILE]`` aligns, of the
preludes and fugues of Bach in ASAP that test pieces are among (performances) and of Kinderszenen (played from DCML's
notes), both rendered:

- *in a recital*: each piece with three pieces that follow one another in the recording, it among them;
- *not in the recital*: the pieces before and after these three;
- *an excerpt*: 4, 8 and 16 bars from the beginning, the middle and the end of each piece; 8 bars also cut out from the
  middle of a bar to the middle of another;
- *of an album*: the recording of one piece with a score that holds three;
- *another piece*: each piece with the next one's score; it is wrong to say that the score is transposed.

*Wrong*: more than two bars stand with confidence a second or more from where its notes are played. *Right*: not wrong,
and nine of ten known beats are within 250 ms (of bars with the same notes, any); *in part*: neither. Where the piece is
not played, only to refuse is right. What is heard of a piece is kept in DIR; with ``--json FILE`` a run that was
stopped goes on.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.alignment.pieces import Piece, album, bach, cut, kinderszenen, recital
from runtime.errors import ScoreError
from runtime.score.align.features import Heard
from runtime.score.align.recording import POOR, Alignment, align_features
from runtime.score.table import Score
from runtime.write.atomic import write_bytes
from train.fitting.command import Command, data_folder

_OFF_S, _NEAR_S, _SHARE = 1.0, 0.25, 0.9
_LENGTHS = (4, 8, 16)
_CUT_ANYWHERE = 8
_OF_RECITAL = 3
# The bars before and after an excerpt may have been begun, or ring on.
_EDGES = 2
_Known = list[tuple[float, int, float]]


def contents(score: Score) -> list[int]:
    """For each measure the first one with the same notes."""
    first: dict[object, int] = {}
    notes: list[list[object]] = [[] for _ in score.measures]
    for n in score.notes:
        if not n.tied:
            notes[n.measure].append((n.onset - score.measures[n.measure].start, n.pitch))
    return [first.setdefault((m.duration, tuple(notes[i])), i) for i, m in enumerate(score.measures)]


def outcome(score: Score, heard: Heard, known: _Known) -> str:
    """What comes of aligning; `known`: (second, measure, quarters into it) of beats, none where it is not played."""
    try:
        found = align_features(score, heard)
    except ScoreError as e:
        return "transposed" if "semitone" in str(e) else "refused"
    same = contents(score)
    times_of: dict[tuple[int, float], list[float]] = {}
    for at_s, measure, offset in known:
        times_of.setdefault((same[measure], round(offset, 2)), []).append(at_s)
    if _confidently_off(found, same, times_of) > _EDGES:
        return "wrong"
    near = [_distance(found, same, at_s, measure, offset) <= _NEAR_S for at_s, measure, offset in known]
    return "right" if known and np.mean(near) >= _SHARE else "in part"


def _confidently_off(found: Alignment, same: list[int], times_of: dict[tuple[int, float], list[float]]) -> int:
    """Measures with confidence that are not played, or all of whose known beats are far from where they are put."""
    off = 0
    for n, index in enumerate(found.measures):
        if found.confidence[n] < POOR:
            continue
        beats = [(q, t) for (i, q), t in times_of.items() if i == same[index]]
        errors = [min(abs(float(found.times_of(found.starts[n] + q)) - x) for x in t) for q, t in beats]
        off += not errors or min(errors) > _OFF_S
    return off


def _distance(found: Alignment, same: list[int], at_s: float, measure: int, offset: float) -> float:
    places = [found.starts[n] + offset for n, i in enumerate(found.measures) if same[i] == same[measure]]
    return float(np.abs(found.times_of(np.array(places)) - at_s).min()) if places else float("inf")


def known_beats(piece: Piece, start_s: float = 0.0, first: int = 0) -> _Known:
    """Known beats of a piece that begins at a second of a recording and at a measure of a score."""
    rows = zip(piece.seconds, piece.measure, piece.offset_q, strict=True)
    return [(float(s) + start_s, int(m) + first, float(q)) for s, m, q in rows]


def cases(pieces: list[Piece]) -> Iterator[tuple[str, str, Score, Heard, _Known]]:
    """(kind, name, score, recording, known beats) of everything that is tried with consecutive pieces."""
    for i in range(len(pieces) - _OF_RECITAL + 1):
        played = pieces[i : i + _OF_RECITAL]
        heard, starts = recital(played)
        for piece, start in zip(played, starts, strict=True):
            yield "in a recital", f"{piece.name} from {played[0].name}", piece.score, heard, known_beats(piece, start)
        for piece in (*pieces[max(0, i - 1) : i], *pieces[i + _OF_RECITAL : i + _OF_RECITAL + 1]):
            yield "not in the recital", f"{piece.name} from {played[0].name}", piece.score, heard, []
        score, firsts = album(played)
        middle = _OF_RECITAL // 2
        yield (
            "of an album",
            played[middle].name,
            score,
            played[middle].heard,
            known_beats(played[middle], first=firsts[middle]),
        )
    for piece, following in pairwise(pieces):
        yield "another piece", f"{piece.name} with {following.name}", following.score, piece.heard, []
    for piece in pieces:
        yield from excerpts(piece)


def excerpts(piece: Piece) -> Iterator[tuple[str, str, Score, Heard, _Known]]:
    """Some bars from the beginning, the middle and the end, cut just before the first note of a bar."""
    downbeats = piece.seconds[np.abs(piece.offset_q) < 1e-6]
    edges: npt.NDArray[np.float64] = np.append(downbeats, piece.heard.duration_s)
    for bars in _LENGTHS:
        if bars >= len(downbeats):
            continue
        for where, k in (("beginning", 0), ("middle", (len(downbeats) - bars) // 2), ("end", len(downbeats) - bars)):
            start, end = float(edges[k]) - 0.15, float(edges[k + bars]) - 0.1
            yield f"{bars} bars", f"{piece.name} {where}", piece.score, *_part(piece, start, end)
            if bars == _CUT_ANYWHERE:
                middles = edges[:-1] + np.diff(edges) / 2
                a, b = float(middles[k]), float(middles[min(k + bars, len(middles) - 1)])
                yield f"{bars} bars, cut in bars", f"{piece.name} {where}", piece.score, *_part(piece, a, b)


def _part(piece: Piece, start: float, end: float) -> tuple[Heard, _Known]:
    """What is heard, and the known beats, of a part of a recording."""
    known = [(s - start, m, q) for s, m, q in known_beats(piece) if start <= s < end]
    return cut(piece.heard, start, end), known


def add_options(parser: ArgumentParser) -> None:
    """Adds what may be asked for."""
    parser.add_argument("--kept", type=Path, required=True, help="folder for what is heard of each piece")
    parser.add_argument("--pieces", type=int, help="only so many pieces of each set")
    parser.add_argument("--kinds", nargs="+", help="only these rows of the table, such as '16 bars' 'another piece'")
    parser.add_argument("--json", type=Path, help="write every outcome there")
    parser.add_argument("--untested", action="store_true", help="the other preludes and fugues: for choosing settings")


def run(options: Namespace) -> None:
    """Prints a table of outcomes by kind."""
    root = data_folder()
    options.kept.mkdir(parents=True, exist_ok=True)
    sets = [list(islice(bach(root, options.kept, not options.untested), options.pieces))]
    if not options.untested:
        sets.append(list(islice(kinderszenen(root, options.kept), options.pieces)))
    rows = [tuple(row) for row in json.loads(options.json.read_text())] if _is_there(options.json) else []
    done = {(kind, name) for kind, name, _ in rows}
    for kind, name, score, heard, known in chain(*(cases(s) for s in sets)):
        if (kind, name) in done or (options.kinds and kind not in options.kinds):
            continue
        rows.append((kind, name, _judged(outcome(score, heard, known), bool(known))))
        if rows[-1][2] in ("wrong", "in part"):
            print(*rows[-1], sep=": ", flush=True)
        if options.json:
            write_bytes(options.json, json.dumps(rows, indent=0).encode())
    print("| | n | right | in part | refused | wrong |\n|---|---:|---:|---:|---:|---:|")
    for kind in dict.fromkeys(r[0] for r in rows):
        counts = Counter(r[2] for r in rows if r[0] == kind)
        print(f"| {kind} | {counts.total()} |", *(f"{counts[k]} |" for k in ("right", "in part", "refused", "wrong")))


def _is_there(path: Path | None) -> bool:
    return path is not None and path.is_file()


def _judged(found: str, played: bool) -> str:
    if played:
        return "refused" if found == "transposed" else found
    return "right" if found == "refused" else "wrong"


main = Command(add_options, run)

if __name__ == "__main__":
    main()
