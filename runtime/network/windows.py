"""A long recording through a model in windows, joined so that no seam can be heard in the result.

Windows start on frame borders: those of 60 s every 54 s. The border of each window that touches a cut is discarded (the
model saw silence beyond it), the frames after it are faded linearly into the neighbour. The last window is
moved back so that it is a whole one too: a recording has no padding anywhere but at its own two ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from runtime.frames import FRAMES_PER_S, HOP_SAMPLES, SAMPLE_RATE_HZ, n_frames
from runtime.sound.level import Samples

Columns = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """How a recording is cut: a window's length (whole seconds), what is discarded at each cut, what is faded (≥ 1)."""

    window_samples: int = 60 * SAMPLE_RATE_HZ
    border_frames: int = 5 * FRAMES_PER_S // 2
    fade_frames: int = FRAMES_PER_S

    @property
    def hop_frames(self) -> int:
        """From the beginning of a window to that of the next."""
        return self.window_samples // HOP_SAMPLES - 2 * self.border_frames - self.fade_frames


MINUTES = Shape()
"""For a model that hears 2.5 s to either side of a frame, and a little of what is further away."""


@dataclass(frozen=True)
class Window:
    """A stretch of the recording: samples from frame `first_frame` on, and whether it touches the ends."""

    first_frame: int
    samples: Samples
    is_first: bool
    is_last: bool
    shape: Shape = MINUTES

    def weights(self) -> npt.NDArray[np.float32]:
        """Share of each frame in the result, shape (frames,): 0 near a cut, then rising to 1."""
        frames = np.arange(n_frames(self.samples.size))
        share = (frames - self.shape.border_frames) / self.shape.fade_frames
        left = np.ones(frames.size) if self.is_first else share
        right = np.ones(frames.size) if self.is_last else share[::-1]
        return np.clip(np.minimum(left, right), 0.0, 1.0).astype(np.float32)


def cut(blocks: Iterable[Samples], shape: Shape = MINUTES) -> Iterator[Window]:
    """Cut a recording, given in blocks of any size, into windows; a window's samples are valid until the next.

    A recording of up to one window gives one window of its own length. Every other window but the last has
    exactly the shape's length; the last has up to 440 more. No samples give no window.
    """
    window_samples, hop = shape.window_samples, shape.hop_frames * HOP_SAMPLES
    # Room for one emitted window's hop, one window, and the frame that tells whether another one follows.
    buffer = np.empty(hop + window_samples + HOP_SAMPLES, np.float32)
    base = filled = 0  # recording position of buffer[0]; samples in the buffer
    following = 0  # where the next window starts in the buffer
    for block in blocks:
        taken = 0
        while taken < block.size:
            room = min(following + window_samples + HOP_SAMPLES - filled, block.size - taken)
            buffer[filled : filled + room] = block[taken : taken + room]
            filled += room
            taken += room
            if filled < following + window_samples + HOP_SAMPLES:
                continue
            samples = buffer[following : following + window_samples]
            yield Window((base + following) // HOP_SAMPLES, samples, base + following == 0, False, shape)
            if following:
                buffer[: filled - following] = buffer[following:filled].copy()
                base, filled = base + following, filled - following
            following = hop
    if filled == 0:
        return
    # The last window ends with the recording, so its start is the one free choice, on a frame border.
    start = (base + filled) // HOP_SAMPLES * HOP_SAMPLES - window_samples - base if following else 0
    yield Window((base + start) // HOP_SAMPLES, buffer[start:filled], following == 0, True, shape)


def join(parts: Iterable[tuple[Window, Columns]]) -> Iterator[Columns]:
    """Weighted mean of the windows' frames, as consecutive stretches of shape (frames, columns), in order.

    `parts` are the windows of `cut`, in order, each with the model's columns, shape (frames, columns). A
    stretch is given out, and no longer held here, as soon as no later window can reach it.
    """
    first = 0
    total = np.zeros((0, 0), np.float32)
    weight = np.zeros((0, 1), np.float32)
    for window, columns in parts:
        share = window.weights()[:, None]
        done = window.first_frame - first
        if done:
            yield total[:done] / weight[:done]
        held = len(weight) - done
        length = max(held, len(columns))
        longer, longer_weight = np.zeros((length, columns.shape[1]), np.float32), np.zeros((length, 1), np.float32)
        if held:
            longer[:held], longer_weight[:held] = total[done:], weight[done:]
        longer[: len(columns)] += columns * share
        longer_weight[: len(columns)] += share
        total, weight, first = longer, longer_weight, window.first_frame
    if len(weight):
        yield total / weight


def stretches(
    model: Callable[[Samples], Columns],
    blocks: Iterable[Samples],
    at_once: int = 1,
    shape: Shape = MINUTES,
) -> Iterator[Columns]:
    """The model's columns for a whole recording, in order: 1 + n // 441 frames in all, however `blocks` are cut.

    With `at_once` > 1 so many windows are worked on at the same time, each in a thread of its own; a window's result
    does not depend on it. Shorter windows take less memory, and more time for their borders. What `model`
    raises is raised here.
    """
    if at_once == 1:
        return join((window, model(window.samples)) for window in cut(blocks, shape))
    return join(_side_by_side(model, cut(blocks, shape), at_once))


def _side_by_side(
    model: Callable[[Samples], Columns], windows: Iterable[Window], at_once: int
) -> Iterator[tuple[Window, Columns]]:
    waiting: deque[tuple[Window, Future[Columns]]] = deque()
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="model")
    try:
        for window in windows:
            # One more than are worked on, so that no thread waits for the next window to be cut.
            if len(waiting) > at_once:
                yield waiting[0][0], _result(waiting[0][1])
                waiting.popleft()
            held = replace(window, samples=window.samples.copy())
            waiting.append((held, pool.submit(model, held.samples)))
        while waiting:
            yield waiting[0][0], _result(waiting[0][1])
            waiting.popleft()
    finally:
        for _, future in waiting:
            future.cancel()
        pool.shutdown()


def _result(future: Future[Columns]) -> Columns:
    while True:
        try:
            return future.result(timeout=0.2)  # with a limit, so that Ctrl-C is seen on every system
        except TimeoutError:
            if future.done():
                raise


def run(model: Callable[[Samples], Columns], blocks: Iterable[Samples]) -> Columns:
    """The same in one array, shape (1 + n // 441, columns); at least one sample is needed."""
    return np.concatenate(list(stretches(model, blocks)))
