"""What one job does, in the worker process: analyse the recording, then plan marks when a score came with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.api import notes, planning
from bridge.api.errors import Refusal
from runtime import audio
from runtime.errors import MezzoforteError, ScoreError
from runtime.score.read import from_bytes, parse
from runtime.score.table import Score


def read_score(data: dict[str, Any] | None) -> Score | None:
    """The score of a request, if there is one. Raises `ScoreError`."""
    if data is None:
        return None
    if "musicxml" in data:
        return parse(from_bytes(data["musicxml"].encode("utf-8"), "score.musicxml"))
    try:
        return notes.to_score(data)
    except Refusal as e:
        raise ScoreError(e.message) from e


def work(request: dict[str, Any], recording: Path, progress: Callable[[float], None]) -> dict[str, Any]:
    """Returns ``{"analysis", "plan", "plan_error"}``; `progress` is called with 0..1. Raises `MezzoforteError`."""
    from runtime.analyze import analyse_file

    # Counted while decoding, so that a header cannot lie about it; the runtime's own bound is a whole day.
    audio.MAX_DURATION_S = float(request["recording_s"])
    score = read_score(request["score"])
    share = 1.0 if score is None else 0.6
    analysis = analyse_file(
        recording, model=request["model"], provider=request["provider"], progress=lambda f: progress(share * f)
    )
    plan, plan_error = None, None
    if score is not None:
        try:
            plan = planning.make(analysis, score, recording, lambda f: progress(share + (1 - share) * f))
        except MezzoforteError as e:
            plan_error = {"code": "no_plan", "message": f"{e.what}", "advice": e.advice}
    return {"analysis": json.loads(analysis.to_json(indent=None)), "plan": plan, "plan_error": plan_error}
