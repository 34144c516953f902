"""The small JSON file that the Ardour and REAPER scripts read: tempo map, metres, marks and gain, nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runtime.analysis import Analysis
from runtime.write.marks import lane_db, marks, thin
from runtime.write.options import WriteOptions
from runtime.write.tempo_map import tempo_map

DAW_SCHEMA = 1
GAIN_STEP_DB = 1.0


def render_daw(analysis: Analysis, options: WriteOptions) -> bytes:
    """Plan for a DAW script, times in seconds, positions in quarters, gain in dB (−40..0).

    ``tempi``: [time_s, quarters, bpm]; ``metres``: [time_s, quarters, numerator, denominator]; ``marks``: [time_s,
    end_s, label, kind]; ``gain``: [time_s, db]. Rows are in order of time. ``audio`` (with `WriteOptions.with_audio`
    alone): the recording's path, for a script that can import it.
    """
    tempo = tempo_map(analysis, options.tempo_mode, options.tolerance_ms, options.finest_lead_in)
    starts = zip(tempo.knots[:-1], tempo.bpm, strict=True)
    plan: dict[str, Any] = {
        "mezzoforte": DAW_SCHEMA,
        "source": analysis.source.name,
        "duration_s": analysis.source.duration_s,
        "end_quarters": tempo.knots[-1].quarters,
        "tempi": [[round(k.time_s, 9), k.quarters, bpm] for k, bpm in starts],
        "metres": [
            [round(float(tempo.seconds_at(b.quarters)), 9), b.quarters, b.numerator, b.denominator]
            for b in tempo.metres
        ],
        "marks": [[round(m.time_s, 6), round(m.end_s, 6), m.label, m.kind] for m in marks(analysis)],
        "gain": [[round(t, 4), round(db, 2)] for t, db in thin(*lane_db(analysis, options.lane), GAIN_STEP_DB)],
    }
    if options.with_audio and options.audio_file is not None:
        plan["audio"] = str(Path(options.audio_file).resolve())
    return (json.dumps(plan, ensure_ascii=False, allow_nan=False) + "\n").encode()
