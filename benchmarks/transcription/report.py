"""How well notes are heard, beside other transcribers: renders with an unseen piano, and real recordings.

``python -m benchmarks.transcription --asap DIR --batik DIR --real DIR [--systems own,basic-pitch] [--pieces N]``
``[--longest-s S] [--json FILE]``; the folders are those of `train.rendering.render` with the MIDI in MEZZOFORTE_DATA,
and of the real recordings. Rows in FILE are kept and only what is missing is done, so that systems can be added later;
``--show`` prints the tables of FILE alone.

*Renders*: mir_eval's note measures (onset within 50 ms; ends with the pedal, within 50 ms or 20 %; velocities), mean
over recordings. *Real recordings*: the notes of the score at the times that the aligner gives them; found within
100 ms, missing, extra. *Speed*: seconds of music per second of CPU time on one core, reading included.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.labels.recordings import RECORDINGS, Recorded, score_of
from benchmarks.transcription.measure import (
    EDGE_S,
    Plausibility,
    Scores,
    against_score,
    beginning_of,
    compare,
    heard_in,
    mono_22k,
    truth_of,
)
from runtime.errors import MezzoforteError
from runtime.transcribe import Setting, Transcriber, Transcription, load
from runtime.transcribe.basic_pitch import PACKAGE_OPTIONS, BasicPitch
from runtime.write.atomic import write_bytes
from train.fitting.command import Command, data_folder
from train.notes.taught import score_times

REAL = "real"


@dataclass(frozen=True)
class Row:
    """One recording by one system; `scores` for renders, `real` for real recordings."""

    system: str
    what: str
    corpus: str
    recording: str
    length_s: float
    cpu_s: float
    n_heard: int
    scores: Scores | None = None
    real: Plausibility | None = None


DEFAULTS = "basic-pitch-defaults"
"""The system basic-pitch with the thresholds of its package in place of ours for piano."""


def ready(system: str, path: Path | None) -> Transcriber:
    """A system by its name here. Raises `MezzoforteError` when it is not there."""
    if system != DEFAULTS:
        return load(system, Setting(path, "cpu"))
    peer = load("basic-pitch", Setting(path, "cpu"))
    assert isinstance(peer, BasicPitch)
    return replace(peer, options=PACKAGE_OPTIONS, version=f"{peer.version}, its own thresholds")


def spread(renders: Path, count: int) -> list[Path]:
    """`count` renders, one of each composer (first folder) in turn, in an order that says nothing."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(renders.rglob("*.flac"), key=lambda p: hashlib.sha256(p.name.encode()).hexdigest()):
        groups[path.relative_to(renders).parts[0]].append(path)
    turns = [group[k] for k in range(max(map(len, groups.values()), default=0)) for _, group in sorted(groups.items())
             if k < len(group)]  # fmt: skip
    return turns[:count]


def cpu_s() -> float:
    """CPU time of this process and of its children that ended, in seconds."""
    mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def transcribed(transcriber: Transcriber, path: Path) -> tuple[Transcription, float]:
    """A transcription and the CPU seconds that it took."""
    began = cpu_s()
    heard = transcriber.transcribe(path)
    return heard, cpu_s() - began


@dataclass(frozen=True)
class Render:
    """A file of `train.rendering.render` in its folder, and the folder with the MIDI that it was made of."""

    corpus: str
    folder: Path
    audio: Path
    midi: Path

    @property
    def name(self) -> str:
        """Its path in the folder, without the suffix."""
        return str(self.audio.relative_to(self.folder).with_suffix(""))


def render_row(system: str, transcriber: Transcriber, render: Render, limit_s: float) -> Row:
    """One render against its MIDI."""
    with beginning_of(render.audio, limit_s) as (path, length_s):
        heard, seconds = transcribed(transcriber, path)
    scores = compare(truth_of(render.midi, render.audio, length_s), heard_in(heard.notes, length_s))
    what = f"{heard.identity.name} {heard.identity.version}".strip()
    return Row(system, what, render.corpus, render.name, length_s, seconds, len(heard.notes.pitch), scores)


def real_row(
    system: str, transcriber: Transcriber, recorded: Recorded, folder: Path, asap: Path, limit_s: float
) -> Row:
    """One real recording against its score. Raises `MezzoforteError` when they cannot be aligned."""
    with beginning_of(folder / recorded.audio, min(limit_s, recorded.listen_s or limit_s)) as (path, length_s):
        heard, seconds = transcribed(transcriber, path)
        # The whole recording, or as much as its score covers, is aligned: an excerpt of a score is harder to place.
        with beginning_of(folder / recorded.audio, recorded.listen_s or 3600.0) as (whole, _):
            times_s, pitch = score_times(score_of(recorded, asap), mono_22k(whole), length_s - EDGE_S)
    real = against_score(times_s, pitch, heard_in(heard.notes, length_s))
    what = f"{heard.identity.name} {heard.identity.version}".strip()
    return Row(system, what, REAL, recorded.name, length_s, seconds, len(heard.notes.pitch), None, real)


