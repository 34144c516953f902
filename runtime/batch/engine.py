"""The run itself: what is finished is left alone, what fails is tried again, what goes on failing is set aside."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from runtime.batch.jobs import Item, Job, Outcome, Setting
from runtime.batch.local import Executor
from runtime.batch.store import State, Store, result_name
from runtime.batch.work import output_names
from runtime.errors import MezzoforteError, OutputError

Redo = Literal["nothing", "failed", "everything"]
"""Which recordings of an earlier run are worked on again although nothing has changed."""


class Halted(MezzoforteError):
    """The run cannot go on: a full disk, a scheduler that is gone. What is finished stays finished."""


@dataclass(frozen=True)
class Planned:
    """What is to be done, and what needs nothing."""

    jobs: tuple[Job, ...]
    finished: tuple[State, ...]
    set_aside: tuple[State, ...]
    """Failed before, and not to be tried again."""


@dataclass
class Totals:
    """How a run ended."""

    done: int = 0
    reused: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    """Reason by name."""
    halted: str = ""
    """Why it ended early, "" when it did not."""


def plan(
    items: Sequence[Item], setting: Setting, store: Store, redo: Redo = "nothing", states: Iterable[State] | None = None
) -> Planned:
    """Compare what is wanted with what is there. Raises `OutputError` when a result would overwrite an input."""
    known: Mapping[str, State] = {s.name: s for s in (store.states() if states is None else states)}
    there = store.place.sizes("")
    _refuse_overwriting(items, store.place.root, there)
    jobs: list[Job] = []
    finished: list[State] = []
    set_aside: list[State] = []
    for item in items:
        job = Job(item, setting, reuse=redo != "everything")
        state = known.get(item.name)
        same = state is not None and state.recording == item.recording and state.identity == job.identity
        same = same and bool(item.stamp) and state is not None and state.stamp == item.stamp
        if state is None or not same or redo == "everything":
            jobs.append(job)
        elif state.status == "failed":
            (jobs.append(job) if redo == "failed" else set_aside.append(state))
        elif {result_name(state.key), *files_of(item)} <= there.keys():
            finished.append(state)
        else:
            jobs.append(job)
    return Planned(tuple(jobs), tuple(finished), tuple(set_aside))


def files_of(item: Item) -> set[str]:
    """Names of the files that a recording's results are."""
    return set(output_names(item.name, item.options.formats, item.score).values())


def _refuse_overwriting(items: Sequence[Item], root: str, there: Container[str]) -> None:
    """A result must not take the place of an input, under whatever name or link."""
    inputs = {_file(address) for item in items for address in (item.recording, item.score) if address}
    for item in items:
        for name in files_of(item):
            path = f"{root.rstrip('/')}/{name}"
            if path in inputs or (name in there and _file(path) in inputs):
                raise OutputError(
                    "a result would overwrite a recording or score", where=path, advice="Choose another --out"
                )


def _file(address: str) -> tuple[int, int] | str:
    """The same for two names of one file, also through links and on file systems that ignore case."""
    try:
        status = Path(address).stat()
    except (OSError, ValueError):  # a URL, or nothing that is there
        return address
    return status.st_dev, status.st_ino


def run(
    jobs: Iterable[Job],
    store: Store,
    executor: Executor,
    retries: int = 1,
    told: Callable[[Job, Outcome, bool], None] = lambda job, outcome, final: None,
) -> Totals:
    """Do all jobs; `told` is called after each attempt with whether it was the last one.

    A ``broken`` attempt is repeated up to `retries` times, after everything else; then, like a ``refused`` one, the
    recording is set aside with the reason. ``halt`` ends the run, as does `Halted` from the executor; nothing is set
    aside for that. The executor is closed in any case.
    """
    totals = Totals()
    waiting, running = deque(jobs), 0
    try:
        while waiting or running:
            while waiting and running < executor.capacity:
                executor.submit(waiting.popleft())
                running += 1
            job, outcome = executor.next()
            running -= 1
            again = outcome.kind == "broken" and job.attempt <= retries
            if again:
                waiting.append(job.again())
            elif outcome.kind == "halt":
                raise Halted(outcome.reason.rstrip("."), advice="Mend that and give the same command again: what is "
                             "finished stays finished")  # fmt: skip
            elif outcome.kind == "done":
                totals.done += 1
                totals.reused += outcome.reused
            else:
                totals.failed[job.item.name] = outcome.reason
                store.put_state(_failed(job, outcome))
            told(job, outcome, not again)
    except (Halted, OutputError) as e:
        totals.halted = str(e)
    finally:
        executor.close()
    return totals


def _failed(job: Job, outcome: Outcome) -> State:
    item = job.item
    return State(
        item.name, item.recording, item.stamp, job.identity, "failed", outcome.reason,
        score=item.score, options=asdict(item.options),
    )  # fmt: skip
