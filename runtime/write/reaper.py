"""REAPER projects (.rpp): tempo map and metres, markers and regions, the recording at 0, a dynamics lane.

Source: projects as REAPER 6 and 7 save them, and "State Chunk Definitions" of ReaTeam. Everything that is not said
here REAPER takes from its own defaults. Names of marks and of the lane's track are those of the script
``bridge/daw/mezzoforte_reaper.lua``, which replaces them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runtime.analysis import Analysis
from runtime.errors import OutputError
from runtime.write.marks import lane_db, marks, thin
from runtime.write.options import WriteOptions
from runtime.write.recording import named
from runtime.write.tempo_map import TempoMap, tempo_map

PREFIX = "mf: "
TRACK = "Mezzoforte dynamics"
SLOWEST_BPM, FASTEST_BPM = 1.0, 960.0
LANE_STEP_DB = 1.0
# What REAPER calls its readers of files.
_SOURCES = {
    ".wav": "WAVE", ".wave": "WAVE", ".w64": "WAVE", ".aif": "WAVE", ".aiff": "WAVE", ".flac": "FLAC", ".mp3": "MP3",
    ".ogg": "VORBIS",
}  # fmt: skip
_SQUARE = 1


def render_rpp(analysis: Analysis, options: WriteOptions) -> bytes:
    """The project as text; equal input gives equal bytes. A recording of a kind that is not known is left out.

    Raises `OutputError` for tempi that REAPER does not know.
    """
    tempo = tempo_map(analysis, options.tempo_mode, options.tolerance_ms, options.finest_lead_in)
    first = tempo.bars[0]
    lines = [
        '<REAPER_PROJECT 0.1 "6.0" 0',
        "  TIMELOCKMODE 0",  # items keep their seconds whatever is done to the tempo
        # A performance without sound has no rate: the project has REAPER's own.
        *([f"  SAMPLERATE {analysis.source.sample_rate_hz} 0 0"] if analysis.source.sample_rate_hz else []),
        f"  TEMPO {_num(tempo.bpm[0])} {first.numerator} {first.denominator}",
        "  <TEMPOENVEX",
        "    ACT 1 -1",
        "    VIS 1 0 1",
        f"    DEFSHAPE {_SQUARE} -1 -1",
        *_tempi(tempo),
        "  >",
        *_marks(analysis),
        *_recording(analysis, options),
        *_lane(analysis, options),
        ">",
    ]
    return ("\n".join(lines) + "\n").encode()


def _tempi(tempo: TempoMap) -> Iterator[str]:
    """``PT seconds bpm shape metre``, where a tempo or a metre begins."""
    metres = {bar.quarters: bar.denominator << 16 | bar.numerator for bar in tempo.metres}
    bpm_at = {knot.quarters: bpm for knot, bpm in zip(tempo.knots[:-1], tempo.bpm, strict=True)}
    holding = tempo.bpm[0]
    for quarters in sorted({*bpm_at, *metres}):
        holding = bpm_at.get(quarters, holding)
        at_s = float(tempo.seconds_at(quarters))
        if not SLOWEST_BPM <= holding <= FASTEST_BPM:
            raise OutputError(
                f"REAPER knows no tempo of {holding:.0f} (at {at_s:.3f} s)",
                cause="the first beat comes within a few milliseconds",
                advice="Put a little silence before the recording, or import the MIDI file",
            )
        metre = f" {metres[quarters]}" if quarters in metres else ""
        yield f"    PT {_num(at_s)} {_num(holding)} {_SQUARE}{metre}"


def _marks(analysis: Analysis) -> Iterator[str]:
    """Points as markers, hairpins as regions (two lines of one number)."""
    for number, mark in enumerate(marks(analysis), 1):
        name = _quoted(PREFIX + mark.label)
        region = mark.kind == "hairpin" and mark.end_s > mark.time_s
        yield f"  MARKER {number} {_num(mark.time_s)} {name} {int(region)}"
        if region:
            yield f'  MARKER {number} {_num(mark.end_s)} "" 1'


def _recording(analysis: Analysis, options: WriteOptions) -> Iterator[str]:
    path = named(options)
    kind = _SOURCES.get(Path(path or "").suffix.lower())
    if path is None or kind is None:
        return
    yield from ("  <TRACK", f"    NAME {_quoted(analysis.source.name)}", "    <ITEM", "      POSITION 0")
    yield from (f"      LENGTH {_num(analysis.source.duration_s)}", "      LOOP 0", "      BEAT 0")
    yield from (f"      NAME {_quoted(analysis.source.name)}", f"      <SOURCE {kind}", f"        FILE {_quoted(path)}")
    yield from ("      >", "    >", "  >")


def _lane(analysis: Analysis, options: WriteOptions) -> Iterator[str]:
    """Volume automation on a track of its own, so that nothing changes how the recording sounds."""
    points = thin(*lane_db(analysis, options.lane), LANE_STEP_DB)
    if not points:
        return
    yield from ("  <TRACK", f"    NAME {_quoted(TRACK)}", "    <VOLENV2", "      ACT 1 -1", "      VIS 1 1 1")
    for time_s, level_db in points:
        yield f"      PT {_num(time_s)} {_num(10 ** (level_db / 20))} 0"
    yield from ("    >", "  >")


def _quoted(text: str) -> str:
    """In the quotation marks that the text leaves free, on one line."""
    text = " ".join(text.split())
    mark = next((m for m in "\"'`" if m not in text), None)
    return f"`{text.replace('`', chr(39))}`" if mark is None else f"{mark}{text}{mark}"


def _num(value: float) -> str:
    return format(value, ".12g")