def read_rows(path: Path | None) -> list[Row]:
    """The rows of an earlier run. Raises `MezzoforteError` when the file is none."""
    if path is None or not path.is_file():
        return []
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return [
            Row(
                **{
                    **d,
                    "scores": d["scores"] and Scores(**d["scores"]),
                    "real": d["real"] and Plausibility(**d["real"]),
                }
            )
            for d in data
        ]
    except (ValueError, TypeError, KeyError) as e:
        raise MezzoforteError("not rows of this benchmark", where=str(path), cause=str(e)) from e


def save_rows(path: Path | None, rows: Sequence[Row]) -> None:
    """Write rows, replacing the file in one step."""
    if path is not None:
        write_bytes(path, (json.dumps([asdict(r) for r in rows], indent=1) + "\n").encode())


def tables(rows: Sequence[Row]) -> str:
    """Markdown: renders by corpus and system, real recordings by system."""
    names = ("renders", "system", "recordings", "onset P", "onset R", "onset F", "onset + end F", "+ velocity F")
    out = ["| " + " | ".join((*names, "velocity R", "late", "speed")) + " |", "|---|---|" + "---:|" * 9]
    for corpus, what in sorted({(r.corpus, r.what) for r in rows if r.scores}):
        mine = [r for r in rows if (r.corpus, r.what) == (corpus, what) and r.scores]
        *values, late_s, velocity = np.nanmean([astuple(r.scores) for r in mine if r.scores], axis=0)
        shown = " | ".join(f"{v:.3f}" for v in (*values, velocity))
        out.append(f"| {corpus} | {what} | {len(mine)} | {shown} | {1000 * late_s:+.0f} ms | {_speed(mine)} |")
    out += ["", "| real recordings | system | found | missing | extra | F |", "|---|---|---:|---:|---:|---:|"]
    real = [r for r in rows if r.real]
    for name in dict.fromkeys(r.recording for r in real):
        out += [_real_line(name, r.what, [r]) for r in real if r.recording == name]
    out += [_real_line("**all**", what, [r for r in real if r.what == what]) for what in sorted({r.what for r in real})]
    return "\n".join(out)


def _real_line(name: str, what: str, rows: Sequence[Row]) -> str:
    found, missing, extra = (sum(getattr(r.real, k) for r in rows) for k in ("found", "missing", "extra"))
    return f"| {name} | {what} | {found} | {missing} | {extra} | {Plausibility(found, missing, extra).f:.3f} |"


def _speed(rows: Sequence[Row]) -> str:
    return f"{sum(r.length_s for r in rows) / max(1e-9, sum(r.cpu_s for r in rows)):.0f} ×"


def work(options: Namespace, data: Path) -> list[tuple[str, str, Callable[[str, Transcriber], Row]]]:
    """(corpus, recording, how to make its row) of everything that was asked for."""
    todo: list[tuple[str, str, Callable[[str, Transcriber], Row]]] = []
    for corpus, renders, midi in (("ASAP", options.asap, "asap"), ("Batik", options.batik, "batik_mozart")):
        for path in spread(renders, options.pieces) if renders else ():
            render = Render(corpus, renders, path, data / midi)
            todo.append((corpus, render.name, partial(render_row, render=render, limit_s=options.longest_s)))
    for recorded in RECORDINGS if options.real else ():
        make = partial(real_row, recorded=recorded, folder=options.real, asap=data / "asap", limit_s=options.longest_s)
        todo.append((REAL, recorded.name, make))
    return todo


def run(options: Namespace) -> None:
    """Make the rows that are missing, and print the tables."""
    rows = read_rows(options.json)
    data = Path() if options.show else data_folder()
    paths = {"madmom": options.madmom_python, "hpt": options.hpt, "own": options.own, "transkun": options.transkun}
    for system in () if options.show else options.systems.split(","):
        transcriber = ready(system, paths.get(system))
        done = {(r.corpus, r.recording) for r in rows if r.system == system}
        for corpus, name, make in work(options, data):
            if (corpus, name) in done:
                continue
            row = make(system, transcriber)
            rows.append(row)
            save_rows(options.json, rows)
            told = f"onset F {row.scores.onset_f:.3f}" if row.scores else f"F {row.real.f:.3f}" if row.real else ""
            print(f"{system}: {corpus} {name}: {told}, {row.length_s / row.cpu_s:.1f} ×", file=sys.stderr, flush=True)
    print(tables(rows))


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    add = parser.add_argument
    add("--asap", type=Path, metavar="DIR", help="renders of ASAP")
    add("--batik", type=Path, metavar="DIR", help="renders of Batik's Mozart")
    add("--real", type=Path, metavar="DIR", help="the real recordings")
    add(
        "--systems",
        default="own,basic-pitch",
        help="of runtime.transcribe, or basic-pitch-defaults (default: own,basic-pitch)",
    )
    add("--pieces", type=int, default=8, help="recordings of each set of renders (default: 8)")
    add("--longest-s", type=float, default=60.0, help="the beginning that is heard (default: 60)")
    add("--madmom-python", type=Path, help="Python of an environment with madmom")
    add("--hpt", type=Path, help="card of a converted HPT checkpoint")
    add("--transkun", type=Path, help="card of Transkun, where it is not in ~/.mezzoforte/models")
    add("--own", type=Path, help="card of another model of ours")
    add("--json", type=Path, metavar="FILE", help="rows, kept and added to")
    add("--show", action="store_true", help="only print the tables of --json")


main = Command(add_options, run)
