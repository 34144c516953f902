"""Read your own recordings as somebody corrected them on the page: `NAME.corrections.json` beside each recording.

Layout: any folders below the one that is named. The folder that a recording lies in, seen from there, is its piece,
named as in `train.data.pieces` where other data sets have it too (`chopin/mazurka_op6/1/take.flac`), so that no
piece is on two sides of a split; a recording in no folder is a piece of its own. Where a score of its name lies beside
(`NAME.musicxml`, `.mxl`, `.mscz` …; no MIDI), the page showed the beats of the score, and corrections are of these:
such a recording is left out.

A file of corrections tells what was wrong, not what was looked at and found right. So all beats and bars that hold
after the corrections are labels, as they were seen on the page; and a recording of which nothing was said about beats
has none. Marks tell more: levels and hairpins are labels only where somebody put them in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from runtime.analysis import Analysis, folded
from runtime.analyze import analyse_file
from runtime.batch.inputs import AUDIO
from runtime.corrections import Corrections, MarkEdit, read_file
from runtime.decode.said_marks import level_of, nearest
from runtime.errors import MezzoforteError
from runtime.model import Model, load_model
from runtime.score.read.files import SUFFIXES as SCORES
from train.data.errors import DataError
from train.data.items import Dropped, Item, Reading, Wanted
from train.data.labels.values import LEVEL_NUMBER, UNKNOWN, BeatLabels, Floats, HairpinSpan, LevelArray

CORPUS = "corrected"
SUFFIX = ".corrections.json"
_MIDI = (".mid", ".midi")


def read_corrected(folder: Path, *, only: Wanted | None = None, model: Model | None = None) -> Reading:
    """Every corrected recording below `folder` (or those that are `only` wanted, by the recording's path), by name.

    What cannot be used is dropped with the reason. Raises `DataError` when there is no file of corrections.
    """
    reading = Reading()
    for one in corrected(folder, only, model):
        (reading.items if isinstance(one, Item) else reading.dropped).append(one)  # type: ignore[arg-type]
    return reading


def corrected(folder: Path, only: Wanted | None = None, model: Model | None = None) -> Iterator[Item | Dropped]:
    """The same, one after another, as each takes the time of an analysis in best quality, by `model` (None: the shipped
    one). Attributes: `recording`, its path, and `corrections`, the SHA-256 of what was said."""
    said = sorted(folder.rglob(f"*{SUFFIX}"))
    if not said:
        raise DataError(
            f"no NAME{SUFFIX}", where=str(folder), cause="another folder, or the recordings were dropped on the page",
            advice="Open a recording by its path (mezzoforte open take.flac) or put the downloaded file beside it",
        )  # fmt: skip
    ready = model
    for path in said:
        name = path.relative_to(folder).as_posix().removesuffix(SUFFIX)
        item_id, piece = f"{CORPUS}/{name}", name.rpartition("/")[0] or f"{CORPUS}/{name}"
        try:
            recording = _recording_of(path)
            if only and not only(recording):
                continue
            ready = ready or load_model()
            labels = labels_of(recording, read_file(path), ready)
            attributes = {"recording": str(recording), "corrections": hash_of_said(recording)}
        except MezzoforteError as e:
            yield Dropped(item_id, e.what, str(e), is_damage=not isinstance(e, _NoLabelsError))
        else:
            yield Item(item_id, CORPUS, piece, "", labels, attributes=attributes)


def labels_of(recording: Path, said: Corrections, model: Model | None = None) -> BeatLabels:
    """What holds of a recording after these corrections, by the product's own analysis under them.

    Raises `DataError` when nothing was said of beats, a score lies beside it or no beats are found, and what
    `runtime.analyze.analyse_file` raises.
    """
    if score := _beside(recording.parent, recording.stem, tuple(s for s in SCORES if s not in _MIDI)):
        raise _NoLabelsError(
            "a score lies beside it, so that the beats on the page were the score's", where=str(recording),
            advice=f"Take {score[0].name} away if it was corrected without",
        )  # fmt: skip
    if not said.of_beats:
        raise _NoLabelsError(
            "nothing was said of its beats", where=str(recording),
            advice="If they are right as they are, say so of one: put the cursor on a first beat and choose "
            "'A bar begins here'",
        )  # fmt: skip
    found = analyse_file(recording, model=model, corrections=said)
    if not found.beats:
        raise DataError("no beats are found in it", where=str(recording), cause=" ".join(found.warnings))
    beats_s = np.array([b.time_s for b in found.beats])
    metres_s = np.array([m.time_s for m in found.metre])
    in_force = np.maximum(np.searchsorted(metres_s, beats_s + 1e-6) - 1, 0)
    return BeatLabels(
        beats_s, np.array([b.position for b in found.beats]), _levels(found, beats_s, said),
        hairpins=_hairpins(found, beats_s, said),
        beats_per_bar=np.array([m.beats_per_bar for m in found.metre])[in_force],
    )  # fmt: skip


def hash_of_said(recording: Path) -> str:
    """SHA-256 of the file of corrections beside a recording. Raises `DataError` when it cannot be read."""
    path = recording.with_name(recording.stem + SUFFIX)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as e:
        raise DataError("the file of corrections cannot be read", where=str(path), cause=str(e)) from e


class _NoLabelsError(DataError):
    """Nothing is broken, but there are no labels."""


def _levels(found: Analysis, beats_s: Floats, said: Corrections) -> LevelArray:
    """From each dynamic that somebody put in to the next one on the page; unknown elsewhere."""
    put_in = {nearest(beats_s.tolist(), e.time_s): level_of(e.value) for e in _added(said, "dynamic")}
    levels = np.zeros(len(beats_s), np.int8)
    for dynamic in found.dynamics:
        is_said = put_in.get(dynamic.beat) == dynamic.level
        levels[dynamic.beat :] = LEVEL_NUMBER[folded(dynamic.level)] if is_said else UNKNOWN
    return levels


def _hairpins(found: Analysis, beats_s: Floats, said: Corrections) -> tuple[HairpinSpan, ...]:
    put_in = {(beats_s[nearest(beats_s.tolist(), e.time_s)], e.value) for e in _added(said, "hairpin")}
    return tuple(HairpinSpan(h.start_s, h.end_s, h.kind) for h in found.hairpins if (h.start_s, h.kind) in put_in)


def _added(said: Corrections, kind: str) -> list[MarkEdit]:
    return [e for e in said.marks if e.do == "add" and e.kind == kind]


def _recording_of(said: Path) -> Path:
    found = _beside(said.parent, said.name.removesuffix(SUFFIX), AUDIO)
    if not found:
        raise DataError(
            "no recording beside the corrections", where=str(said), cause="it was moved or renamed",
            advice="Put it there under the same name, or take the corrections away",
        )  # fmt: skip
    if len(found) > 1:
        raise DataError(
            f"more than one recording of this name: {', '.join(p.name for p in found)}", where=str(said),
            advice="Leave the one that was corrected",
        )  # fmt: skip
    return found[0]


def _beside(folder: Path, stem: str, suffixes: tuple[str, ...]) -> list[Path]:
    return [p for p in sorted(folder.iterdir()) if p.stem == stem and p.suffix.lower() in suffixes]
