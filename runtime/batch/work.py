"""One job in this process: fetch, recognise, hear, keep, write. What a worker does all day."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.analysis import Analysis
from runtime.batch import identity
from runtime.batch.jobs import Job, Kind, Outcome, Setting
from runtime.batch.places import FULL, RemoteError, fetch, is_url, place_at
from runtime.batch.store import Kept, State, Store
from runtime.corrections import Corrections, parse_words
from runtime.errors import AudioError, MezzoforteError, ModelError
from runtime.model import Model, Provider, find_card, load_model
from runtime.network.session import limit_windows_at_once
from runtime.notes.signature import is_midi_file
from runtime.pipeline import Heard
from runtime.progress import Cancel, Cancelled, Progress
from runtime.write import WRITERS, Envelope, WriteOptions

if TYPE_CHECKING:
    from runtime.transcribe.transcription import Transcriber


class Worker:
    """Holds what is loaded once: the model, and the transcriber when a job asks for the best quality."""

    def __init__(self, setting: Setting) -> None:
        """Load the model that `setting` names. Raises `ModelError`, also when it is another one than the client's."""
        limit_windows_at_once(setting.threads)
        card = find_card(setting.model or None)
        if identity.of_model(card) != setting.model_sha256:
            raise ModelError(
                "this worker has another model, or another version of Mezzoforte, than the one that asks",
                where=setting.model, advice="Install the same version on every machine",
            )  # fmt: skip
        self._model: Model = load_model(card, provider_of(setting.provider))
        self._transcriber: Transcriber | None = None
        self._copies: dict[str, str] = {}

    def do(self, job: Job, progress: Progress | None = None, cancel: Cancel | None = None) -> Outcome:
        """Finish one job. Only `Cancelled` is raised; whatever else goes wrong is told in the outcome."""
        try:
            return self._do(job, progress, cancel)
        except Cancelled:
            raise
        except MezzoforteError as e:
            return Outcome(job.item.name, _kind(e), _of_originals(str(e), self._copies))
        except MemoryError:
            return Outcome(job.item.name, "broken", f"{job.item.recording}: there is not enough memory.")
        except OSError as e:
            kind: Kind = "halt" if e.errno in FULL else "broken"
            return Outcome(job.item.name, kind, f"{job.item.recording}: {e.strerror or e}.")
        except Exception as e:
            # A fault of ours must not take the other recordings with it; it is told with its type, and tried again.
            return Outcome(job.item.name, "broken", f"{job.item.recording}: unexpected {type(e).__name__}: {e}.")

    def _do(self, job: Job, progress: Progress | None, cancel: Cancel | None) -> Outcome:
        began_s = time.process_time()
        store = Store(place_at(job.setting.place))
        with tempfile.TemporaryDirectory(prefix="mezzoforte-") as folder:
            self._copies = {}
            recording = self._fetch(job.item.recording, Path(folder))
            content = _content(recording)
            score = self._fetch(job.item.score, Path(folder)) if job.item.score else None
            score_content = _content(score) if score else ""
            key = identity.of_result(content, score_content, job.hearing)
            kept = store.result(key) if job.reuse else None
            reused = kept is not None
            if kept is None:
                kept = self._hear(job, recording, score, Path(folder), progress, cancel)
                if not is_url(job.item.recording) and _content(recording) != content:
                    raise RemoteError("the recording changed while it was read", where=job.item.recording)
                store.put_result(key, kept)
        kept = kept.named(os.fsencode(recording.name).decode("utf-8", "replace"))
        outputs = write_outputs(store, job, kept)
        state = State(
            job.item.name, job.item.recording, job.item.stamp, job.identity, "done", "", content, key,
            kept.analysis.warnings, outputs, job.item.score, asdict(job.item.options), kept.facts,
        )  # fmt: skip
        store.put_state(state)
        analysis = kept.analysis
        return Outcome(
            job.item.name, "done", "", key, reused, analysis.warnings, analysis.source.duration_s,
            time.process_time() - began_s, (len(analysis.beats), len(analysis.downbeats), len(analysis.dynamics)),
        )  # fmt: skip

    def _fetch(self, address: str, folder: Path) -> Path:
        path = fetch(address, folder)
        self._copies[str(path)] = address
        return path

    def _hear(
        self, job: Job, recording: Path, score: Path | None, folder: Path, progress: Progress | None,
        cancel: Cancel | None,
    ) -> Kept:  # fmt: skip
        options = job.item.options
        corrections = parse_words(options.corrections) if options.corrections else None
        heard = self._heard(options.quality, recording, corrections, progress, cancel)
        analysis, marked = heard.analysis, None
        if score is not None:
            analysis, marked = _mark(job, heard, recording, score, folder)
        return Kept(analysis, heard.outline, heard.channels, marked)

    def _heard(
        self, quality: str, recording: Path, corrections: Corrections | None, progress: Progress | None,
        cancel: Cancel | None,
    ) -> Heard:  # fmt: skip
        from runtime.thorough import hear_with, load_listener

        if quality != "fast" and self._transcriber is None and not is_midi_file(recording):
            self._transcriber = load_listener(self._model)
        listener = None if quality == "fast" else self._transcriber
        return hear_with(recording, self._model, listener, progress, cancel, corrections)


