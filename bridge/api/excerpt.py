"""A few seconds of a recording as a WAV file in memory; runs in the worker process, as everything that opens one."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from runtime.errors import AudioError
from runtime.sound import read as audio

RATE_HZ = 44_100
_FADE_S = 0.02


def excerpt(request: dict[str, Any], recording: Path) -> dict[str, str]:
    """``{"wav"}``: base64 of mono WAV from `request`'s ``from_s`` over its ``seconds``. Raises `AudioError`."""
    first = round(request["from_s"] * RATE_HZ)
    last = first + round(request["seconds"] * RATE_HZ)
    parts, position = [], 0
    for block in audio.stream(recording, RATE_HZ):
        parts.append(block[max(0, first - position) : max(0, last - position)])
        position += len(block)
        if position >= last:
            break
    samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    if not len(samples):
        raise AudioError("the recording is over before this place", where=str(recording))
    n = min(len(samples), round(_FADE_S * RATE_HZ))
    fade = np.linspace(0.0, 1.0, n, dtype=np.float32)
    samples[:n] *= fade
    samples[-n:] *= fade[::-1]
    file = io.BytesIO()
    sf.write(file, np.clip(samples, -1.0, 1.0), RATE_HZ, format="WAV", subtype="PCM_16")
    return {"wav": base64.b64encode(file.getvalue()).decode("ascii")}
