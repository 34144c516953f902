"""A recording at 16 kHz through a network in windows that overlap by half, as Kong et al. (2021) run theirs.

Of each window the middle half is kept, of the first one also the beginning, of the last one also the end. Beyond the
end of the recording there is silence up to a whole number of windows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from runtime.sound.level import Samples
from runtime.transcribe.rolls import Values

SAMPLE_RATE_HZ = 16_000
HOP_SAMPLES = 160
WINDOW_SAMPLES = 10 * SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Window:
    """Samples for the network, and which of its frames are kept: `first` to before `stop`."""

    samples: Samples
    first: int
    stop: int


def cut(blocks: Iterable[Samples], size: int = WINDOW_SAMPLES) -> Iterator[Window]:
    """Windows of `size` samples (a multiple of 640) over a recording given in blocks of any size.

    What they keep follows on from one to the next: one frame per 160 samples begun and ended, at least one. No
    samples give no window.
    """
    if size <= 0 or size % (4 * HOP_SAMPLES):
        raise ValueError(f"a window of {size} samples is not a multiple of {4 * HOP_SAMPLES}")
    held, index, quarter = np.empty(0, np.float32), 0, size // HOP_SAMPLES // 4
    for block in blocks:
        held = np.concatenate((held, block))
        while held.size > size:
            yield Window(held[:size], quarter if index else 0, 3 * quarter)
            held, index = held[size // 2 :], index + 1
    if not held.size:
        return
    # Windows come in pairs: silence fills the recording up to the end of an even one.
    if index % 2:
        left = held.size // HOP_SAMPLES
        yield Window(_padded(held, size), quarter, min(3 * quarter, left))
        held, index = held[size // 2 :], index + 1
        if left <= 3 * quarter:
            return
    yield Window(_padded(held, size), quarter if index else 0, max(1, held.size // HOP_SAMPLES))


def columns(model: Callable[[Samples], Values], windows: Iterable[Window], at_once: int = 1) -> Iterator[Values]:
    """What `model` says of each window, cut to the frames that are kept, in order.

    So many windows are worked on `at_once`, each in a thread of its own. What `model` raises is raised here.
    """
    waiting: deque[tuple[Window, Future[Values]]] = deque()
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="hpt")
    try:
        for window in windows:
            waiting.append((window, pool.submit(model, window.samples)))
            if len(waiting) > at_once:
                yield _kept(*waiting.popleft())
        while waiting:
            yield _kept(*waiting.popleft())
    finally:
        for _, future in waiting:
            future.cancel()
        pool.shutdown()


def _kept(window: Window, future: Future[Values]) -> Values:
    while True:
        try:
            return future.result(timeout=0.2)[window.first : window.stop]  # with a limit, so that Ctrl-C is seen
        except TimeoutError:
            if future.done():
                raise


def _padded(samples: Samples, size: int) -> Samples:
    return np.concatenate((samples, np.zeros(size - samples.size, np.float32)))