def _mark(job: Job, heard: Heard, recording: Path, score: Path, folder: Path) -> tuple[Analysis, bytes]:
    """The analysis with its alignment, and the marked score's bytes."""
    from runtime.marks import MarkOptions, mark_file
    from runtime.marks.annotate import AnnotateOptions
    from runtime.marks.on_score import aligned, on_score
    from runtime.score.read.files import read_score

    out = folder / f"marked-{score.name}"
    options = MarkOptions(AnnotateOptions(job.item.options.density, job.item.options.existing))
    written = read_score(score)
    alignment = aligned(recording, written, heard)
    report = mark_file(recording, score, out, heard.analysis, options, alignment, heard.evidence)
    analysis = on_score(heard, written, alignment, report.score_summary)
    return replace(analysis, warnings=(*analysis.warnings, *report.warnings)), out.read_bytes()


def output_names(name: str, formats: tuple[str, ...], score: str) -> dict[str, str]:
    """File name of each format, and of the marked score under ``score`` when there is one."""
    names = {f: f"{name}{WRITERS[f].suffix}" for f in formats}
    if score:
        suffix = Path(score.split("?")[0]).suffix
        names["score"] = f"{name}.marked{suffix}"
    return names


def write_outputs(store: Store, job: Job, kept: Kept) -> tuple[str, ...]:
    """Write every file of a result; returns their names. Raises `OutputError`."""
    outline, item = kept.outline, job.item
    options = WriteOptions(
        envelope=Envelope(outline.hop_s, outline.low, outline.high) if outline.low.size else None,
        audio_file=item.recording if kept.channels else None,
        audio_channels=kept.channels,
    )
    names = output_names(item.name, item.options.formats, item.score)
    for fmt, name in names.items():
        data = kept.marked if fmt == "score" else WRITERS[fmt].render(kept.analysis, options)
        store.place.write(name, data or b"")
    return tuple(names.values())


def _content(path: Path) -> str:
    """Hash of a regular file's bytes; "" for what only the reader can say no to."""
    if not path.is_file():
        return ""
    try:
        return identity.of_content(path)
    except PermissionError:
        return ""
    except OSError as e:
        raise AudioError(f"the file cannot be read ({e.strerror or e})", where=str(path)) from e


def _of_originals(text: str, copies: Mapping[str, str]) -> str:
    """A message that names recordings as the user does, not their fetched copies."""
    for copy, address in copies.items():
        text = text.replace(copy, address)
    return text


def _kind(e: MezzoforteError) -> Kind:
    cause = e.__cause__
    if isinstance(cause, OSError) and cause.errno in FULL:
        return "halt"
    return "broken" if isinstance(e, RemoteError) else "refused"


def provider_of(text: str) -> Provider:
    """The same word as a type."""
    found: dict[str, Provider] = {"auto": "auto", "cpu": "cpu", "cuda": "cuda", "coreml": "coreml"}
    return found[text]
