"""How far corrections carry: `python -m benchmarks.accuracy.corrections --renders asap DATA RENDERS … --work DIR`.

A user is simulated on every recording whose beats or downbeats have F < 0.8. They read from the beginning, say what is
wrong with the first bar that is wrong, look again, and say what is wrong with the next one after it, four times at the
most. What they say is what the page and the command line offer, and what the bar shows: beats twice as fast or half as
fast or half a beat off (of the whole piece where most bars show it, else until where that is so, as one sees it),
another metre, a bar line elsewhere; where nothing of that fits they tap the bar. The table has beat and downbeat F
after each.

``--words plain`` gives the user the words there were before corrections carried: factors and metre for the whole piece
only, and single beats.
"""

from __future__ import annotations

import itertools
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.renders import Piece, Shown, real, rendered
from runtime.corrections import CorrectionError, Corrections, merge, parse_words
from runtime.write.atomic import write_bytes
from train.fitting.command import Command
from train.marks.hear import Listener
from train.measure.metrics import TOLERANCE_S

Floats = npt.NDArray[np.float64]

MOST_FIXES = 4
POOR_F = 0.8


@dataclass(frozen=True)
class BarSeen:
    """A true bar as the analysis shows it: when it begins and ends, its true beats, the beats shown in it, and whether
    bar lines are shown at its beginning and nowhere else in it."""

    start_s: float
    end_s: float
    beats_s: Floats
    shown_s: Floats
    shown_downbeats_s: Floats
    shown_metre: int

    @property
    def hits(self) -> int:
        """True beats that are shown."""
        return sum(bool((np.abs(self.shown_s - t) <= TOLERANCE_S).any()) for t in self.beats_s)

    @property
    def beats_right(self) -> bool:
        """Whether its beats are shown and no others."""
        return self.hits == len(self.beats_s) == len(self.shown_s)

    @property
    def right(self) -> bool:
        """Whether nothing is wrong with it."""
        lines = self.shown_downbeats_s
        return self.beats_right and len(lines) == 1 and abs(lines[0] - self.start_s) <= TOLERANCE_S

    @property
    def level(self) -> str:
        """``/2`` where twice as many beats are shown, ``x2`` where half as many, ``offbeat``, or nothing of that."""
        n, shown = len(self.beats_s), len(self.shown_s)
        if abs(shown - 2 * n) <= n // 4 and self.hits >= 0.75 * n:
            return "/2"
        if n > 1 and abs(2 * shown - n) <= n // 4 + n % 2 and shown and self.hits >= 0.4 * n:
            return "x2"
        if shown == n and not self.hits:
            return "offbeat"
        return ""


def bars_seen(piece: Piece, shown: Shown) -> list[BarSeen]:
    """The true bars but the last, in order."""
    times_s = np.array([b.time_s for b in shown.beats])
    place = np.array([b.position for b in shown.beats])
    metres = [(m.time_s, m.beats_per_bar) for m in shown.metre]
    out = []
    lines = piece.downbeats_s
    for start, end in itertools.pairwise(lines):
        true = piece.beats_s[(piece.beats_s >= start) & (piece.beats_s < end)]
        inside = (times_s >= start - TOLERANCE_S) & (times_s < end - TOLERANCE_S)
        metre = next((n for t, n in reversed(metres) if t <= start + TOLERANCE_S), metres[0][1] if metres else 0)
        out.append(BarSeen(start, end, true, times_s[inside], times_s[inside & (place == 1)], metre))
    return out


def what_to_say(bars: list[BarSeen], first: int, plain: bool) -> list[str]:
    """Words that mend bar `first`, as far as that is still wrong in the same way."""
    bar = bars[first]
    level, at = bar.level, f"{bar.start_s:.3f}"
    if level:
        if sum(b.level == level for b in bars) > len(bars) / 2:
            return [level]
        return (
            _tapped(bar, plain) if plain else [f"{level}@{at}..{_until(bars, first, lambda b: b.level == level):.3f}"]
        )
    if not bar.beats_right:
        return _tapped(bar, plain)
    n = len(bar.beats_s)
    if n == bar.shown_metre or n > 16:
        return [f"bar@{at}"]
    if plain:
        return [f"metre={n}", f"bar@{at}"]
    until = _until(bars, first, lambda b: len(b.beats_s) == n and b.shown_metre != n)
    return [f"metre={n}@{at}..{until:.3f}", f"bar@{at}"]


