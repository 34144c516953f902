"""What a run says while it goes on and when it is over: to people, to a log file, to machines, and as a CSV."""

from __future__ import annotations

import csv
import io
import json
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TextIO

from runtime.batch.engine import Totals
from runtime.batch.jobs import Job, Outcome
from runtime.batch.places import LocalPlace, Place
from runtime.batch.store import State
from runtime.errors import OutputError

LOG, SUMMARY = "mezzoforte.log", "summary.csv"
_LINE_EVERY_S = 30.0  # where there is no terminal
_COLUMNS = (
    "name", "recording", "score", "status", "reason", "duration_s", "beats", "downbeats", "marks", "median_bpm",
    "model", "model_version", "transcriber", "warnings", "outputs",
)  # fmt: skip


class Report:
    """Tells of a run. Use as a context manager."""

    def __init__(
        self, jobs: Iterable[Job], place: Place, stream: TextIO, *, quiet: bool = False, each: bool = False,
        json_log: str = "",
    ) -> None:  # fmt: skip
        """`each`: a line on `stream` for every recording; `json_log`: a file, or - for stdout."""
        self._weights = {job.item.name: max(1, job.item.size) for job in jobs}
        self._all = sum(self._weights.values()) or 1
        self._place, self._stream, self._quiet, self._each = place, stream, quiet, each
        self._tty = not quiet and stream.isatty()
        self._part: dict[str, float] = {}
        self._over = self._unworked = self._told = self._failed = 0
        self._audio_s = 0.0
        self._began_s = time.monotonic()
        self._next_s = self._began_s + (0.0 if self._tty else _LINE_EVERY_S)
        self._log: IO[bytes] | None = None
        self._json: IO[str] | None = None
        self._json_to = json_log
        self._kept: list[str] = []

    def __enter__(self) -> Report:
        if isinstance(self._place, LocalPlace):
            # Without a buffer: what does not fit on a full disk is lost at once, and not told again at the end.
            self._log = (Path(self._place.root) / LOG).open("ab", buffering=0)
        if self._json_to == "-":
            self._json = sys.stdout
        elif self._json_to:
            try:
                self._json = Path(self._json_to).open("a", encoding="utf-8", errors="backslashreplace")
            except OSError as e:
                raise OutputError(f"the log cannot be written ({e.strerror or e})", where=self._json_to) from e
        self.event("start", recordings=len(self._weights))
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()
        if self._log is not None:
            self._log.close()
        elif self._kept:
            with suppress(Exception):  # what is said of a failure must not hide the failure
                self._place.write(LOG, "".join(self._kept).encode("utf-8", "backslashreplace"))
        if self._json is not None and self._json is not sys.stdout:
            with suppress(OSError):
                self._json.close()

    def watch(self, name: str, fraction: float) -> None:
        """Progress within a recording; from any thread."""
        self._part[name] = fraction
        self._line()

    def told(self, job: Job, outcome: Outcome, final: bool) -> None:
        """After each attempt."""
        self._part.pop(outcome.name, None)
        kind = outcome.kind if final else "again"
        self.event(
            kind, name=outcome.name, recording=job.item.recording, attempt=job.attempt, reason=outcome.reason,
            reused=outcome.reused, warnings=list(outcome.warnings), audio_s=round(outcome.audio_s, 3),
            cpu_s=round(outcome.cpu_s, 3), key=outcome.key,
        )  # fmt: skip
        if not final:
            self.log(f"tried again: {outcome.reason}")
            return
        self._over += self._weights[outcome.name]
        if outcome.kind != "done" or outcome.reused:
            self._unworked += self._weights[outcome.name]
        self._told += 1
        self._audio_s += 0.0 if outcome.reused else outcome.audio_s
        for warning in outcome.warnings:
            self.say(f"warning: {job.item.recording}: {warning}", shown=self._each and not self._quiet)
        if outcome.kind != "done":
            self._failed += 1
            self.say(f"error: {outcome.reason}", shown=True)
        elif self._each:
            beats, bars, dynamics = outcome.counts
            text = f"{job.item.recording}: {beats} beats, {bars} downbeats, {dynamics} dynamics"
            self.say(text, shown=not self._quiet)
        self._line()

    def say(self, text: str, *, shown: bool) -> None:
        """A line for the log, and for people."""
        self.log(text)
        if shown:
            self._wipe()
            print(text, file=self._stream, flush=True)

    def log(self, text: str) -> None:
        """A line for the log file alone."""
        line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n"
        if self._log is None:
            self._kept.append(line)
            return
        with suppress(OSError):  # a full disk is told where it keeps a result from being written
            self._log.write(line.encode("utf-8", "backslashreplace"))

    def event(self, kind: str, **values: Any) -> None:
        """A line for machines."""
        if self._json is not None:
            line = {"event": kind, "at_s": round(time.monotonic() - self._began_s, 3), **values}
            with suppress(OSError):
                self._json.write(json.dumps(line) + "\n")
                self._json.flush()

    def left_s(self) -> float | None:
        """Seconds to the end at the rate so far; None before anything is known.

        What was refused at once or taken from kept results says nothing of the rate.
        """
        parts = sum(self._weights.get(n, 0) * part for n, part in list(self._part.items()))
        worked, rest = self._over - self._unworked + parts, self._all - self._over - parts
        elapsed_s = time.monotonic() - self._began_s
        return elapsed_s * rest / worked if worked > 0 and elapsed_s > 0 else None

    def _line(self) -> None:
        now_s = time.monotonic()
        if self._quiet or now_s < self._next_s:
            return
        self._next_s = now_s + (0.1 if self._tty else _LINE_EVERY_S)
        text = self._progress(now_s)
        self._stream.write(f"\r\x1b[K{text}" if self._tty else f"{text}\n")
        self._stream.flush()
        if not self._tty:
            left_s = self.left_s()
            self.event("progress", finished=self._told, failed=self._failed, left_s=left_s and round(left_s, 1))

    def _progress(self, now_s: float) -> str:
        share = (self._over + sum(self._weights.get(n, 0) * p for n, p in list(self._part.items()))) / self._all
        parts = [f"{self._told} of {len(self._weights)} recordings ({share:.0%})"]
        if self._failed:
            parts.append(f"{self._failed} failed")
        if self._audio_s:
            parts.append(f"{self._audio_s / (now_s - self._began_s):.0f} × real time")
        left_s = self.left_s()
        if left_s is not None:
            parts.append(f"{_duration(left_s)} left")
        return ", ".join(parts)

    def _wipe(self) -> None:
        if self._tty:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def end(self, totals: Totals, before: int, set_aside: Mapping[str, str]) -> None:
        """The last words: how many, how fast, and every recording that has no result, with the reason."""
        elapsed_s = time.monotonic() - self._began_s
        failed = {**set_aside, **totals.failed}
        count = before + len(self._weights) + len(set_aside)
        parts = [f"{count} recording{'s' if count != 1 else ''}: {totals.done} done now"]
        if totals.reused:
            parts.append(f"{totals.reused} of them from kept results")
        if before:
            parts.append(f"{before} done before")
        if failed:
            parts.append(f"{len(failed)} failed")
        open_ = count - before - totals.done - len(failed)
        if open_:
            parts.append(f"{open_} not yet tried")
        rate = f"; {self._audio_s / 3600:.2f} h of audio in {_duration(elapsed_s)}" if self._audio_s else ""
        self.event(
            "end", done=totals.done, reused=totals.reused, before=before, failed=sorted(failed),
            halted=totals.halted, seconds=round(elapsed_s, 3), audio_s=round(self._audio_s, 3),
        )  # fmt: skip
        self.say(", ".join(parts) + rate + ".", shown=not self._quiet)
        if not self._each:
            for name, reason in sorted(failed.items()):
                self.say(f"failed: {name}: {reason}", shown=True)
        if totals.halted:
            self.say(f"error: {totals.halted}", shown=True)


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"


def summary_csv(states: Iterable[State]) -> bytes:
    """One row per recording, by name."""
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, _COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for state in sorted(states, key=lambda s: s.name):
        facts = {k: v for k, v in state.facts.items() if v is not None}
        writer.writerow(
            {
                "name": state.name, "recording": state.recording, "score": state.score, "status": state.status,
                "reason": state.reason, **facts, "warnings": " | ".join(state.warnings),
                "outputs": " ".join(state.outputs),
            }
        )  # fmt: skip
    return sink.getvalue().encode("utf-8", "backslashreplace")
