"""A trained model: card, hash, execution provider, and the step from samples to frame logits.

Graph contract: input ``samples`` float32 [batch, n], mono at 22,050 Hz, level set by `runtime.level`; outputs
``beat``, ``downbeat``, ``change`` [batch, T] (logits), ``dynamics`` [batch, T, 5] (logits of pp, p, mf, f, ff)
and ``ntot_sone`` [batch, T], with ``T = 1 + n // 441``, for any n ≥ 1.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from runtime.analysis import LEVELS, ModelIdentity
from runtime.card import Metric, ModelCard, load_card
from runtime.errors import ModelError
from runtime.frames import n_frames
from runtime.level import Samples
from runtime.level_stage import LevelStage, check_features
from runtime.onnx_wire import has_external_data

__all__ = ["FrameLogits", "Metric", "Model", "ModelCard", "Provider", "find_card", "load_model", "package_conflict"]

Provider = Literal["auto", "cpu", "cuda", "coreml"]
Values = npt.NDArray[np.float32]

DEFAULT_MODEL = "mezzoforte"
MODELS_FOLDER = Path(__file__).parent / "models"
MAX_MODEL_BYTES = 100 << 20
# One, because how a sum is shared among threads decides its last bits; windows are worked on side by side instead.
N_THREADS = 1
CPU_WINDOWS_AT_ONCE = 2
SAME_AS_CPU = 0.05  # logits; what another provider may differ by and still be called working

_ENGINES = {"cuda": "CUDAExecutionProvider", "coreml": "CoreMLExecutionProvider", "cpu": "CPUExecutionProvider"}
_OUTPUT_RANKS = {"beat": 2, "downbeat": 2, "change": 2, "dynamics": 3, "ntot_sone": 2}


@dataclass(frozen=True)
class FrameLogits:
    """What the network says per frame (50 per second, frame t at ``t * 0.02`` s); all float32."""

    beat: Values
    """Shape (T,), logits."""
    downbeat: Values
    """Shape (T,), logits."""
    change: Values
    """Shape (T,), logits of a dynamic change point."""
    dynamics: Values
    """Shape (T, 5), logits of pp, p, mf, f, ff."""
    ntot_sone: Values
    """Shape (T,), total loudness in sone of the recording at the level of the level rule."""

    def columns(self) -> Values:
        """All values as one array, shape (T, 9): beat, downbeat, change, dynamics (5), ntot_sone."""
        return np.column_stack((self.beat, self.downbeat, self.change, self.dynamics, self.ntot_sone))

    @classmethod
    def from_columns(cls, columns: Values) -> FrameLogits:
        """The inverse of `columns`."""
        return cls.from_rows(np.ascontiguousarray(columns.T, dtype=np.float32))

    @classmethod
    def from_rows(cls, rows: Values) -> FrameLogits:
        """From the transpose of `columns`, shape (9, T); nothing is copied."""
        return cls(rows[0], rows[1], rows[2], rows[3:-1].T, rows[-1])


@dataclass(frozen=True)
class Model:
    """A verified model, ready to run."""

    card: ModelCard
    provider: str
    """The provider that really runs it: ``cpu``, ``cuda`` or ``coreml``."""
    session: Any
    warnings: tuple[str, ...] = ()
    levels: LevelStage | None = None
    """The second stage, which hears levels and changes over the whole recording; None when the card has none."""

    @property
    def identity(self) -> ModelIdentity:
        """What an `Analysis` says about its model."""
        return ModelIdentity(self.card.name, self.card.version, self.card.sha256, self.provider)

    @property
    def windows_at_once(self) -> int:
        """How many stretches of samples are best given to `run` at the same time, from different threads."""
        return CPU_WINDOWS_AT_ONCE if self.provider == "cpu" else 1

    def run(self, samples: Samples) -> FrameLogits:
        """Logits of one stretch of samples, shape (n,) with n ≥ 1. Raises `ModelError`."""
        return _run(self.session, samples, self.card.name)

    def release(self) -> None:
        """Give back the working memory that runs leave reserved (CPU only); the model stays ready."""
        if self.provider != "cpu":
            return
        from onnxruntime import RunOptions

        options = RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self.session.run(None, {"samples": np.zeros((1, 1), np.float32)}, options)


def _run(session: Any, samples: Samples, name: str) -> FrameLogits:
    try:
        values = session.run(list(_OUTPUT_RANKS), {"samples": np.ascontiguousarray(samples[None], np.float32)})
    except Exception as e:  # onnxruntime has no common base class for its errors
        raise ModelError("the model failed while running", where=name, cause=_first_line(e)) from e
    frames = n_frames(samples.size)
    for output, value in zip(_OUTPUT_RANKS, values, strict=True):
        shape = (1, frames, len(LEVELS)) if output == "dynamics" else (1, frames)
        if value.shape != shape:
            raise ModelError(
                f"output {output!r} has shape {list(value.shape)} for {samples.size} samples, expected {list(shape)}",
                where=name,
                cause="a model made for another purpose or version",
            )
        if not np.isfinite(value).all():
            raise ModelError(f"output {output!r} holds a value that is not finite", where=name)
    return FrameLogits(*(np.asarray(v[0], np.float32) for v in values))


def find_card(model: str | Path | None = None) -> Path:
    """Path of the card that a name (of a shipped model) or a path (``.json`` or ``.onnx``) means.

    None is the shipped default. Raises `ModelError` that lists what there is.
    """
    text = str(model) if model is not None else DEFAULT_MODEL
    if isinstance(model, Path) or text.endswith((".json", ".onnx")) or "/" in text or "\\" in text:
        path = Path(text)
        card = path if path.suffix == ".json" else path.with_suffix(".json")
        if not card.is_file():
            raise ModelError(
                "there is no model card here", where=str(card), advice="A model is NAME.onnx with NAME.json"
            )
        return card
    card = MODELS_FOLDER / f"{text}.json"
    if not card.is_file():
        names = ", ".join(sorted(p.stem for p in MODELS_FOLDER.glob("*.json"))) or "none"
        raise ModelError(
            f"there is no model named {text!r}", advice=f"Shipped models: {names}. Another one is named by its path"
        )
    return card


def load_model(model: str | Path | None = None, provider: Provider = "auto") -> Model:
    """Read a model, verify it against its card and start it on the provider asked for.

    ``auto`` takes the first of cuda, coreml and cpu that runs the model and gives the CPU's numbers. The second
    stage, where the card names one, is verified likewise. Raises `ModelError` for a missing or damaged file, a
    wrong hash, weights in other files, more than 100 MiB, a graph that breaks the contract, or a provider that is
    not there; there is no fallback from a named one.
    """
    card_path = find_card(model)
    card = load_card(card_path)
    onnx_path = card_path.with_suffix(".onnx")
    data = _verified_bytes(onnx_path, card.sha256)
    runtime = _onnxruntime()
    session, used, warnings = _start(runtime, data, provider, str(onnx_path))
    conflict = package_conflict()
    levels = _level_stage(runtime, card_path, card)
    return Model(card, used, session, (*((conflict,) if conflict else ()), *warnings), levels)


def levels_path(card_path: Path) -> Path:
    """Where the second stage of a card lies: ``NAME.levels.onnx`` beside ``NAME.json``."""
    return card_path.with_name(f"{card_path.stem}.levels.onnx")


def _level_stage(runtime: Any, card_path: Path, card: ModelCard) -> LevelStage | None:
    if not card.levels_sha256:
        return None
    path = levels_path(card_path)
    check_features(card.levels_features, str(card_path))
    session = _session(runtime, _verified_bytes(path, card.levels_sha256), "cpu", str(path))
    stage = LevelStage(str(path), session)
    stage.run(np.zeros((3, len(card.levels_features))))
    return stage


def _verified_bytes(path: Path, sha256: str) -> bytes:
    where = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MODEL_BYTES + 1)
    except OSError as e:
        raise ModelError(f"the model cannot be read ({e.strerror or e})", where=where) from e
    if len(data) > MAX_MODEL_BYTES:
        raise ModelError(f"the model is larger than {MAX_MODEL_BYTES >> 20} MiB", where=where)
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


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError as e:
        raise ModelError(
            "onnxruntime cannot be imported",
            cause=f"it is not installed, or broken ({_first_line(e)})",
            advice='Install "mezzoforte[cpu]" or "mezzoforte[gpu]"',
        ) from e
    # Its own log goes to stderr in red; what matters is raised as an error here.
    onnxruntime.set_default_logger_severity(4)
    return onnxruntime


def _start(runtime: Any, data: bytes, provider: str, where: str) -> tuple[Any, str, tuple[str, ...]]:
    """A session that ran, the provider that ran it, and why better ones were passed over."""
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
        return _try(runtime, data, provider, where), provider, ()
    passed_over: list[str] = []
    for name in _ENGINES:
        if _ENGINES[name] not in listed:
            continue
        try:
            return _try(runtime, data, name, where), name, tuple(passed_over)
        except ModelError as e:
            if name == "cpu":
                raise
            passed_over.append(f"{name} is not used: {e.what}")
    raise ModelError("onnxruntime offers no CPU provider", cause="a broken installation")


def _session(runtime: Any, data: bytes, provider: str, where: str) -> Any:
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = N_THREADS
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    # Without it the memory of one window is reserved twice.
    options.enable_mem_pattern = False
    # Idle threads that spin would take the core that decodes the next minute of audio.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    settings = {"cuda": {"use_tf32": "0"}}.get(provider, {})
    engines: list[Any] = [(_ENGINES[provider], settings)]
    if provider != "cpu":
        engines.append(_ENGINES["cpu"])  # for the few operators that an accelerator lacks
    try:
        return runtime.InferenceSession(data, options, providers=engines, enable_fallback=0)
    except Exception as e:  # onnxruntime has no common base class for its errors
        raise ModelError(f"the model cannot be started on {provider}", where=where, cause=_first_line(e)) from e


def _try(runtime: Any, data: bytes, provider: str, where: str) -> Any:
    """Start a session and believe it only after it ran on `provider` with the CPU's numbers."""
    session = _session(runtime, data, provider, where)
    _check_contract(session, where)
    # onnxruntime lists providers that cannot start and falls back without an error.
    if session.get_providers()[0] != _ENGINES[provider]:
        raise ModelError(
            f"{provider} does not work on this machine",
            where=where,
            cause="no such device, or its driver and libraries are missing",
            advice="Use --provider cpu",
        )
    noise = np.random.default_rng(0).normal(0, 0.1, 22_050).astype(np.float32)
    got = _run(session, noise, where).columns()
    if provider != "cpu":
        expected = _run(_session(runtime, data, "cpu", where), noise, where).columns()
        difference = float(np.abs(got - expected).max())
        if difference > SAME_AS_CPU:
            raise ModelError(
                f"{provider} computes other numbers than the CPU (by up to {difference:.2g})",
                where=where,
                cause="reduced precision on this device",
                advice="Use --provider cpu",
            )
    return session


def _check_contract(session: Any, where: str) -> None:
    """Names, types and ranks of inputs and outputs; sizes are checked on every run."""
    inputs = {i.name: (i.type, len(i.shape)) for i in session.get_inputs()}
    outputs = {o.name: (o.type, len(o.shape)) for o in session.get_outputs()}
    wanted = {name: ("tensor(float)", rank) for name, rank in _OUTPUT_RANKS.items()}
    if inputs == {"samples": ("tensor(float)", 2)} and wanted.items() <= outputs.items():
        return
    raise ModelError(
        f"the graph has inputs {_told(inputs)} and outputs {_told(outputs)}; "
        f"expected samples (rank 2) and {_told(wanted)}",
        where=where,
        cause="a model made for another purpose or version",
    )


def _told(tensors: dict[str, tuple[str, int]]) -> str:
    return ", ".join(f"{name} (rank {rank})" for name, (_, rank) in tensors.items()) or "none"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
