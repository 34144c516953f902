"""Scores with printed marks as features and truth per beat.

A mark belongs to the nearest beat (half-way: the later one, for which an upbeat is taken). A piece without at least
`FEWEST_LEVELS` printed levels says nothing about where levels go and is left out: nobody entered them, or there are
none to learn from.
"""

from __future__ import annotations

import bisect
import hashlib
import pickle
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.errors import MezzoforteError
from runtime.marks import page_features as computed
from runtime.marks.page import OUTPUTS
from runtime.marks.page_features import page_features
from runtime.score.table import LEVEL_SIGNS, Score
from runtime.write.atomic import write_bytes
from train.data.overlaps import Overlaps
from train.data.score_corpora import SCORE_CORPORA, read_corpus
from train.data.splits import Split
from train.data.written import WrittenPiece

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]

FEWEST_LEVELS = 3
_KINDS = ("crescendo", "diminuendo")


@dataclass(frozen=True, eq=False)
class Page:
    """One score: features [n, F], truth and whether it is known [n, `OUTPUTS`], and how much it counts.

    Features are kept as float16. `weight` is 1 for a piece in one edition; several share it by the root of their
    number.
    """

    id: str
    corpus: str
    group: str
    split: Split
    licence: str
    features: Halves
    truth: Floats
    known: Floats
    bar_of: npt.NDArray[np.int64]
    weight: float = 1.0

    @property
    def n_levels(self) -> int:
        """Beats with a level."""
        return int(self.truth[:, 0].sum())


def truth_of(score: Score) -> tuple[Floats, Floats] | None:
    """Truth [n, outputs] and what of it is known, by `runtime.marks.page.OUTPUTS`; None for too few levels."""
    beats = [b[0] for b in score.beats()]
    if not beats:
        return None
    keyboard = set(score.keyboard_staves())
    marks = [m for m in score.marks if m.staff in keyboard and not m.ours]
    levels: dict[int, int] = {}
    for m in sorted(marks, key=lambda m: (m.start, m.value)):
        if m.kind == "dynamic" and m.value in LEVEL_SIGNS:
            i = nearest(beats, m.start)
            levels[i] = max(levels.get(i, 0), LEVEL_SIGNS.index(m.value))
    if len(levels) < FEWEST_LEVELS:
        return None
    truth = np.zeros((len(beats), len(OUTPUTS)), np.float32)
    known = np.ones_like(truth)
    louder = OUTPUTS.index("louder")
    known[:, louder] = 0
    before = None
    for i, level in sorted(levels.items()):
        truth[i, OUTPUTS.index("level")] = 1
        if before is not None and level != before:
            truth[i, louder], known[i, louder] = level > before, 1
        before = level
    for m in marks:
        if m.kind in ("hairpin", "words") and m.value in _KINDS:
            first = nearest(beats, m.start)
            truth[first, OUTPUTS.index(f"{m.value}_begins")] = 1
            if m.kind == "hairpin" and m.end > m.start:
                last = max(nearest(beats, m.end), min(first + 1, len(beats) - 1))
                truth[last, OUTPUTS.index(f"{m.value}_ends")] = 1
    return truth, known


def nearest(beats: Sequence[Fraction], at: Fraction) -> int:
    """The index of the beat nearest to a position, the later of two that are as near."""
    i = max(0, bisect.bisect_right(beats, at) - 1)
    if i + 1 < len(beats) and beats[i + 1] - at <= at - beats[i]:
        return i + 1
    return i


def page_of(piece: WrittenPiece, score: Score, overlaps: Overlaps, fold: int | None) -> Page | None:
    """What there is to learn from a piece, None for nothing. Raises `DataError` for a piece of unknown overlaps."""
    found = truth_of(score)
    if found is None:
        return None
    bars = np.array([b[1] for b in score.beats()], np.int64)
    features = page_features(score).astype(np.float16)
    return Page(
        piece.id, piece.corpus, overlaps.group(piece.corpus, piece.path),
        overlaps.split(piece.corpus, piece.path, fold), piece.licence, features, *found, bars,
    )  # fmt: skip


def gather(
    data: Path, cache: Path, overlaps: Overlaps, names: Iterable[str], fold: int | None
) -> tuple[list[Page], Counter[str]]:
    """The pages of these corpora, and why pieces were left out. Each corpus is kept in a file of `cache`."""
    pages, left_out = [], Counter[str]()
    for name in names:
        some, why = _kept_corpus(data, cache, overlaps, name, fold)
        pages += some
        left_out += why
    return weighted(pages), left_out


def _kept_corpus(
    data: Path, cache: Path, overlaps: Overlaps, name: str, fold: int | None
) -> tuple[list[Page], Counter[str]]:
    listed = [(p.path, p.file.stat().st_size) for p in SCORE_CORPORA[name].pieces(data / name)]
    told = [Path(computed.__file__).read_text(), Path(__file__).read_text(), sorted(overlaps.rows), listed, fold]
    path = cache / f"pages_{name}_{hashlib.sha256(repr(told).encode()).hexdigest()[:12]}.pkl"
    if path.is_file():
        kept: tuple[list[Page], Counter[str]] = pickle.loads(path.read_bytes())
        return kept
    pages, left_out = [], Counter[str]()
    for piece, score in read_corpus(name, data, cache):
        if isinstance(score, MezzoforteError):
            left_out[f"{name}: cannot be read"] += 1
        elif (page := page_of(piece, score, overlaps, fold)) is None:
            left_out[f"{name}: fewer than {FEWEST_LEVELS} levels"] += 1
        else:
            pages.append(page)
    write_bytes(path, pickle.dumps((pages, left_out)))
    return pages, left_out


def weighted(pages: Sequence[Page]) -> list[Page]:
    """Pages with the weight of an edition among several."""
    editions = Counter(p.group for p in pages)
    return [replace(p, weight=editions[p.group] ** -0.5) for p in pages]


def corpora_there(data: Path) -> list[str]:
    """The corpora of scores that a data folder has."""
    return [name for name in SCORE_CORPORA if (data / name).is_dir()]
