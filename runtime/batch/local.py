"""Jobs on this machine: so many worker processes, each held by a thread that waits for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Protocol

from runtime.batch.child import Child
from runtime.batch.jobs import Job, Outcome

Watch = Callable[[str, float], None]
"""Called with a recording's name and its finished fraction, from any thread."""


class Executor(Protocol):
    """Does jobs somewhere, several at a time, in any order."""

    @property
    def capacity(self) -> int:
        """How many jobs are worth handing over at a time."""
        ...

    def submit(self, job: Job) -> None:
        """Hand over a job."""
        ...

    def next(self) -> tuple[Job, Outcome]:
        """Wait for a job that was handed over to end, as it may."""
        ...

    def close(self) -> None:
        """Stop whatever runs; nothing more is taken or given."""
        ...


class LocalExecutor:
    """`jobs` worker processes, each with its own copy of the model; started when there is work for them."""

    def __init__(self, jobs: int, limit_s: float | None = None, watch: Watch | None = None) -> None:
        self.capacity = jobs
        self._limit_s, self._watch = limit_s, watch
        self._in: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._out: queue.SimpleQueue[tuple[Job, Outcome]] = queue.SimpleQueue()
        self._children: list[Child] = []
        self._threads: list[threading.Thread] = []
        self._handed = 0

    def submit(self, job: Job) -> None:
        """See `Executor`."""
        self._handed += 1
        if len(self._children) < min(self.capacity, self._handed):
            child = Child()
            self._children.append(child)
            thread = threading.Thread(target=self._serve, args=(child,), name="worker", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._in.put(job)

    def _serve(self, child: Child) -> None:
        while (job := self._in.get()) is not None:
            watch = None if self._watch is None else partial(self._watch, job.item.name)
            outcome = child.do(job, self._limit_s, watch)
            self._out.put((job, outcome))

    def next(self) -> tuple[Job, Outcome]:
        """See `Executor`."""
        while True:
            try:
                job, outcome = self._out.get(timeout=0.2)  # with a limit, so that Ctrl-C is seen on every system
            except queue.Empty:
                continue
            self._handed -= 1
            return job, outcome

    def close(self) -> None:
        """See `Executor`."""
        for _ in self._children:
            self._in.put(None)
        stoppers = [threading.Thread(target=child.stop, daemon=True) for child in self._children]
        for stopper in stoppers:
            stopper.start()
        for thread in (*stoppers, *self._threads):
            thread.join(10.0)
