"""Command line: an archive in, results of every recording and tables of all of them out.

``mezzoforte batch IN [IN …] --out DIR`` (or ``python -m runtime.batch``)

IN is a recording, a folder with all below it, a pattern, a CSV or Parquet manifest (columns recording, score, name,
quality, format, correct, density, existing) or a URL that fsspec reads. The same command takes a run up again that was
ended: what is finished is left alone. Exit status: 0 all went well, 1 some recordings failed or the run could not go on
(each with one message), 2 nothing was tried, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from runtime.errors import MezzoforteError, say

if TYPE_CHECKING:
    from runtime.analysis import Analysis
    from runtime.batch.engine import Planned, Redo
    from runtime.batch.jobs import Job, Options, Outcome, Setting
    from runtime.batch.local import Executor
    from runtime.batch.report import Report
    from runtime.batch.store import Store

EXIT_OK, EXIT_SOME_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130


def build_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="mezzoforte batch",
        description="Analyse many recordings, here or on a cluster; nothing finished is done twice.",
        epilog="Exit status: 0 ok, 1 some recordings failed, 2 nothing was tried, 130 interrupted. "
        "The same command takes up a run that was ended.",
    )  # fmt: skip
    add = parser.add_argument
    add("inputs", nargs="+", metavar="IN", help="recordings, folders, patterns, manifests (CSV, Parquet), URLs")
    add("--out", required=True, metavar="DIR", help="folder for all results; may be s3:// or gs:// …")
    add("--format", default="json", metavar="LIST", help="json, csv, midi, labels, jams, png, … (default: json)")
    add("--quality", choices=("fast", "best"), default="best", help="best hears the notes too (default: best)")
    add("--provider", choices=("auto", "cpu", "cuda", "coreml"), default="auto", help="what computes (default: auto)")
    add("--model", metavar="NAME|PATH", help="shipped weights (mezzoforte, mezzoforte-free), or the path of others")
    add("--jobs", type=_count, metavar="N", help="recordings at the same time (default: one per core)")
    add("--scheduler", metavar="ADDRESS", help="work on the Dask cluster of this scheduler (extra: cluster)")
    add("--time-limit", type=_seconds, default=3600.0, metavar="S", help="for one recording; 0: none (default: 3600)")
    add(
        "--retries", type=_times, default=1, metavar="N", help="of what a crash or a lost connection ended (default: 1)"
    )
    add("--retry-failed", action="store_true", help="also try again what earlier runs set aside")
    add("--no-tables", action="store_true", help="no Parquet tables of files, beats and marks")
    add("--json-log", default="", metavar="FILE", help="every event as a line of JSON; - is stdout")
    add("--quiet", action="store_true", help="only errors; warnings are in DIR/mezzoforte.log")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def _times(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


@dataclass(frozen=True)
class Request:
    """A whole run, as a command line asks for it."""

    inputs: tuple[str, ...]
    out: str
    options: Options
    model: str | None = None
    provider: str = "auto"
    jobs: int | None = None
    scheduler: str | None = None
    time_limit_s: float = 3600.0
    retries: int = 1
    redo: Redo = "nothing"
    tables: bool = True
    json_log: str = ""
    quiet: bool = False
    each: bool = False
    """Whether every recording has a line of its own on stderr."""
    deliver: Callable[[Analysis], str] | None = None
    """Is given every analysis as it is finished and returns a line for people; raises `MezzoforteError`."""


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(request: Request) -> int:
    """Do what is asked; returns the exit status. Raises `KeyboardInterrupt`, and `MezzoforteError` before any work."""
    from runtime.batch import lock
    from runtime.batch.engine import plan
    from runtime.batch.inputs import find_items
    from runtime.batch.places import place_at
    from runtime.batch.store import Store

    setting, warnings = _setting(request)
    if request.tables:
        from runtime.batch.manifest import arrow

        arrow("the data set")  # what is missing is told before the work, not after it
    store = Store(place_at(request.out))
    states = list(store.states())
    items = find_items(request.inputs, request.options, states, say)
    with lock.held(store.place):
        lock.sweep(store.place)
        executor, setting = _connected(request, setting)
        planned = plan(items, setting, store, request.redo, states)
        return _run(request, planned, store, executor, warnings)


def _setting(request: Request) -> tuple[Setting, tuple[str, ...]]:
    """What all jobs share; the model is loaded once here, so that a bad one is told before anything is begun."""
    from runtime.batch.identity import of_model
    from runtime.batch.jobs import Setting
    from runtime.batch.places import is_url
    from runtime.model import find_card, load_model

    card = find_card(request.model)
    wanted = "cpu" if request.scheduler and request.provider == "auto" else request.provider
    from runtime.batch.work import provider_of

    model = load_model(card, provider_of(wanted))
    if request.options.quality == "best":
        from runtime.thorough import load_listener

        load_listener(model)
    used = wanted if request.scheduler else model.provider
    out = request.out if is_url(request.out) else os.path.abspath(request.out)  # noqa: PTH100  # keeps .. of links out
    name = (request.model or "") if request.scheduler else str(card.absolute())
    return Setting(out, name, used, of_model(card)), model.warnings


def _connected(request: Request, setting: Setting) -> tuple[_Late, Setting]:
    """Who does the work, not started where that is this machine, and the setting with its threads."""
    if request.scheduler:
        from runtime.batch.cluster import ClusterExecutor

        cluster = ClusterExecutor(request.scheduler, request.time_limit_s or None)
        try:
            return _Late(cluster), cluster.checked(setting)
        except BaseException:
            cluster.close()
            raise
    jobs = request.jobs or cores()
    return _Late(None, jobs, request.time_limit_s or None), replace(setting, threads=max(1, cores() // jobs))


@dataclass(frozen=True)
class _Late:
    cluster: Executor | None
    jobs: int = 1
    limit_s: float | None = None

    def executor(self, report: Report) -> Executor:
        from runtime.batch.local import LocalExecutor

        return self.cluster or LocalExecutor(self.jobs, self.limit_s, report.watch)


def _run(request: Request, planned: Planned, store: Store, late: _Late, warnings: Sequence[str]) -> int:
    from runtime.batch.engine import run as run_jobs
    from runtime.batch.report import Report

    report = Report(
        planned.jobs, store.place, sys.stderr, quiet=request.quiet, each=request.each, json_log=request.json_log
    )
    with report:
        for warning in warnings:
            report.say(f"warning: {warning}", shown=not request.quiet)
        if planned.finished:
            count = len(planned.finished) + len(planned.jobs) + len(planned.set_aside)
            text = f"{len(planned.finished)} of {count} recordings have their results already."
            report.say(text, shown=not request.quiet)
        undelivered: dict[str, str] = {}

        def told(job: Job, outcome: Outcome, final: bool) -> None:
            report.told(job, outcome, final)
            if request.deliver and outcome.kind == "done":
                try:
                    report.say(_deliver(request.deliver, store, job, outcome), shown=True)
                except MezzoforteError as e:
                    undelivered[job.item.name] = str(e)
                    report.say(f"error: {e}", shown=True)

        totals = run_jobs(planned.jobs, store, late.executor(report), request.retries, told)
        if not totals.halted:
            try:
                _finish(request, store, report)
            except MezzoforteError as e:
                totals.halted = str(e)
        set_aside = {s.name: s.reason for s in planned.set_aside}
        report.end(totals, len(planned.finished), set_aside)
    return EXIT_SOME_FAILED if totals.failed or totals.halted or set_aside or undelivered else EXIT_OK


def _deliver(send: Callable[[Analysis], str], store: Store, job: Job, outcome: Outcome) -> str:
    kept = store.result(outcome.key)
    if kept is None:
        raise MezzoforteError("the result cannot be read back", where=job.item.name, cause="a damaged disk")
    return send(kept.named(PurePath(job.item.recording).name).analysis)


def _finish(request: Request, store: Store, report: Report) -> None:
    from runtime.batch.report import SUMMARY, summary_csv

    if request.tables:
        from runtime.batch.tables import write_tables

        damaged = write_tables(store)
        for name in damaged:
            store.forget(name)
        if damaged:
            some = ", ".join(damaged[:5])
            raise MezzoforteError(
                f"kept results of {len(damaged)} recordings cannot be read back ({some})", cause="a damaged disk",
                advice="Give the same command again: these are analysed anew",
            )  # fmt: skip
    store.place.write(SUMMARY, summary_csv(store.states()))


def _request(options: argparse.Namespace) -> Request:
    from runtime.batch.jobs import Options
    from runtime.batch.manifest import checked_formats

    return Request(
        tuple(options.inputs), options.out, Options(options.quality, checked_formats(options.format)), options.model,
        options.provider, options.jobs, options.scheduler, options.time_limit, options.retries,
        "failed" if options.retry_failed else "nothing", not options.no_tables, options.json_log, options.quiet,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; returns the exit status."""
    options = build_parser().parse_args(arguments)
    try:
        return run(_request(options))
    except MezzoforteError as e:
        say(f"error: {e}")
        return EXIT_USAGE
    except KeyboardInterrupt:
        say("interrupted: what is finished is whole; the same command goes on from there.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_SOME_FAILED
