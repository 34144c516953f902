"""The functions of the public face. What they need is imported when they are called: importing them costs nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mezzoforte.recording import Recording
    from runtime.analysis import Analysis
    from runtime.corrections import Corrections
    from runtime.dynamics.mark import Density
    from runtime.engrave.engrave import Engraved
    from runtime.marks.annotate import Policy
    from runtime.marks.files import MarkReport
    from runtime.marks.second_time import SecondPass
    from runtime.model import Model, Provider
    from runtime.network.parts import Parts
    from runtime.notes.played import PlayedNotes
    from runtime.pipeline import Heard
    from runtime.progress import Cancel, Progress
    from runtime.score.table import Score
    from runtime.score.write.midi import MidiMode
    from runtime.thorough import Quality
    from runtime.transcribe.transcription import Transcription
    from runtime.write.options import WriteOptions

    StrPath = str | os.PathLike[str]


def analyse(
    recording: Recording,
    rate_hz: int | None = None,
    *,
    quality: Quality | None = None,
    score: StrPath | None = None,
    corrections: Corrections | Iterable[str] | None = None,
    model: str | Path | Model | None = None,
    provider: Provider = "auto",
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Analysis:
    """Beats, bars, tempo, dynamic levels, their changes, hairpins and loudness of a piano recording.

    `recording`: a path, a file object opened for bytes, or samples (floats, full scale ±1, shape (n,) or
    (n, channels)) with their `rate_hz`; a file may also be the MIDI of a performance. `quality` ``best`` (the default)
    hears the notes too: better beats and bars; ``fast`` takes a quarter of the time. `score`: the one that is played;
    its beats and metres are those of the analysis then, and `score` in it says where it is played. `corrections`: words
    such as ``["/2", "bar@12.3"]``, or `mezzoforte.types.Corrections`. `model`: a shipped model's name, a path, or one
    that `runtime.model.load_model` has loaded (for many short recordings).
    `provider`: ``auto``, ``cpu``, ``cuda`` or ``coreml``. `progress` is called with the finished fraction 0..1, and
    `cancel` asked whether to stop, both from the calling thread. Raises `AudioError`, `ModelError`,
    `CorrectionError`, `ScoreError` when it does not play the score, or `Cancelled` when `cancel` returned True.
    """
    from mezzoforte.recording import as_file
    from runtime.analyze import analyse_file

    with as_file(recording, rate_hz) as path:
        return analyse_file(
            path, model=model, provider=provider, progress=progress, cancel=cancel, corrections=_said(corrections),
            quality=quality, score=score,
        )  # fmt: skip


def mark_score(
    recording: Recording,
    score: StrPath,
    out: StrPath | None = None,
    *,
    rate_hz: int | None = None,
    notes: StrPath | None = None,
    quality: Quality | None = None,
    density: Density | None = None,
    existing: Policy | None = None,
    second_time: SecondPass = "tell",
    midi_mode: MidiMode = "velocity",
    corrections: Corrections | Iterable[str] | None = None,
    model: str | Path | Model | None = None,
    provider: Provider = "auto",
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> MarkReport:
    """Dynamics and hairpins of a recording into a copy of a score; everything else in the file stays as it is.

    `recording` may be the MIDI of a performance: then its velocities choose the marks. With a recording of a digital
    piano, `notes` may be the MIDI that was recorded with it, for the same use. `score`: MusicXML, .mxl, .mscx, .mscz or
    MIDI; `out` is of the same kind and may be the score itself (a .bak is left beside it); None plans only. `density`:
    ``sparse``, ``normal`` or ``detailed``; `existing`: ``keep``, ``replace`` or ``compare`` the marks that stand there;
    None is what the corrections say, else ``normal`` and ``keep``. `second_time`: what becomes of a repeat that was
    played otherwise, ``tell`` (`report.text()` alone says so) or ``words`` (also written: "2nd time p"). `midi_mode`:
    what marks become in MIDI, ``velocity`` or ``cc``. The report says what was decided (`report.plan`,
    `report.text()`) and written. For the rest see `analyse`.
    Raises also `ScoreError` and `OutputError`; then nothing was written.
    """
    from mezzoforte.recording import as_file
    from runtime.marks.annotate import options_of
    from runtime.marks.files import MarkOptions, mark_file

    with as_file(recording, rate_hz) as path:
        if notes is None:
            heard = _hear(path, model, provider, progress, cancel, corrections, quality)
        else:
            heard = _hear_knowing(path, notes, model, provider, progress, cancel, corrections)
        changed = heard.said.marks if heard.said else ()
        marks = options_of(density, existing, heard.said, second_time)
        options = MarkOptions(marks, midi_mode=midi_mode, said=changed)
        return mark_file(
            path, Path(score), None if out is None else Path(out), heard.analysis, options, evidence=heard.evidence
        )


def transcribe(
    recording: Recording,
    rate_hz: int | None = None,
    *,
    by: str = "own",
    transcriber_path: StrPath | None = None,
    model: str | Path | None = None,
    provider: Provider = "auto",
    tuning_hz: float | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Transcription:
    """The notes of a recording: onsets, ends, pitches, velocities, and the pedal where the transcriber hears it.

    `by`: ``own``, ``hpt``, ``basic-pitch``, ``madmom`` (``mezzoforte transcriber`` says which are there); one that is
    not there is a `ModelError` that says what to do, and nothing else is taken instead. `transcriber_path` says where
    it lies, if not in its usual place. `model`: whose own transcriber, by the name or path of the set of weights.
    `tuning_hz`: the pitch of the piano's a'; None estimates it, within half a
    semitone of 440 Hz. For the rest see `analyse`. `write` makes a MIDI file of the result.
    """
    from mezzoforte.recording import as_file
    from runtime.sound.tuning import estimated
    from runtime.transcribe.registry import Setting, load
    from runtime.transcribe.tuned import transcribe_tuned

    at = None if transcriber_path is None else Path(transcriber_path)
    transcriber = load(by, Setting(at, provider, _parts(model).path("notes")))
    with as_file(recording, rate_hz) as path:
        tuning_hz = estimated(path) if tuning_hz is None else tuning_hz
        return transcribe_tuned(transcriber, path, tuning_hz, progress, cancel)


def engrave(
    recording: Recording,
    notes: Transcription | StrPath,
    out: StrPath | None = None,
    *,
    rate_hz: int | None = None,
    density: Density | None = None,
    title: str = "",
    corrections: Corrections | Iterable[str] | None = None,
    model: str | Path | Model | None = None,
    provider: Provider = "auto",
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Engraved:
    """A new score (MusicXML) of a recording whose notes are known: bars, two staves, key, dynamics and hairpins.

    `notes`: what `transcribe` heard, or the MIDI file of a digital piano that was recorded at the same time. `out`:
    where to write; None gives the score in `data` of the result alone. For the rest see `mark_score`.
    """
    from mezzoforte.recording import as_file
    from runtime.engrave.engrave import engrave as make
    from runtime.marks.annotate import options_of
    from runtime.transcribe.registry import Setting, load
    from runtime.transcribe.releases import for_score
    from runtime.write.atomic import write_bytes

    with as_file(recording, rate_hz) as path:
        found = notes
        if isinstance(found, str | os.PathLike):
            found = load("midi", Setting(Path(found), ears=_parts(model).path("notes"))).transcribe(path)
        heard = _hear(path, model, provider, progress, cancel, corrections, "fast")
        if heard.again is not None:
            heard = heard.again(found.notes, found.identity.name == "midi")
        marks = options_of(density, said=heard.said)
        made = make(for_score(found), heard.analysis, title or path.stem, marks, heard.evidence)
    if out is not None:
        write_bytes(Path(out), made.data)
    return made


def read(path: StrPath) -> Analysis:
    """An analysis that was written as JSON. Raises `InputError` when the file is none."""
    from runtime.analysis import read as read_json

    return read_json(Path(path))


def read_score(path: StrPath) -> Score:
    """Measures, notes and marks of a score: MusicXML, .mxl, .mscx, .mscz or MIDI. Raises `ScoreError`."""
    from runtime.score.read.files import read_score as read_file

    return read_file(Path(path))


def read_notes(path: StrPath) -> PlayedNotes:
    """The notes of a performance MIDI file, in seconds. Raises `ScoreError`."""
    from runtime.notes.played import read_notes as read_file

    return read_file(Path(path))


def write(
    what: Analysis | Transcription | PlayedNotes,
    path: StrPath,
    format: str | None = None,
    options: WriteOptions | None = None,
) -> Path:
    """Write an analysis, or notes, into a file; it appears whole or not at all, replacing an older one.

    An analysis becomes any of `runtime.write.WRITERS`: ``json``, ``csv``, ``midi``, ``labels``, ``jams``, ``svl``,
    ``dawproject``, ``rpp``, ``daw``, ``png``; named by `format`, or by the path's suffix. `options` choose the tempo
    map, the controller and more. Notes become MIDI. Returns the path. Raises `OutputError`.
    """
    from runtime.analysis import Analysis
    from runtime.errors import OutputError

    path = Path(path)
    if isinstance(what, Analysis):
        from runtime.commands.outputs import format_of
        from runtime.write import WriteOptions, save

        return save(what, path, format or format_of(path), options or WriteOptions())
    from runtime.notes.played import PlayedNotes
    from runtime.transcribe.write_midi import to_midi
    from runtime.write.atomic import write_bytes

    if (format or "midi") != "midi" or path.suffix.lower() not in (".mid", ".midi"):
        raise OutputError("notes are written as MIDI", where=str(path), advice="Name a .mid file, or use engrave()")
    write_bytes(path, to_midi(what if isinstance(what, PlayedNotes) else what.notes, path.stem))
    return path


def _said(corrections: Corrections | Iterable[str] | None) -> Corrections | None:
    from runtime.corrections import Corrections, parse_words

    if corrections is None or isinstance(corrections, Corrections):
        return corrections
    return parse_words([corrections] if isinstance(corrections, str) else corrections)


def _parts(model: str | Path | Model | None) -> Parts:
    from runtime.model import Model
    from runtime.network.parts import parts_of

    return model.parts if isinstance(model, Model) else parts_of(model)


def _hear(
    path: Path,
    model: str | Path | Model | None,
    provider: Provider,
    progress: Progress | None,
    cancel: Cancel | None,
    corrections: Corrections | Iterable[str] | None,
    quality: Quality | None,
) -> Heard:
    from runtime.model import Model, load_model
    from runtime.thorough import hear_with, listener_for

    ready = model if isinstance(model, Model) else load_model(model, provider)
    return hear_with(path, ready, listener_for(path, ready, quality), progress, cancel, _said(corrections))


def _hear_knowing(
    path: Path,
    notes: StrPath,
    model: str | Path | Model | None,
    provider: Provider,
    progress: Progress | None,
    cancel: Cancel | None,
    corrections: Corrections | Iterable[str] | None,
) -> Heard:
    """As `_hear`, with the MIDI of a digital piano that was recorded at the same time."""
    from runtime.transcribe.registry import Setting, load

    given = load("midi", Setting(Path(notes), ears=_parts(model).path("notes")))
    heard = _hear(path, model, provider, progress, cancel, corrections, "fast")
    return heard if heard.again is None else heard.again(given.transcribe(path).notes, True)
