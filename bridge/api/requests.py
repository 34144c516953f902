"""Request bodies as checked values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.api import notes
from bridge.api.errors import bad_request
from bridge.api.limits import Limits
from bridge.api.models import Models
from bridge.api.recording import check_recording
from bridge.api.uploads import Uploads

FINGERPRINT_LENGTH = 128


@dataclass(frozen=True)
class AnalyseRequest:
    """A recording that may be opened, and a score that is sound, or none.

    `fingerprint` is the caller's own name for the state of its score; it comes back with the plan. `model` is the set
    of weights that was chosen, None for the bridge's own.
    """

    recording: Path
    upload: str
    score: dict[str, Any] | None
    fingerprint: str
    model: str | None = None


@dataclass(frozen=True)
class PlayRequest:
    """An excerpt of a recording that may be opened."""

    recording: Path
    from_s: float
    seconds: float


def parse_json(body: bytes) -> dict[str, Any]:
    """A body that must be a JSON object. Raises `Refusal`."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as e:
        raise bad_request("the body is not JSON") from e
    if not isinstance(data, dict):
        raise bad_request("the body is not a JSON object")
    return data


def _no_constant(text: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")


def parse_analyse(body: bytes, limits: Limits, uploads: Uploads, models: Models) -> AnalyseRequest:
    """Check the body of ``POST /v1/analyse``. Raises `Refusal`."""
    data = parse_json(body)
    unknown = set(data) - {"recording", "score", "fingerprint", "model"}
    if unknown:
        raise bad_request("the body has members other than recording, score, fingerprint and model")
    fingerprint = data.get("fingerprint", "")
    if not isinstance(fingerprint, str) or len(fingerprint) > FINGERPRINT_LENGTH:
        raise bad_request("fingerprint is not a short text")
    score = _score(data.get("score"))
    model = models.wanted(data.get("model"))
    path, upload = _recording(data.get("recording"), limits, uploads)
    return AnalyseRequest(path, upload, score, fingerprint, model)


def parse_play(body: bytes, limits: Limits, uploads: Uploads, longest_s: float) -> PlayRequest | None:
    """Check the body of ``POST /v1/play``; None for an empty object. Raises `Refusal`."""
    data = parse_json(body)
    if not data:
        return None
    if set(data) != {"recording", "from_s", "seconds"}:
        raise bad_request("the body is not {recording, from_s, seconds} and not empty")
    from_s, seconds = (_seconds(data[name], name) for name in ("from_s", "seconds"))
    path, _ = _recording(data["recording"], limits, uploads)
    return PlayRequest(path, min(from_s, limits.recording_s), min(seconds, longest_s))


def _seconds(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise bad_request(f"{name} is not a number of seconds")
    return float(value)


def _recording(data: Any, limits: Limits, uploads: Uploads) -> tuple[Path, str]:
    if not isinstance(data, dict) or len(data) != 1:
        raise bad_request("recording is not {path} or {upload}")
    if "upload" in data:
        return uploads.get(data["upload"]), str(data["upload"])
    if "path" in data:
        return check_recording(data["path"], limits.recording_bytes), ""
    raise bad_request("recording is not {path} or {upload}")


def _score(data: Any) -> dict[str, Any] | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        raise bad_request("score is not an object")
    if not isinstance(data.get("musicxml", ""), str):
        raise bad_request("score.musicxml is not text")
    if "measures" in data:
        notes.to_score(data)
    elif set(data) != {"musicxml"}:  # parsed later, in the process that can be killed
        raise bad_request("score is neither a note table nor {musicxml}")
    return data
