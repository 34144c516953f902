"""What is kept of a recording between visits, so that it need not be heard again: as bytes and plain data."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from runtime.analysis import Source
from runtime.network.logits import FrameLogits
from runtime.notes.played import PlayedNotes
from runtime.pipeline import Frames
from runtime.score.align.recording import Alignment
from runtime.score.table import Score


def pack(frames: Frames, notes: PlayedNotes | None, transcriber: str = "") -> bytes:
    """Frames and notes, and who heard these, as the bytes of a NumPy archive without pickled objects."""
    about = {
        "source": asdict(frames.source),
        "warnings": frames.warnings,
        "transcriber": transcriber,
    }
    arrays: dict[str, Any] = {"frames": frames.logits.columns(), "about": np.array(json.dumps(about))}
    if notes is not None:
        arrays |= {
            "onset_s": notes.onset_s, "offset_s": notes.offset_s, "pitch": notes.pitch, "velocity": notes.velocity,
            "pedal": np.array(notes.pedal, np.float64).reshape(-1, 2),
        }  # fmt: skip
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def unpack(data: bytes) -> tuple[Frames, PlayedNotes | None, str]:
    """The inverse of `pack`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        about = json.loads(str(archive["about"]))
        source = Source(**about["source"])
        frames = Frames(FrameLogits.from_columns(archive["frames"]), source, tuple(about["warnings"]))
        if "onset_s" not in archive:
            return frames, None, ""
        pedal = tuple((float(a), float(b)) for a, b in archive["pedal"])
        notes = PlayedNotes(archive["onset_s"], archive["offset_s"], archive["pitch"], archive["velocity"], pedal)
        return frames, notes, about.get("transcriber", "")


def places(alignment: Alignment, score: Score) -> dict[str, Any]:
    """An alignment with what a page needs of the score's measures; positions are quarters."""
    plain = {f.name: getattr(alignment, f.name) for f in fields(Alignment)}
    return {
        **{k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in plain.items()},
        "repeats": list(alignment.repeats.items()),
        "numbers": [m.number for m in score.measures],
        "measure_starts": [float(m.start) for m in score.measures],
        "measure_lengths": [float(m.duration) for m in score.measures],
        "measure_offsets": [float(m.offset) for m in score.measures],
        "beat_quarters": [float(m.time.beat_quarters) for m in score.measures],
        "onsets": [float(o) for o in score.onsets()],
    }


def alignment_of(data: dict[str, Any]) -> Alignment:
    """The alignment in `places`."""
    given = {f.name: data[f.name] for f in fields(Alignment)}
    for name in ("starts", "positions", "times_s", "confidence"):
        given[name] = np.array(given[name], np.float64)
    for name in ("measures", "breaks", "unplayed"):
        given[name] = tuple(given[name])
    given["alike"] = tuple((int(a), int(b), int(c)) for a, b, c in given["alike"])
    return Alignment(**{**given, "repeats": dict(given["repeats"])})
