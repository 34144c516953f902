"""Jobs: one runs, a few wait, every one ends in a state that stays readable, also after a restart."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bridge.api.child import JobFailed
from bridge.api.errors import Refusal, gone, not_found
from bridge.api.store import Store

FINAL = ("done", "failed", "cancelled")
log = logging.getLogger("mezzoforte.bridge")
Keep = Callable[[dict[str, Any]], dict[str, Any]]
Runner = Callable[[dict[str, Any], Callable[[float], None]], Awaitable[dict[str, Any]]]


@dataclass
class Job:
    """One analysis. `revision` grows with every change that a reader can see."""

    id: str
    state: str = "queued"
    progress: float = 0.0
    created_s: float = field(default_factory=time.time)
    begun_s: float | None = None
    ended_s: float | None = None
    error: dict[str, str] | None = None
    result: dict[str, Any] | None = None
    revision: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def running_s(self) -> float:
        """For how long it has been worked on."""
        return 0.0 if self.begun_s is None else (self.ended_s or time.time()) - self.begun_s

    def touch(self) -> None:
        """Tell every reader that waits."""
        self.revision += 1
        self.changed.set()
        self.changed = asyncio.Event()

    def view(self, waiting_before: int = 0) -> dict[str, Any]:
        """What a reader is shown; the result is fetched on its own."""
        return {
            "id": self.id,
            "state": self.state,
            "progress": round(self.progress, 4),
            "revision": self.revision,
            "waiting_before": waiting_before,
            "created_s": round(self.created_s, 3),
            "ended_s": None if self.ended_s is None else round(self.ended_s, 3),
            "error": self.error,
        }

    def record(self) -> dict[str, Any]:
        """What is stored."""
        names = ("id", "state", "progress", "created_s", "ended_s", "error", "result", "revision")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class _Waiting:
    job: Job
    request: dict[str, Any]
    done: Callable[[], None]
    keep: Keep | None


class Jobs:
    """The queue. All methods belong to one event loop."""

    def __init__(self, store: Store, runner: Runner, waiting: int) -> None:
        self._store = store
        self._runner = runner
        self._waiting = waiting
        self._jobs: dict[str, Job] = {}
        self._queue: list[_Waiting] = []
        self._running: tuple[Job, asyncio.Task[dict[str, Any]]] | None = None
        self._wake = asyncio.Event()
        self._loop_task: asyncio.Task[None] | None = None
        self.closing = asyncio.Event()
        self.last_used_s = time.monotonic()

    def start(self) -> None:
        """Read what earlier runs left, then begin to work."""
        for record in self._store.load_all():
            job = Job(record["id"])
            for name in ("state", "progress", "created_s", "ended_s", "error", "revision"):
                setattr(job, name, record.get(name, getattr(job, name)))
            if job.state not in FINAL:
                message = "the bridge was stopped before this analysis ended"
                job.error = {"code": "bridge_stopped", "message": message, "advice": "Start the analysis again"}
                job.state, job.ended_s = "failed", time.time()
                job.revision += 1
                self._store.save(job.record())
            self._jobs[job.id] = job
        self._loop_task = asyncio.create_task(self._work())

    @property
    def idle(self) -> bool:
        """Whether nothing runs or waits."""
        return self._running is None and not self._queue

    def submit(
        self,
        request: dict[str, Any],
        done: Callable[[], None] = lambda: None,
        keep: Keep | None = None,
        waiting: int | None = None,
    ) -> Job:
        """Put a job at the end of the queue; `done` is called when it has ended. Raises `Refusal` (429).

        `keep` is given the result, from another thread, and returns what of it stays in the job's record. At most
        `waiting` jobs may wait (None: as many as the queue was made for).
        """
        most = self._waiting if waiting is None else waiting
        if len(self._queue) >= most:
            raise Refusal(429, "busy", f"{most} analyses are waiting already", "Try again when one has ended")
        job = Job(secrets.token_hex(16))
        self._jobs[job.id] = job
        self._queue.append(_Waiting(job, request, done, keep))
        self._store.save(job.record())
        self._wake.set()
        return job

    def used(self) -> None:
        """Somebody is there: the bridge does not stop for want of work."""
        self.last_used_s = time.monotonic()

    def find(self, job_id: str | None) -> Job | None:
        """A job by its id; None when it is no longer known."""
        return self._jobs.get(job_id or "")

    def get(self, job_id: str) -> Job:
        """A job by its id. Raises `Refusal` (404)."""
        self.used()
        job = self._jobs.get(job_id)
        if job is None:
            raise not_found()
        return job

    def view(self, job: Job) -> dict[str, Any]:
        """The job as readers see it now."""
        before = next((n for n, entry in enumerate(self._queue) if entry.job is job), -1)
        return job.view(before + (self._running is not None) if before >= 0 else 0)

    def result(self, job: Job) -> dict[str, Any]:
        """A finished job's result. Raises `Refusal` (422, 404) when there is none."""
        if job.state != "done":
            raise Refusal(422, "not_done", f"the analysis is {job.state}")
        if job.result is None:
            job_result = (self._store.load(job.id) or {}).get("result")
            if not isinstance(job_result, dict):
                raise gone()
            return job_result
        return job.result

    async def wait(self, job: Job, after: int, within_s: float) -> None:
        """Return when the job's revision is past `after`, when the bridge closes, or after `within_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while job.revision <= after and job.state not in FINAL and not self.closing.is_set():
                    await job.changed.wait()

    def cancel(self, job: Job) -> None:
        """Stop a job that has not ended; one that has stays as it is."""
        for entry in self._queue:
            if entry.job is job:
                self._queue.remove(entry)
                self._end(job, "cancelled")
                entry.done()
                return
        if self._running is not None and self._running[0] is job:
            self._running[1].cancel()

    async def close(self) -> None:
        """Stop working: what runs or waits ends as cancelled."""
        self.closing.set()
        for entry in list(self._queue):
            self.cancel(entry.job)
        if self._loop_task is not None:
            self._loop_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop_task
        for job in self._jobs.values():
            job.touch()

    async def _work(self) -> None:
        while True:
            while not self._queue:
                self._wake.clear()
                await self._wake.wait()
            entry = self._queue.pop(0)
            try:
                await self._run(entry)
            finally:
                entry.done()
                self.last_used_s = time.monotonic()

    async def _run(self, entry: _Waiting) -> None:
        job = entry.job

        def progress(fraction: float) -> None:
            job.progress = max(job.progress, min(fraction, 1.0))
            job.touch()

        task = asyncio.ensure_future(self._work_on(entry, progress))
        self._running = (job, task)
        job.state, job.begun_s = "running", time.time()
        job.touch()
        try:
            job.result = await task
            job.progress = 1.0
            self._end(job, "done")
        except JobFailed as e:
            job.error = {"code": e.code, "message": e.message, "advice": e.advice}
            self._end(job, "failed")
        except asyncio.CancelledError:
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, JobFailed):
                    await task
            self._end(job, "cancelled")
            if self.closing.is_set():
                raise
        except Exception:
            log.exception("job %s", job.id)
            message = "the bridge made a mistake; its log says more"
            job.error = {"code": "internal", "message": message, "advice": ""}
            self._end(job, "failed")
        finally:
            self._running = None

    async def _work_on(self, entry: _Waiting, progress: Callable[[float], None]) -> dict[str, Any]:
        result = await self._runner(entry.request, progress)
        return result if entry.keep is None else await asyncio.to_thread(entry.keep, result)

    def _end(self, job: Job, state: str) -> None:
        job.state, job.ended_s = state, time.time()
        if self._store.save(job.record()):
            job.result = None  # read back when asked for, so that memory does not grow with the jobs
        log.info("job %s %s after %.1f s", job.id, state, job.ended_s - job.created_s)
        job.touch()
        finished = [j.id for j in self._jobs.values() if j.state in FINAL]
        for old in self._store.surplus(finished):
            self._store.remove(old)
            self._jobs.pop(old, None)