def _until(bars: list[BarSeen], first: int, same: Callable[[BarSeen], bool]) -> float:
    last = first
    while last + 1 < len(bars) and same(bars[last + 1]):
        last += 1
    return bars[last].end_s


def _tapped(bar: BarSeen, plain: bool) -> list[str]:
    kind = "beat" if plain else "tap"
    beats = [f"{kind}{k}@{t:.3f}" for k, t in enumerate(bar.beats_s, 1) if k <= 16]
    return [*beats, f"{kind}1@{bar.end_s:.3f}"]


def said_with(words: Iterable[str]) -> Corrections:
    """The words of this simulation as corrections; ``tapN@T`` is the N-th beat of a tapped bar."""
    from runtime.corrections import Pin

    words = list(words)
    taps = [w.removeprefix("tap").split("@") for w in words if w.startswith("tap")]
    said = parse_words([w for w in words if not w.startswith("tap")])
    if not taps:
        return said
    return merge(said, Corrections(taps=tuple(Pin(float(t), int(k)) for k, t in taps)))


def fixes(piece: Piece, listener: Listener, plain: bool) -> Iterator[tuple[list[str], float, float]]:
    """What was said so far (nothing at first), and beat and downbeat F under it."""
    said, words, after = Corrections(), [], -1
    for n in range(MOST_FIXES + 1):
        shown = piece.grid(listener, said)
        yield list(words), *piece.scored(shown)
        bars = bars_seen(piece, shown)
        first = next((i for i in range(after + 1, len(bars)) if not bars[i].right), None)
        if first is None or n == MOST_FIXES:
            return
        after = first
        new = what_to_say(bars, first, plain)
        try:
            said = merge(said, said_with(new))
        except CorrectionError:  # a metre, or a factor, that contradicts what was said before
            continue
        words += new


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("--renders", nargs=3, action="append", default=[], metavar=("CORPUS", "DATA_DIR", "AUDIO_DIR"))
    add("--real", type=Path, metavar="DIR", help="the folder of the real recordings")
    add("--work", type=Path, required=True, metavar="DIR", help="where what was heard is kept")
    add("--words", choices=("carry", "plain"), default="carry")
    add("--out", type=Path, metavar="FILE.md")
    add("--tell", action="store_true", help="print what was said of each piece")


def pieces_of(args: Namespace, listener: Listener) -> Iterator[Piece]:
    """All that the options name."""
    for corpus, data, renders in args.renders:
        yield from rendered(corpus, Path(data), Path(renders), listener)
    if args.real is not None:
        yield from real(args.real, listener)


def run(args: Namespace) -> None:
    """Simulate, print the table."""
    listener = Listener.with_folder(args.work / "heard")
    rows: dict[str, list[list[tuple[float, float]]]] = {}
    for piece in pieces_of(args, listener):
        if min(piece.scored(piece.grid(listener))) >= POOR_F:
            continue
        steps = list(fixes(piece, listener, args.words == "plain"))
        scores = [(beat, down) for _, beat, down in steps]
        scores += [scores[-1]] * (MOST_FIXES + 1 - len(scores))
        rows.setdefault(piece.corpus, []).append(scores)
        if args.tell:
            print(piece.name, " ".join(f"{b:.2f}/{d:.2f}" for b, d in scores), " ".join(steps[-1][0]), flush=True)
    text = table(rows)
    print(text)
    if args.out is not None:
        write_bytes(args.out, text.encode())


def table(rows: dict[str, list[list[tuple[float, float]]]]) -> str:
    """Markdown: mean beat and downbeat F after each fix."""
    head = "".join(f" {n} |" for n in range(MOST_FIXES + 1))
    lines = [f"| recordings | |{head}", "|---|---|" + "---:|" * (MOST_FIXES + 1)]
    for corpus, pieces in rows.items():
        means = np.array(pieces).mean(axis=0)
        for k, name in enumerate(("beat F", "downbeat F")):
            cells = "".join(f" {v:.3f} |" for v in means[:, k])
            lines.append(f"| {corpus} ({len(pieces)}) | {name} |{cells}")
    return "\n".join(lines) + "\n"


main = Command(add_options, run)

if __name__ == "__main__":
    main()
