"""What the page asks of the worker process: everything that opens a recording or a score."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.page import kept
from runtime.corrections import Corrections, from_json
from runtime.errors import MezzoforteError, OutputError
from runtime.model import Model, load_model
from runtime.notes.played import PlayedNotes
from runtime.pipeline import Frames, Heard, Outline
from runtime.score.align.pinned import with_pins
from runtime.score.align.recording import Alignment
from runtime.score.table import Score

Progress = Callable[[float], None]
_HEARING, _PEAKS = 0.6, 0.1
_DRAWN_SCALE = 2


def run(request: dict[str, Any], recording: Path, progress: Progress) -> dict[str, Any]:
    """Do the task that a request names. Raises `MezzoforteError`."""
    return _TASKS[request["task"]](request, recording, progress)


def _listen(request: dict[str, Any], recording: Path, progress: Progress) -> dict[str, Any]:
    """Hear a recording for the first time: ``{"sound", "peaks", "frames", "heard"}``."""
    from bridge.page.peaks import peaks
    from runtime.sound import read as audio

    found = peaks(audio.stream(recording))
    progress(_PEAKS)
    model = load_model(request["model"], request["provider"])
    corrections = _corrections(request)
    heard = _hear(recording, model, request, corrections, lambda f: progress(_PEAKS + (_HEARING - _PEAKS) * f))
    notes = None if heard.evidence is None else heard.evidence.notes
    alignment, error = _aligned(heard, request, recording)
    progress(0.9)
    result = _planned(heard, request, recording, alignment, error)
    return {
        "alignment": None if alignment is None else kept.places(*alignment),
        "sound": {
            "channels": heard.channels,
            "scales": found.table(),
            "peak": found.peak,
            "duration_s": heard.analysis.source.duration_s,
        },
        "peaks": _text(found.data()),
        "frames": _text(kept.pack(heard.frames, notes, heard.analysis.model.transcriber)) if heard.frames else "",
        "heard": result,
    }


def _hear(
    recording: Path, model: Model, request: dict[str, Any], corrections: Corrections, progress: Progress
) -> Heard:
    from runtime.pipeline import hear

    longest_s = float(request["recording_s"])
    if request["quality"] != "best":
        return hear(recording, model, progress, None, corrections, longest_s)
    from runtime.thorough import hear_thoroughly, load_listener

    return hear_thoroughly(recording, model, load_listener(model), progress, None, corrections, longest_s)


def _hear_again(request: dict[str, Any], recording: Path, progress: Progress) -> dict[str, Any]:
    """What was kept, decoded under other corrections: as `_planned`."""
    frames, notes, transcriber = kept.unpack(_file(request, "frames.npz"))
    model = load_model(request["model"], request["provider"])
    heard = _decoded(frames, model, _corrections(request), notes, transcriber)
    if request["score"] is None:
        return _planned(heard, request, recording, None, None)
    from runtime.marks.files import load

    data = json.loads(_file(request, "alignment.json"))
    if data is None:
        alignment, error = _aligned(heard, request, recording)
    else:
        alignment, error = (kept.alignment_of(data), load(request["score"])[1]), None
    return _planned(heard, request, recording, alignment, error)


def _aligned(
    heard: Heard, request: dict[str, Any], recording: Path
) -> tuple[tuple[Alignment, Score] | None, dict[str, str] | None]:
    """The recording on its score, or why it is not there."""
    if request["score"] is None:
        return None, None
    from runtime.marks.files import align_file, load

    try:
        _, score = load(request["score"])
        return (align_file(recording, score, heard.analysis, heard.parts), score), None
    except MezzoforteError as e:
        return None, _told(e)


def _told(e: MezzoforteError) -> dict[str, str]:
    cause = f" (likely cause: {e.cause})" if e.cause else ""
    return {"code": "no_plan", "message": f"{e.what}{cause}", "advice": e.advice}


def _decoded(
    frames: Frames, model: Model, corrections: Corrections, notes: PlayedNotes | None, transcriber: str
) -> Heard:
    import numpy as np

    none = np.empty(0, np.float32)
    analysis = frames.decoded(model, corrections, notes)
    analysis = replace(analysis, model=replace(analysis.model, transcriber=transcriber))
    evidence = frames.evidence(model, notes)
    return Heard(analysis, Outline(0.1, none, none), 1, evidence, None, frames, corrections)


def _planned(
    heard: Heard,
    request: dict[str, Any],
    recording: Path,
    aligned: tuple[Alignment, Score] | None,
    plan_error: dict[str, str] | None,
) -> dict[str, Any]:
    """``{"analysis", "planned", "plan_error", "places"}``; the last three are None without a score."""
    analysis, planned, places = heard.analysis, None, None
    if aligned is not None:
        from bridge.api.planning import plan_all

        alignment, score = aligned
        if heard.said:
            alignment = with_pins(alignment, score, heard.said.known_beats)
        try:
            analysis, planned = plan_all(heard, score, recording, alignment)
            places = kept.places(alignment, score)
        except MezzoforteError as e:
            plan_error = _told(e)
    plain = json.loads(analysis.to_json(indent=None))
    plain["source"]["name"] = request["name"]  # what was sent lies here under another one
    return {
        "analysis": plain,
        "planned": planned,
        "plan_error": plan_error,
        "places": places,
    }


def _engrave(request: dict[str, Any], recording: Path, progress: Progress) -> dict[str, Any]:
    """``{"pages", "places", "measures"}`` of a score at a width."""
    from bridge.page.engraving import engrave

    try:
        done = engrave(Path(request["score"]), int(request["width"]))
    except ModuleNotFoundError as e:
        raise OutputError(
            "the score cannot be shown: Verovio is not installed",
            advice="Install it with: pip install 'mezzoforte[page]'; marks can be written into the score without it",
        ) from e
    return {"pages": done.pages, "places": done.places, "measures": done.measures}


def _take(request: dict[str, Any], recording: Path, progress: Progress) -> dict[str, Any]:
    """``{"suffix", "data"}``: a file to take home, its bytes as base64."""
    from bridge.page.take_home import envelope, take
    from runtime.write import WriteOptions

    heard = json.loads(_file(request, f"heard/{request['key']}.json"))
    sound = json.loads(_file(request, "sound.json"))
    options = WriteOptions(
        audio_channels=max(1, int(sound["channels"])),
        envelope=envelope(*_outline(request, sound), float(sound["peak"])),
        with_audio=request["choices"]["with_audio"],
    )
    score = None if request["score"] is None else Path(request["score"])
    choices = request["choices"]
    suffix, data = take(heard, request["wanted"], _corrections(request), choices, recording, score, options)
    return {"suffix": suffix, "data": _text(data)}


def _outline(request: dict[str, Any], sound: dict[str, Any]) -> tuple[list[list[int]], float]:
    import numpy as np

    scale = sound["scales"][_DRAWN_SCALE]
    first = int(scale["first_byte"])
    data = np.frombuffer(_file(request, "peaks.bin"), np.int8)[first : first + 2 * int(scale["points"])]
    return data.reshape(-1, 2).tolist(), float(scale["hop_s"])


def _corrections(request: dict[str, Any]) -> Corrections:
    return from_json(request["corrections"])


def _file(request: dict[str, Any], name: str) -> bytes:
    return (Path(request["folder"]) / name).read_bytes()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


_TASKS = {"page.listen": _listen, "page.hear": _hear_again, "page.engrave": _engrave, "page.take": _take}
