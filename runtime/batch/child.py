"""A worker in a process of its own, spoken to over its pipes: one line of JSON for a job, one for its outcome.

What a decoder or network does to its process, a crash or an endless loop, stays there: the parent sees that the child
is gone, or ends it when the time is up. A child whose parent is gone stops within a window of its work.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from typing import IO

from runtime import own_process
from runtime.batch.jobs import Job, Outcome
from runtime.errors import MezzoforteError
from runtime.progress import Cancelled, Progress

_STOP_S = 5.0  # a child that was asked to stop and has not after this is ended


class Child:
    """The parent's end of one worker process; it is started by the first job and again after it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def do(self, job: Job, limit_s: float | None = None, progress: Progress | None = None) -> Outcome:
        """Finish one job in the child. Raises nothing: a child that dies or takes longer is a ``broken`` outcome."""
        where = job.item.recording
        try:
            process = self._alive()
        except OSError as e:
            return Outcome(job.item.name, "broken", f"{where}: no process could be started ({e}).")
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limit_s, end) if limit_s else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            outcome = self._ask(process, job, progress)
        finally:
            if timer:
                timer.cancel()
        if outcome is not None:
            return outcome
        status = process.wait()
        if late.is_set():
            return Outcome(job.item.name, "broken", f"{where}: not finished after {limit_s:g} s.")
        return Outcome(job.item.name, "broken", f"{where}: the process that analysed it died ({_told(status)}).")

    def _alive(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._closed:
                raise OSError("this worker was stopped")
            if self._process is None or self._process.poll() is not None:
                self._process = _start()
            return self._process

    def _ask(self, process: subprocess.Popen[str], job: Job, progress: Progress | None) -> Outcome | None:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(job.to_json() + "\n")
            process.stdin.flush()
            for line in process.stdout:
                told = json.loads(line)
                if "progress" not in told:
                    return Outcome.from_json(line)
                if progress:
                    progress(told["progress"])
        except (OSError, ValueError):
            process.kill()
        return None

    def stop(self) -> None:
        """Ask the child to stop at once and wait until it is gone; what it was doing is not finished."""
        with self._lock:
            self._closed, process = True, self._process
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(OSError, ValueError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start() -> subprocess.Popen[str]:
    # One thread a library: windows are worked on side by side instead, as many as the setting says.
    told = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        own_process.command("runtime.batch.child"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, encoding="utf-8", errors="surrogateescape",
        env=own_process.environment() | told,
    )  # fmt: skip


def _told(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


# --- the child's own side


def serve(source: IO[str], sink: IO[str]) -> None:
    """Do the jobs that come until no more can come."""
    from runtime.batch.work import Worker

    jobs: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    gone = threading.Event()

    def read() -> None:
        for line in source:
            jobs.put(line)
        gone.set()
        jobs.put(None)

    threading.Thread(target=read, name="jobs", daemon=True).start()
    worker, loaded = None, None
    while (line := jobs.get()) is not None:
        job = Job.from_json(line)

        def tell(fraction: float) -> None:
            _say(sink, json.dumps({"progress": round(fraction, 3)}))

        try:
            if worker is None or loaded != job.setting:
                worker, loaded = Worker(job.setting), job.setting
            outcome = worker.do(job, tell, gone.is_set)
        except Cancelled:
            return
        except MezzoforteError as e:
            outcome = Outcome(job.item.name, "halt", str(e))
        _say(sink, outcome.to_json())


def _say(sink: IO[str], line: str) -> None:
    sink.write(line + "\n")
    sink.flush()


def main() -> int:
    """Serve on stdin and stdout; returns the exit status."""
    # Ctrl-C reaches the whole process group; the parent decides, and tells by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries may print: what they say must not come between the lines.
    own = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8", errors="surrogateescape")
    os.dup2(2, 1)
    try:
        serve(os.fdopen(0, encoding="utf-8", errors="surrogateescape"), own)
    except BrokenPipeError:
        return 1
    return 0


if __name__ == "__main__":
    status = main()
    os._exit(status)  # the thread that waits for lines would not let go
