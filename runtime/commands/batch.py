"""Many recordings, one after another or in several processes; one that fails does not stop the others."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.corrections import Corrections
from runtime.errors import MezzoforteError
from runtime.model import Model, Provider, load_model
from runtime.pipeline import Heard, hear
from runtime.progress import Cancel, Cancelled, Progress, of_several

if TYPE_CHECKING:
    from runtime.transcribe.transcription import Transcriber


@dataclass(frozen=True)
class Outcome:
    """What became of one recording: `heard`, or a message for people in `error`."""

    path: Path
    heard: Heard | None
    error: str = ""


def analyse_each(
    paths: Sequence[Path],
    model: Model,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    corrections: Corrections | None = None,
    transcriber: Transcriber | None = None,
) -> Iterator[Outcome]:
    """Analyse recordings in this process, in order, with the notes that `transcriber` hears when there is one.
    `progress` runs once from 0 to 1 over all of them."""
    for index, path in enumerate(paths):
        part = of_several(progress, index, len(paths)) if progress else None
        yield _outcome(path, model, part, cancel, corrections, transcriber)


def _outcome(
    path: Path,
    model: Model,
    progress: Progress | None,
    cancel: Cancel | None,
    corrections: Corrections | None = None,
    transcriber: Transcriber | None = None,
) -> Outcome:
    try:
        if transcriber is None:
            return Outcome(path, hear(path, model, progress, cancel, corrections))
        from runtime.thorough import hear_thoroughly

        return Outcome(path, hear_thoroughly(path, model, transcriber, progress, cancel, corrections))
    except MezzoforteError as e:
        return Outcome(path, None, str(e))
    except MemoryError:
        return Outcome(path, None, f"{path}: there is not enough memory for this recording.")


def analyse_in_processes(
    paths: Sequence[Path],
    model: str | Path,
    provider: Provider,
    jobs: int,
    progress: Progress | None = None,
    *,
    thoroughly: bool = False,
) -> Iterator[Outcome]:
    """Analyse recordings in `jobs` processes, each with its own copy of the model (and of the transcriber, to listen
    `thoroughly`); outcomes come in order.

    `progress` is called with the share of finished recordings. Leaving the iterator early (or Ctrl-C) stops
    the processes within a window of their work. A recording whose process dies is a failed one.
    """
    # Imported here because most analyses are of one recording and start in half a second.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    told = (model, provider, stop, thoroughly)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker, initargs=told)
    try:
        futures = [pool.submit(_work, path) for path in paths]
        for done, (path, future) in enumerate(zip(paths, futures, strict=True), start=1):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield Outcome(path, None, f"{path}: the process that analysed it, or one beside it, died.")
            if progress:
                progress(done / len(paths))
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


_worker: dict[str, Any] = {}


def _start_worker(model: str | Path, provider: Provider, stop: Any, thoroughly: bool) -> None:
    # Ctrl-C reaches the whole process group; the parent decides and tells through `stop`.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    loaded, transcriber = load_model(model, provider), None
    if thoroughly:
        from runtime.thorough import load_listener

        transcriber = load_listener(loaded)
    _worker.update(model=loaded, stop=stop, transcriber=transcriber)


def _work(path: Path) -> Outcome:
    try:
        stop, transcriber = _worker["stop"].is_set, _worker["transcriber"]
        outcome = _outcome(path, _worker["model"], None, stop, transcriber=transcriber)
        # A session of onnxruntime does not travel between processes; marks in a score are one recording's business.
        return replace(outcome, heard=outcome.heard and replace(outcome.heard, evidence=None, again=None))
    except Cancelled:
        return Outcome(path, None, f"{path}: stopped.")
