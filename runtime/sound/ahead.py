"""Blocks produced in another thread, a few ahead of who takes them: decoding beside the network."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator
from queue import Empty, Full, Queue

from runtime.sound.level import Samples

BLOCKS_AHEAD = 40  # of at most 2 s: more than a model takes away at once


def ahead(blocks: Iterable[Samples], depth: int = BLOCKS_AHEAD) -> Iterator[Samples]:
    """Produce `blocks` in another thread, at most `depth` of them ahead of the consumer.

    What the producer raises is raised here; a consumer that stops early stops the producer.
    """
    queue: Queue[Samples | BaseException | None] = Queue(depth)
    stop = threading.Event()

    def put(item: Samples | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                queue.put(item, timeout=0.1)
                return True
            except Full:
                continue
        return False

    def produce() -> None:
        try:
            for block in blocks:
                if not put(block):
                    return
            put(None)
        except BaseException as e:  # carried over to the consumer, which raises it
            put(e)
        finally:
            if isinstance(blocks, Generator):  # what it holds open, a decoder's process perhaps, ends with it
                blocks.close()

    thread = threading.Thread(target=produce, name="decode and resample", daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = queue.get(timeout=0.2)  # with a limit, so that Ctrl-C is seen on every system
            except Empty:
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()
