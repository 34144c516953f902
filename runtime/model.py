"""A trained model: card, hash, execution provider, and the step from samples to frame logits.

Graph contract: input ``samples`` float32 [batch, n], mono at 22,050 Hz, level set by `runtime.sound.level`; outputs
``beat``, ``downbeat``, ``change`` [batch, T] (logits), ``dynamics`` [batch, T, 5] (logits of pp, p, mf, f, ff)
and ``ntot_sone`` [batch, T], with ``T = 1 + n // 441``, for any n ≥ 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from runtime.analysis import LEVELS, ModelIdentity
from runtime.errors import ModelError
from runtime.network import session as onnx_session
from runtime.network.card import ANALYSIS, Metric, ModelCard, load_card
from runtime.network.logits import FrameLogits
from runtime.network.parts import DEFAULT_MODEL, MODELS_FOLDER, Parts, find_card, parts_of, stage_path
from runtime.network.session import Contract, Provider, package_conflict
from runtime.notes.given import GIVEN, GivenBeats
from runtime.notes.onsets import COLUMNS
from runtime.sound.level import Samples
from runtime.stages.beats import FEATURES as BEAT_FEATURES
from runtime.stages.beats import BeatStage
from runtime.stages.levels import WITH_NOTES, LevelStage
from runtime.stages.loudness_features import FEATURES
from runtime.stages.onsets import Mix, OnsetStage
from runtime.stages.run import check_columns

if TYPE_CHECKING:  # reading notes takes lxml and mido
    from runtime.notes.played import PlayedNotes

__all__ = [
    "MODELS_FOLDER", "Metric", "Model", "ModelCard", "Provider", "find_card", "load_model", "package_conflict",
    "stage_path",
]  # fmt: skip

CONTRACT = Contract(
    {"beat": (), "downbeat": (), "change": (), "dynamics": (len(LEVELS),), "ntot_sone": ()},
    same_as_cpu=0.05,  # logits
)


STAGES = {
    "levels": ("levels", "levels_features", FEATURES),
    "levels_notes": ("levels", "levels_notes_features", WITH_NOTES),
    "beats": ("beats", "beats_features", BEAT_FEATURES),
    "onsets": ("onsets", "onsets_columns", (*COLUMNS, *GIVEN)),
}
"""Of each stage the room of `train` that makes it, the card's field of what it is told, and what we tell it."""
_Stage = TypeVar("_Stage")


@dataclass(frozen=True)
class Model:
    """A verified model, ready to run."""

    card: ModelCard
    provider: str
    """The provider that really runs it: ``cpu``, ``cuda`` or ``coreml``."""
    session: Any
    parts: Parts
    """What lies beside its card: the transcriber, and what marks are chosen by."""
    warnings: tuple[str, ...] = ()
    levels: LevelStage | None = None
    """The second stage, which hears levels and changes over the whole recording; None when the card has none."""
    levels_notes: LevelStage | None = None
    """The second stage for recordings whose notes are known; None when the card has none."""
    beats: BeatStage | None = None
    """The stage that tells beats from subdivisions over the whole recording; None when the card has none."""
    onsets: OnsetStage | None = None
    """The stage for beats of recordings whose notes are known; None when the card has none."""

    @property
    def identity(self) -> ModelIdentity:
        """What an `Analysis` says about its model."""
        card = self.card
        return ModelIdentity(
            card.name, card.version, card.sha256, self.provider, licence=card.licence, borrowed=self.parts.borrowed
        )

    @property
    def windows_at_once(self) -> int:
        """How many stretches of samples are best given to `run` at the same time, from different threads."""
        return onnx_session.windows_at_once(self.provider)

    def run(self, samples: Samples) -> FrameLogits:
        """Logits of one stretch of samples, shape (n,) with n ≥ 1. Raises `ModelError`."""
        return FrameLogits(*CONTRACT.run(self.session, samples, self.card.name))

    def refined(self, logits: FrameLogits) -> FrameLogits:
        """The logits of a whole recording as the stage for beats hears them; as they are without one. Raises
        `ModelError`."""
        return logits if self.beats is None else self.beats.refined(logits)

    def knowing(self, logits: FrameLogits, notes: PlayedNotes, given: GivenBeats | None = None) -> FrameLogits:
        """Refined logits with what is known of the notes, and of some beats (`given`); as they are without an onset
        stage. Raises `ModelError`."""
        return logits if self.onsets is None else self.onsets.refined(logits, notes, given)

    def levels_for(self, notes: PlayedNotes | None) -> LevelStage | None:
        """The second stage for a recording, told its notes when they are known and there is one for that."""
        return self.levels if notes is None or self.levels_notes is None else self.levels_notes.knowing(notes)

    def release(self) -> None:
        """Give back the working memory that runs leave reserved (CPU only); the model stays ready."""
        onnx_session.release(self.session, self.provider)


def load_model(model: str | Path | None = None, provider: Provider = "auto") -> Model:
    """Read a model, verify it against its card and start it on the provider asked for.

    ``auto`` takes the first of cuda, coreml and cpu that runs the model and gives the CPU's numbers. Stages
    that the card names are verified likewise. Raises `ModelError` for a missing or damaged file, a
    wrong hash, weights in other files, more than 100 MiB, a graph that breaks the contract, or a provider that is
    not there; there is no fallback from a named one.
    """
    card_path = find_card(model)
    card = load_card(card_path)
    if card.kind != ANALYSIS:
        raise ModelError(
            f"this is a model of kind {card.kind!r}, not one that hears beats and dynamics", where=str(card_path)
        )
    onnx_path = card_path.with_suffix(".onnx")
    data = onnx_session.verified_bytes(onnx_path, card.sha256)
    runtime = onnx_session.onnxruntime_package()
    session, used, warnings = onnx_session.start(runtime, data, provider, str(onnx_path), CONTRACT)
    conflict = package_conflict()

    def stage(name: str, make: Callable[[str, Any], _Stage]) -> _Stage | None:
        """That stage of the card, verified; stages are small, and started on the CPU when they are first asked."""
        room, field, computed = STAGES[name]
        if not (sha256 := getattr(card, f"{name}_sha256")):
            return None
        named = getattr(card, field)
        check_columns(named, computed[: len(named)] if name == "onsets" else computed, str(card_path), room)
        path = stage_path(card_path, name)
        data = onnx_session.verified_bytes(path, sha256)
        # Some see the whole recording at once: 20 MB for an hour, which nobody needs afterwards.
        plain = partial(onnx_session.plain_session, runtime, data, "cpu", str(path), keeps_memory=False)
        return make(str(path), onnx_session.LateSession(plain))

    def onset_stage(name: str, late: Any) -> OnsetStage:
        takes_given = len(card.onsets_columns) > len(COLUMNS)  # stages of before 0.2 lack that input
        return OnsetStage(name, late, Mix.of(card.thresholds, str(card_path)), takes_given)

    parts = Parts(card_path, card.licence)
    return Model(
        card, used, session, parts, (*((conflict,) if conflict else ()), *warnings, *_borrowed(parts)),
        stage("levels", LevelStage), stage("levels_notes", LevelStage), stage("beats", BeatStage),
        stage("onsets", onset_stage),
    )  # fmt: skip


def _borrowed(parts: Parts) -> tuple[str, ...]:
    """What a user of a model without parts of its own is told."""
    if not parts.borrowed:
        return ()
    lent, licence = " and ".join(parts.borrowed), parts_of(DEFAULT_MODEL).licence
    return (f"{parts.card_path.stem} has no parts of its own to choose marks by: {lent} are used ({licence})",)
