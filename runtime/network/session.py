"""An ONNX file as a session that is known to work: hash, contract, execution provider.

A `Contract` says what a graph takes and gives: input ``samples`` float32 [batch, n], n >= 1, and named outputs
float32 [batch, T, …] with ``T = 1 + n // hop_samples`` (441 unless the contract says otherwise).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError
from runtime.frames import HOP_SAMPLES
from runtime.network.memory import give_back
from runtime.network.wire import has_external_data
from runtime.sound.level import Samples

Provider = Literal["auto", "cpu", "cuda", "coreml"]
Values = npt.NDArray[np.float32]

MAX_MODEL_BYTES = 100 << 20
# One, because how a sum is shared among threads decides its last bits; windows are worked on side by side instead.
N_THREADS = 1
# Each window at work takes 70 to 160 MB, so not more than two of them; on one core a second one saves no time.
_MOST_WINDOWS_AT_ONCE = 2
_cpu_windows_at_once: int | None = None

_ENGINES = {"cuda": "CUDAExecutionProvider", "coreml": "CoreMLExecutionProvider", "cpu": "CPUExecutionProvider"}


def limit_windows_at_once(n: int) -> None:
    """From now on at most `n` windows are worked on side by side in this process, where others share its cores."""
    global _cpu_windows_at_once
    _cpu_windows_at_once = max(1, n)


def windows_at_once(provider: str) -> int:
    """How many windows are best worked on at the same time, from different threads; results do not depend on it."""
    if provider != "cpu":
        return 1
    return min(_MOST_WINDOWS_AT_ONCE, _usable_cores()) if _cpu_windows_at_once is None else _cpu_windows_at_once


def _usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Contract:
    """Outputs by name, in the order in which they are wanted, with their sizes after [batch, T]."""

    outputs: Mapping[str, tuple[int, ...]]
    same_as_cpu: float
    """What another provider's values may differ by and still be called working, in the unit of the outputs."""
    hop_samples: int = HOP_SAMPLES
    """Samples from one output frame to the next."""

    def run(self, session: Any, samples: Samples, name: str) -> list[Values]:
        """Every output for one stretch of samples, shape (n,) with n >= 1, each (T, …). Raises `ModelError`."""
        try:
            values = session.run(list(self.outputs), {"samples": np.ascontiguousarray(samples[None], np.float32)})
        except Exception as e:  # onnxruntime has no common base class for its errors
            raise ModelError("the model failed while running", where=name, cause=first_line(e)) from e
        frames = 1 + samples.size // self.hop_samples
        for (output, sizes), value in zip(self.outputs.items(), values, strict=True):
            shape = (1, frames, *sizes)
            if value.shape != shape:
                raise ModelError(
                    f"output {output!r} has shape {list(value.shape)} for {samples.size} samples, "
                    f"expected {list(shape)}",
                    where=name,
                    cause="a model made for another purpose or version",
                )
            if not np.isfinite(value).all():
                raise ModelError(f"output {output!r} holds a value that is not finite", where=name)
        return [np.asarray(v[0], np.float32) for v in values]

    def check(self, session: Any, where: str) -> None:
        """Names, types and ranks of inputs and outputs; sizes are checked on every run. Raises `ModelError`."""
        inputs = {i.name: (i.type, len(i.shape)) for i in session.get_inputs()}
        outputs = {o.name: (o.type, len(o.shape)) for o in session.get_outputs()}
        wanted = {name: ("tensor(float)", 2 + len(sizes)) for name, sizes in self.outputs.items()}
        if inputs == {"samples": ("tensor(float)", 2)} and wanted.items() <= outputs.items():
            return
        raise ModelError(
            f"the graph has inputs {_told(inputs)} and outputs {_told(outputs)}; "
            f"expected samples (rank 2) and {_told(wanted)}",
            where=where,
            cause="a model made for another purpose or version",
        )


def verified_bytes(path: Path, sha256: str, max_bytes: int | None = None) -> bytes:
    """The ONNX file, when it is the one that its card describes. Raises `ModelError`."""
    where = str(path)
    max_bytes = MAX_MODEL_BYTES if max_bytes is None else max_bytes
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as e:
        raise ModelError(f"the model cannot be read ({e.strerror or e})", where=where) from e
    if len(data) > max_bytes:
        raise ModelError(f"the model is larger than {max_bytes >> 20} MiB", where=where)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(
            "the model is not the one its card describes (SHA-256 differs)",
            where=where,
            cause="a damaged download, or a model and card of different versions",
            advice="Install the model again",
        )
    try:
        external = has_external_data(data)
    except ValueError as e:
        raise ModelError("this is not an ONNX model", where=where, cause=str(e)) from e
    if external:
        raise ModelError(
            "the model keeps weights in other files, which is refused",
            where=where,
            cause="exported with external data; its hash would not cover them",
            advice="Export it as one file",
        )
    return data


