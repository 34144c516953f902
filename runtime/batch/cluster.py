"""Jobs on a Dask cluster. Every task is done by a child process of the Dask worker that it lands on.

So a crash of a decoder or a time limit ends the child and not the worker, the model is loaded once per thread of the
worker, and a task that comes twice (its worker died and Dask gave it to another) writes the same files once more.
Workers need the same version of Mezzoforte and must see inputs and outputs under the same names.
"""

from __future__ import annotations

import logging
import os
import platform
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from runtime.batch import identity
from runtime.batch.child import Child
from runtime.batch.engine import Halted
from runtime.batch.jobs import Job, Outcome, Setting
from runtime.batch.places import place_at
from runtime.errors import MezzoforteError, ModelError, OutputError

_AHEAD = 3  # tasks handed over per thread, so that none waits for the client
_CONNECT_S = 10.0
_ASKED = 5  # times, before it is believed that no worker stays
_PROBE = ".mezzoforte/probe"
_own = threading.local()


@dataclass(frozen=True)
class About:
    """What a worker says of itself."""

    host: str
    cores: int
    model_sha256: str
    probe: str
    error: str = ""


def about(model: str, place: str) -> About:
    """Runs on a worker: what it has of the model (`Setting.model`) and of the output folder."""
    from runtime.model import find_card

    host, cores = platform.node(), os.cpu_count() or 1
    try:
        sha = identity.of_model(find_card(model or None))
        seen = place_at(place).read(_PROBE)
    except MezzoforteError as e:
        return About(host, cores, "", "", str(e))
    return About(host, cores, sha, (seen or b"").decode("ascii", "replace"))


def task(text: str, limit_s: float | None) -> str:
    """Runs on a worker: one job, in the child process of this thread."""
    child = getattr(_own, "child", None)
    if child is None:
        child = _own.child = Child()
    outcome: Outcome = child.do(Job.from_json(text), limit_s)
    return outcome.to_json()


class ClusterExecutor:
    """See `runtime.batch.local.Executor`; the jobs run on the workers of the scheduler at `address`."""

    def __init__(self, address: str, limit_s: float | None = None) -> None:
        """Connect. Raises `OutputError` when Dask is not installed or nobody answers."""
        try:
            import distributed
        except ImportError as e:
            raise OutputError(
                "a scheduler needs Dask", cause="it is not installed", advice="pip install 'mezzoforte[cluster]'"
            ) from e
        # That a connection is gone is told here in one sentence, not by tracebacks of other libraries.
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        typed: Any = distributed
        try:
            self._client: Any = typed.Client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as e:
            raise OutputError(
                "no scheduler answers", where=address, cause="it is not started, or the address is wrong",
                advice="Start one: dask scheduler, and workers: dask worker ADDRESS",
            ) from e  # fmt: skip
        self._address, self._limit_s = address, limit_s
        self._completed: Any = typed.as_completed([], loop=self._client.loop)
        self._jobs: dict[str, Job] = {}

    @property
    def capacity(self) -> int:
        """See `Executor`; follows the cluster as it grows and shrinks."""
        return max(1, _AHEAD * self._threads())

    def _threads(self) -> int:
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, KeyError):
            return 1
        return sum(int(w["nthreads"]) for w in workers.values())

    def checked(self, setting: Setting) -> Setting:
        """The setting as workers need it. Raises `OutputError` or `ModelError` when they cannot do this work: none is
        there, another model, or an output folder that they do not see."""
        place = place_at(setting.place)
        token = secrets.token_hex(8)
        place.write(_PROBE, token.encode())
        try:
            found = self._told(setting)
        finally:
            place.remove(_PROBE)
        for worker, told in found.items():
            self._check(worker, told, setting, token)
        slots = Counter(told.host for told in found.values())
        per_worker = max(1, self._threads() // max(1, len(found)))
        threads = min(told.cores // (slots[told.host] * per_worker) for told in found.values())
        return replace(setting, threads=max(1, threads))

    def _told(self, setting: Setting) -> dict[str, Any]:
        """What every worker says of itself. One that dies while it is asked is no longer a worker."""
        for _ in range(_ASKED):
            try:
                self._client.wait_for_workers(1, timeout=_CONNECT_S)
            except TimeoutError:
                break
            try:
                told: dict[str, Any] = self._client.run(about, setting.model, setting.place, on_error="return")
            except OSError as e:
                raise self._gone(e) from e
            there = {worker: said for worker, said in told.items() if not isinstance(said, OSError)}
            if there:
                return there
        raise OutputError(
            "the scheduler has no workers", where=self._address, advice=f"Start some: dask worker {self._address}"
        )

    def _check(self, worker: str, told: Any, setting: Setting, token: str) -> None:
        if not isinstance(told, About):
            raise OutputError(
                "a worker cannot run Mezzoforte", where=worker, cause=str(told),
                advice="Install the same version on every machine",
            )  # fmt: skip
        if told.error:
            raise ModelError(told.error.rstrip("."), where=worker)
        if told.model_sha256 != setting.model_sha256:
            raise ModelError(
                "a worker has another model, or another version of Mezzoforte", where=worker,
                advice="Install the same version on every machine",
            )  # fmt: skip
        if told.probe != token:
            raise OutputError(
                f"a worker does not see the output folder {setting.place}", where=worker,
                advice="Use a folder that all machines share under one name, or s3:// or gs://",
            )  # fmt: skip

    def submit(self, job: Job) -> None:
        """See `Executor`."""
        try:
            future = self._client.submit(task, job.to_json(), self._limit_s, pure=False)
        except Exception as e:  # distributed raises errors of many kinds when its connection is gone
            raise self._gone(e) from e
        self._jobs[future.key] = job
        self._completed.add(future)

    def next(self) -> tuple[Job, Outcome]:
        """See `Executor`. Raises `Halted` when the scheduler is gone."""
        try:
            future = next(self._completed)
        except StopIteration as e:
            raise self._gone(e) from e
        job = self._jobs.pop(future.key)
        try:
            told = future.result() if future.status == "finished" else None
            error = future.exception() if future.status == "error" else None
        except Exception as e:  # the connection may go between the news of a result and the result
            raise self._gone(e) from e
        if told is not None:
            return job, Outcome.from_json(told)
        if error is not None:
            return job, Outcome(job.item.name, "broken", f"{job.item.recording}: {type(error).__name__}: {error}.")
        raise self._gone(None)

    def _gone(self, error: BaseException | None) -> Halted:
        return Halted(
            "the scheduler is gone", where=self._address, cause=str(error or "it was ended, or the network is down"),
            advice="Start it again and give the same command: what is finished stays finished",
        )  # fmt: skip

    def close(self) -> None:
        """See `Executor`."""
        self._client.close(timeout=2)
