"""Plain text forms: JSON (schema 1), CSV with one row per beat, Audacity labels, JAMS."""

from __future__ import annotations

import csv
import io
import json
from bisect import bisect_right
from typing import Any

from runtime.analysis import Analysis
from runtime.write.marks import marks
from runtime.write.options import WriteOptions

CSV_COLUMNS = ("time_s", "bar", "position", "level", "confidence", "mark", "change_confidence")


def render_json(analysis: Analysis, options: WriteOptions) -> bytes:
    """The whole analysis as schema-1 JSON."""
    return (analysis.to_json() + "\n").encode()


def render_csv(analysis: Analysis, options: WriteOptions) -> bytes:
    """One row per beat; `level` holds there, `mark` is a dynamic written there, `change_confidence` a change."""
    written = {d.beat: d.level for d in analysis.dynamics}
    changes = {c.beat: f"{c.confidence:.4f}" for c in analysis.change_points}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    for i, beat in enumerate(analysis.beats):
        level = analysis.beat_levels[i] if analysis.beat_levels else ""
        head = [f"{beat.time_s:.4f}", beat.bar, beat.position, level, f"{beat.confidence:.4f}"]
        rows.writerow([*head, written.get(i, ""), changes.get(i, "")])
    return out.getvalue().encode()


def render_labels(analysis: Analysis, options: WriteOptions) -> bytes:
    """An Audacity label track: start, end and label separated by tabs; beats read ``bar.position``."""
    rows = [(b.time_s, b.time_s, f"{b.bar}.{b.position}") for b in analysis.beats]
    rows += [(m.time_s, m.end_s, m.label) for m in marks(analysis)]
    return "".join(f"{a:.6f}\t{b:.6f}\t{label}\n" for a, b, label in sorted(rows)).encode()


def render_jams(analysis: Analysis, options: WriteOptions) -> bytes:
    """A JAMS 0.3 file: beat_position, tempo, and segment_open for dynamics, changes and hairpins.

    Source: Humphrey et al., JAMS: a JSON annotated music specification, ISMIR 2014.
    """
    jam = {
        "annotations": [
            _annotation(analysis, "beat_position", "beats", _beat_rows(analysis)),
            _annotation(analysis, "tempo", "tempo", _tempo_rows(analysis)),
            _annotation(
                analysis,
                "segment_open",
                "dynamics, change points and hairpins",
                [_row(m.time_s, m.end_s - m.time_s, m.label, m.confidence) for m in marks(analysis)],
            ),
        ],
        "file_metadata": {
            "title": analysis.source.name,
            "artist": "",
            "release": "",
            "duration": analysis.source.duration_s,
            "identifiers": {},
            "jams_version": "0.3.4",
        },
        "sandbox": {"warnings": list(analysis.warnings)},
    }
    return (json.dumps(jam, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _row(time_s: float, duration_s: float, value: Any, confidence: float) -> dict[str, Any]:
    return {
        "time": round(time_s, 6),
        "duration": round(max(0.0, duration_s), 6),
        "value": value,
        "confidence": confidence,
    }


def _beat_rows(analysis: Analysis) -> list[dict[str, Any]]:
    sizes: dict[int, int] = {}
    for beat in analysis.beats:
        sizes[beat.bar] = max(sizes.get(beat.bar, 0), beat.position)
    return [
        _row(
            b.time_s,
            0.0,
            {"position": b.position, "measure": b.bar, "num_beats": sizes[b.bar], "beat_units": 4},
            b.confidence,
        )
        for b in analysis.beats
    ]


def _tempo_rows(analysis: Analysis) -> list[dict[str, Any]]:
    """Each tempo is as sure as the beat that it begins on."""
    ends_s = [*[t.time_s for t in analysis.tempo[1:]], analysis.source.duration_s]
    times_s = [b.time_s for b in analysis.beats]
    rows = []
    for tempo, end_s in zip(analysis.tempo, ends_s, strict=False):
        at = bisect_right(times_s, tempo.time_s) - 1
        confidence = analysis.beats[at].confidence if at >= 0 else 0.0
        rows.append(_row(tempo.time_s, end_s - tempo.time_s, tempo.bpm, confidence))
    return rows


def _annotation(analysis: Analysis, namespace: str, what: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    licence = analysis.model.licence
    return {
        "namespace": namespace,
        "data": rows,
        "annotation_metadata": {
            "curator": {"name": "", "email": ""},
            "annotator": {},
            "version": analysis.model.version,
            "corpus": "",
            "annotation_tools": f"Mezzoforte, model {analysis.model.name}{f' ({licence})' if licence else ''}",
            "annotation_rules": what,
            "validation": "",
            "data_source": "program",
        },
        "sandbox": {},
        "time": 0,
        "duration": analysis.source.duration_s,
    }
