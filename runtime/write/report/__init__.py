"""A report: one HTML file that shows an analysis, works from disk without any connection, and prints.

The drawing code beside this module is what the bridge's page draws with, too. Everything is inside the file; its own
content policy lets nothing else run or load.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from runtime.analysis import Analysis
from runtime.errors import OutputError
from runtime.write.options import WriteOptions
from runtime.write.recording import contents

FOLDER = Path(__file__).with_name("view")
MOST_AUDIO_BYTES = 100 * 2**20
_TYPES = {
    ".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".webm": "audio/webm",
}  # fmt: skip


def render_html(analysis: Analysis, options: WriteOptions) -> bytes:
    """The report; with `WriteOptions.with_audio` the recording is inside and can be played.

    Raises `OutputError` when the recording cannot be put in.
    """
    script, style = _script(), (FOLDER / "report.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; media-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    title = html.escape(analysis.source.name)
    audio = _audio(options) if options.with_audio else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p id="about"></p>
<ul id="warnings"></ul>
{audio}<div id="rows"></div>
<h2>Marks</h2>
<div class="table"><table><thead><tr><th scope="col">Time</th><th scope="col">Bar</th><th scope="col">Beat</th>
<th scope="col">Mark</th><th scope="col">Confidence</th></tr></thead><tbody id="marks"></tbody></table></div>
</main>
<script type="application/json" id="data">{_json(analysis, options)}</script>
<script type="module">{script}</script>
</body>
</html>
""".encode()


def _script() -> str:
    """Drawing code and report in one module: what the first exports the second has."""
    view = (FOLDER / "view.js").read_text(encoding="utf-8")
    report = (FOLDER / "report.js").read_text(encoding="utf-8")
    return re.sub(r"^export ", "", view, flags=re.M) + re.sub(r"^import .*\n", "", report, flags=re.M)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(analysis: Analysis, options: WriteOptions) -> str:
    data: dict[str, Any] = {"analysis": json.loads(analysis.to_json(indent=None)), "peaks": None}
    envelope = options.envelope
    if envelope is not None:
        points = np.column_stack((envelope.low, envelope.high)).astype(np.float64)
        points = np.rint(points * (127 / max(float(np.abs(points).max(initial=0.0)), 1e-9))).astype(np.int64)
        data["peaks"] = {"hop_s": envelope.hop_s, "points": points.ravel().tolist()}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _audio(options: WriteOptions) -> str:
    name, content = contents(options, MOST_AUDIO_BYTES)
    kind = _TYPES.get(Path(name).suffix.lower())
    if kind is None:
        raise OutputError("this recording cannot be put into a report", where=name,
                          cause="browsers do not play such files", advice="Convert it to FLAC, OGG or MP3")  # fmt: skip
    data = base64.b64encode(content).decode("ascii")
    return f'<audio id="audio" controls src="data:{kind};base64,{data}"></audio>\n'