def package_conflict() -> str:
    """A warning when onnxruntime and onnxruntime-gpu are both installed, else "" (they overwrite each other)."""
    installed = []
    for name in ("onnxruntime", "onnxruntime-gpu"):
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        installed.append(name)
    if len(installed) < 2:
        return ""
    return (
        "onnxruntime and onnxruntime-gpu are both installed and overwrite each other: "
        "uninstall both, then install one of mezzoforte[cpu] and mezzoforte[gpu]"
    )


def onnxruntime_package() -> Any:
    """The package, told to be quiet. Raises `ModelError` when it is not there."""
    try:
        import onnxruntime
    except ImportError as e:
        raise ModelError(
            "onnxruntime cannot be imported",
            cause=f"it is not installed, or broken ({first_line(e)})",
            advice='Install "mezzoforte[cpu]" or "mezzoforte[gpu]"',
        ) from e
    # Its own log goes to stderr in red; what matters is raised as an error here.
    onnxruntime.set_default_logger_severity(4)
    return onnxruntime


def start(runtime: Any, data: bytes, provider: str, where: str, contract: Contract) -> tuple[Any, str, tuple[str, ...]]:
    """A session that ran, the provider that ran it, and why better ones were passed over. Raises `ModelError`."""
    if provider not in get_args(Provider):
        raise ModelError(f"provider {provider!r} is not one of {', '.join(get_args(Provider))}")
    listed = runtime.get_available_providers()
    if provider != "auto":
        if _ENGINES[provider] not in listed:
            raise ModelError(
                f"provider {provider!r} is not part of the installed onnxruntime",
                cause=f"it offers {', '.join(k for k, v in _ENGINES.items() if v in listed)}",
                advice='Install "mezzoforte[gpu]" for cuda; coreml exists on macOS only',
            )
        return _try(runtime, data, provider, where, contract), provider, ()
    passed_over: list[str] = []
    for name in _ENGINES:
        if _ENGINES[name] not in listed:
            continue
        try:
            return _try(runtime, data, name, where, contract), name, tuple(passed_over)
        except ModelError as e:
            if name == "cpu":
                raise
            passed_over.append(f"{name} is not used: {e.what}")
    raise ModelError("onnxruntime offers no CPU provider", cause="a broken installation")


def plain_session(runtime: Any, data: bytes, provider: str, where: str, *, keeps_memory: bool = True) -> Any:
    """A session of any graph on one provider, not tried out. Raises `ModelError`.

    One that `keeps_memory` of a run for the next is faster, and stays as large as its longest input made it.
    """
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = N_THREADS
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    # Without it the memory of one window is reserved twice.
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = keeps_memory
    # Idle threads that spin would take the core that decodes the next minute of audio.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    settings = {"cuda": {"use_tf32": "0"}}.get(provider, {})
    engines: list[Any] = [(_ENGINES[provider], settings)]
    if provider != "cpu":
        engines.append(_ENGINES["cpu"])  # for the few operators that an accelerator lacks
    try:
        return runtime.InferenceSession(data, options, providers=engines, enable_fallback=0)
    except Exception as e:  # onnxruntime has no common base class for its errors
        raise ModelError(f"the model cannot be started on {provider}", where=where, cause=first_line(e)) from e


def release(session: Any, provider: str) -> None:
    """Give back the working memory that runs of a graph of samples leave reserved (CPU only); it stays ready."""
    if provider != "cpu":
        return
    from onnxruntime import RunOptions

    options = RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    session.run(None, {"samples": np.zeros((1, 1), np.float32)}, options)
    give_back()


class LateSession:
    """A session that is started when it first runs, for what many commands never need."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._session: Any = None

    def run(self, *arguments: Any) -> Any:
        """As the session's own."""
        if self._session is None:
            self._session = self._make()
        return self._session.run(*arguments)


def _try(runtime: Any, data: bytes, provider: str, where: str, contract: Contract) -> Any:
    """Start a session and believe it only after it ran on `provider` with the CPU's numbers."""
    session = plain_session(runtime, data, provider, where)
    contract.check(session, where)
    # onnxruntime lists providers that cannot start and falls back without an error.
    if session.get_providers()[0] != _ENGINES[provider]:
        raise ModelError(
            f"{provider} does not work on this machine",
            where=where,
            cause="no such device, or its driver and libraries are missing",
            advice="Use --provider cpu",
        )
    noise = np.random.default_rng(0).normal(0, 0.1, 22_050).astype(np.float32)
    got = contract.run(session, noise, where)
    if provider != "cpu":
        expected = contract.run(plain_session(runtime, data, "cpu", where), noise, where)
        difference = max(float(np.abs(a - b).max()) for a, b in zip(got, expected, strict=True))
        if difference > contract.same_as_cpu:
            raise ModelError(
                f"{provider} computes other numbers than the CPU (by up to {difference:.2g})",
                where=where,
                cause="reduced precision on this device",
                advice="Use --provider cpu",
            )
    return session


def _told(tensors: dict[str, tuple[str, int]]) -> str:
    return ", ".join(f"{name} (rank {rank})" for name, (_, rank) in tensors.items()) or "none"


def first_line(error: BaseException) -> str:
    """What an error says, short enough to stand in a message."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
