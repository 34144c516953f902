"""Transkun (Y. Yan and Z. Duan, "Scoring Time Intervals Using Non-Hierarchical Transformer for Automatic Piano
Transcription", ISMIR 2024) in onnxruntime, converted from the weights that its package carries.

Graph contract of NAME.onnx: input ``samples`` float32 [1, 705600], mono at 44,100 Hz, as recorded (no level rule: each
segment is brought to one level inside); outputs ``ends``, ``begins``, ``context`` [90, 691, 256] and ``single``
[90, 691]. Of NAME.attributes.onnx: inputs ``begin``, ``end`` [n, 256]; outputs ``velocity`` [n, 128], ``refined``
[n, 4]. `mezzoforte.transcriber.transkun` makes both.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from runtime.errors import ModelError
from runtime.network import session as onnx_session
from runtime.network.session import first_line, windows_at_once
from runtime.progress import Cancel, Progress, check
from runtime.sound import read as audio
from runtime.sound.ahead import ahead
from runtime.sound.level import Samples
from runtime.transcribe.hearing import warnings_of
from runtime.transcribe.registry import Setting
from runtime.transcribe.rolls import Values
from runtime.transcribe.transcription import Transcriber, TranscriberIdentity, Transcription
from runtime.transcribe.transkun.card import TranskunCard, load_card
from runtime.transcribe.transkun.decode import Attributes, Heard, TranskunDecoder
from runtime.transcribe.transkun.frames import EVENTS, N_FRAMES, SAMPLE_RATE_HZ, SIZE, STEP_SAMPLES, segments

OUTPUTS = {
    "ends": (len(EVENTS), N_FRAMES, SIZE), "begins": (len(EVENTS), N_FRAMES, SIZE), "single": (len(EVENTS), N_FRAMES),
    "context": (len(EVENTS), N_FRAMES, SIZE),
}  # fmt: skip
ATTRIBUTES = {"velocity": 128, "refined": 4}
_SCAN_SHARE = 0.02  # of the progress


def usual_place() -> Path:
    """``~/.mezzoforte/models/transkun.json``, the card beside the graphs."""
    return Path.home() / ".mezzoforte" / "models" / "transkun.json"


def attributes_path(card_path: Path) -> Path:
    """The graph that tells of intervals, beside a card."""
    return card_path.with_suffix(".attributes.onnx")


@dataclass(frozen=True)
class TranskunTranscriber:
    """Verified, converted weights, ready to run."""

    card: TranskunCard
    session: Any
    attributes_session: Any
    provider: str
    """The provider that runs the network: ``cpu``, ``cuda`` or ``coreml``."""
    name = "transkun"

    @property
    def identity(self) -> TranscriberIdentity:
        """See `Transcriber`."""
        return TranscriberIdentity(self.name, f"Transkun {self.card.version}", self.card.sha256, self.card.licence)

    def hear(self, samples: Samples) -> Heard:
        """What the network says of one segment, shape (705600,). Raises `ModelError`."""
        found = _run(self.session, OUTPUTS, {"samples": samples[None]}, self.card.name)
        if any(v.shape != s for v, s in zip(found, OUTPUTS.values(), strict=True)):
            raise ModelError(f"the network gives shapes {[v.shape for v in found]}", where=self.card.name)
        ends, begins, single, context = found
        return Heard(ends, begins, single, context)

    def attributes(self, begin: Values, end: Values) -> Attributes:
        """What the network says of intervals by the context at their begins and ends. Raises `ModelError`."""
        velocity, refined = _run(self.attributes_session, ATTRIBUTES, {"begin": begin, "end": end}, self.card.name)
        return Attributes(velocity, refined)

    def transcribe(
        self, path: str | os.PathLike[str], progress: Progress | None = None, cancel: Cancel | None = None
    ) -> Transcription:
        """See `Transcriber`. The confidence of a note is its interval's score through the logistic function."""
        path = Path(path)
        check(cancel)
        measured = audio.measure(path, lambda _: check(cancel))
        decoder = TranskunDecoder(self.attributes)
        if not measured.silent:
            n_segments = 3 + measured.duration_s * SAMPLE_RATE_HZ / STEP_SAMPLES
            waves = segments(ahead(audio.stream(path, SAMPLE_RATE_HZ)))
            for k, heard in enumerate(_side_by_side(self.hear, waves, windows_at_once(self.provider))):
                check(cancel)
                decoder.push(heard)
                if progress:
                    progress(_SCAN_SHARE + (0.99 - _SCAN_SHARE) * min(1.0, (k + 1) / n_segments))
        notes, confidence = decoder.finish()
        if progress:
            progress(1.0)
        return Transcription(replace(notes, warnings=warnings_of(measured)), confidence, self.identity, "key")


def _side_by_side(hear: Callable[[Samples], Heard], waves: Iterable[Samples], at_once: int) -> Iterator[Heard]:
    """What is heard in each segment, in order, so many worked on at the same time."""
    waiting: deque[Future[Heard]] = deque()
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="transkun")
    try:
        for wave in waves:
            if len(waiting) >= at_once:
                yield waiting.popleft().result()
            waiting.append(pool.submit(hear, wave.copy()))
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        pool.shutdown()


def _run(session: Any, outputs: Iterable[str], inputs: dict[str, Values], name: str) -> list[Values]:
    try:
        values = session.run(list(outputs), {k: np.ascontiguousarray(v, np.float32) for k, v in inputs.items()})
    except Exception as e:  # onnxruntime has no common base class for its errors
        raise ModelError("the network failed", where=name, cause=first_line(e)) from e
    return [np.asarray(v, np.float32) for v in values]


def load(setting: Setting) -> Transcriber:
    """See `runtime.transcribe.registry.load`; `setting.path` is the card or the ONNX file beside it.

    ``auto`` is the CPU here.
    """
    card_path = (setting.path or usual_place()).with_suffix(".json")
    card = load_card(card_path)
    runtime = onnx_session.onnxruntime_package()
    provider = "cpu" if setting.provider == "auto" else setting.provider
    graph, told = card_path.with_suffix(".onnx"), attributes_path(card_path)
    hears = onnx_session.plain_session(runtime, onnx_session.verified_bytes(graph, card.sha256), provider, str(graph))
    tells = onnx_session.plain_session(
        runtime, onnx_session.verified_bytes(told, card.attributes_sha256), "cpu", str(told)
    )
    return TranskunTranscriber(card, hears, tells, provider)
