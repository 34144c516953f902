"""What one job does, in the worker process: analyse the recording, then plan marks when a score came with it.

Corrections that lie beside the recording, as the page writes them, are honoured.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.api import notes
from bridge.api.errors import Refusal
from bridge.api.recording import corrections_beside
from runtime.corrections import read_file
from runtime.errors import MezzoforteError, ScoreError
from runtime.score.read.files import from_bytes, parse
from runtime.score.table import Score

if TYPE_CHECKING:
    from runtime.pipeline import Heard


def read_score(data: dict[str, Any] | None) -> Score | None:
    """The score of a request, if there is one. Raises `ScoreError`.

    A note table may come with the page's MusicXML, which says more (ties, jumps): it is used where both agree on
    measures and staves; the marks are the table's, because only it knows which are ours.
    """
    if data is None:
        return None
    page = parse(from_bytes(data["musicxml"].encode("utf-8"), "score.musicxml")) if "musicxml" in data else None
    if "measures" not in data:
        return page
    try:
        table = notes.to_score(data)
    except Refusal as e:
        raise ScoreError(e.message) from e
    if page is None:
        return table
    if [m.duration for m in page.measures] != [m.duration for m in table.measures] or len(page.staves) != len(
        table.staves
    ):
        return replace(
            table, warnings=("the exported page differs from the score, so its ties and jumps are not used",)
        )
    return replace(page, marks=table.marks)


def _hear(request: dict[str, Any], recording: Path, progress: Callable[[float], None]) -> Heard:
    from runtime.model import load_model
    from runtime.pipeline import hear
    from runtime.thorough import hear_thoroughly, load_listener

    model, longest_s = load_model(request["model"], request["provider"]), float(request["recording_s"])
    beside = corrections_beside(recording)
    said = read_file(beside) if beside.is_file() else None
    if request["quality"] == "fast":
        return hear(recording, model, progress, None, said, longest_s)
    return hear_thoroughly(recording, model, load_listener(model), progress, None, said, longest_s)


def work(request: dict[str, Any], recording: Path, progress: Callable[[float], None]) -> dict[str, Any]:
    """Returns ``{"analysis", "planned", "plan_error"}``; `progress` is called with 0..1. Raises `MezzoforteError`."""
    score = read_score(request["score"])
    share = 1.0 if score is None else 0.8
    heard = _hear(request, recording, lambda f: progress(share * f))
    analysis = heard.analysis
    planned, plan_error = None, None
    if score is not None:
        from bridge.api.planning import plan_all
        from runtime.marks.files import align_file
        from runtime.score.align.pinned import with_pins

        try:
            alignment = align_file(recording, score, analysis, heard.parts)
            if heard.said:
                alignment = with_pins(alignment, score, heard.said.known_beats)
            analysis, planned = plan_all(heard, score, recording, alignment)
            if heard.said:
                planned["warnings"].append(f"what you said in {corrections_beside(recording).name} is honoured")
        except MezzoforteError as e:
            cause = f" (likely cause: {e.cause})" if e.cause else ""
            plan_error = {"code": "no_plan", "message": f"{e.what}{cause}", "advice": e.advice}
    return {"analysis": json.loads(analysis.to_json(indent=None)), "planned": planned, "plan_error": plan_error}
