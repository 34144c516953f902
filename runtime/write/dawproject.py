"""DAWproject 1.0: tempo and metre automation, markers, a dynamics lane and, when wanted, the warped recording.

Source: the DAWproject format (https://github.com/bitwig/dawproject), read by Bitwig Studio 5, Studio One 6.5 and
Cubase 14. The lane is volume automation on a track of its own, so that nothing changes how the recording sounds.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from lxml import etree

from runtime.analysis import Analysis
from runtime.write.marks import lane_db, marks, thin
from runtime.write.options import WriteOptions
from runtime.write.recording import contents, named
from runtime.write.tempo_map import TempoMap, tempo_map

LANE_STEP_DB = 0.5


def render_dawproject(analysis: Analysis, options: WriteOptions) -> bytes:
    """The zip with ``project.xml`` and ``metadata.xml``; equal input gives equal bytes."""
    tempo = tempo_map(analysis, options.tempo_mode, options.tolerance_ms, options.finest_lead_in)
    meta = etree.Element("MetaData")
    etree.SubElement(meta, "Title").text = analysis.source.name
    etree.SubElement(meta, "Comment").text = f"Mezzoforte. {tempo.describe()}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if options.with_audio:
            _, content = contents(options)
            archive.writestr(zipfile.ZipInfo(_inside(options), (1980, 1, 1, 0, 0, 0)), content)  # packed already
        for name, root in (("project.xml", _project(analysis, tempo, options)), ("metadata.xml", meta)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
    return out.getvalue()


def _project(analysis: Analysis, tempo: TempoMap, options: WriteOptions) -> etree._Element:
    root = etree.Element("Project", version="1.0")
    etree.SubElement(root, "Application", name="Mezzoforte", version=analysis.model.version or "0")
    transport = etree.SubElement(root, "Transport")
    _parameter(transport, "Tempo", id="tempo", unit="bpm", value=_num(tempo.bpm[0]), min="1", max="9999")
    first = tempo.bars[0]
    etree.SubElement(
        transport,
        "TimeSignature",
        id="metre",
        numerator=str(first.numerator),
        denominator=str(first.denominator),
    )
    structure = etree.SubElement(root, "Structure")
    if options.audio_file is not None:
        _track(structure, "recording", analysis.source.name, "audio", options.audio_channels)
    _track(structure, "dynamics", "Mezzoforte dynamics", "automation", 2)
    _master(structure)
    _arrangement(root, analysis, tempo, options)
    return root


def _arrangement(root: etree._Element, analysis: Analysis, tempo: TempoMap, options: WriteOptions) -> None:
    arrangement = etree.SubElement(root, "Arrangement", id="arrangement")
    lanes = etree.SubElement(arrangement, "Lanes", timeUnit="beats", id="lanes")
    if options.audio_file is not None:
        _recording(lanes, analysis, tempo, options)
    lane = etree.SubElement(lanes, "Lanes", track="dynamics", id="dynamics-lanes")
    points = _points(lane, "Points", "dynamics-volume", unit="linear", id="dynamics-points")
    for time_s, level_db in thin(*lane_db(analysis, options.lane), LANE_STEP_DB):
        _point(points, float(tempo.quarters_at(time_s)), 10 ** (level_db / 20), "linear")
    labelled = marks(analysis)
    if labelled:
        markers = etree.SubElement(arrangement, "Markers", timeUnit="beats", id="markers")
        for mark in labelled:
            at = _num(float(tempo.quarters_at(mark.time_s)))
            etree.SubElement(markers, "Marker", name=mark.label, time=at)
    changes = _points(arrangement, "TempoAutomation", "tempo", unit="bpm", timeUnit="beats", id="tempo-map")
    for knot, bpm in zip(tempo.knots[:-1], tempo.bpm, strict=True):
        _point(changes, knot.quarters, bpm, "hold")
    metres = _points(arrangement, "TimeSignatureAutomation", "metre", timeUnit="beats", id="metre-map")
    for bar in tempo.metres:
        etree.SubElement(
            metres, "TimeSignaturePoint", time=_num(bar.quarters), numerator=str(bar.numerator),
            denominator=str(bar.denominator),
        )  # fmt: skip


def _recording(lanes: etree._Element, analysis: Analysis, tempo: TempoMap, options: WriteOptions) -> None:
    """One clip from the start whose warp markers tie every knot of the map to its second in the recording."""
    assert options.audio_file is not None
    end = tempo.knots[-1]
    clips = etree.SubElement(lanes, "Clips", track="recording", id="recording-clips")
    clip = etree.SubElement(clips, "Clip", time="0", duration=_num(end.quarters), playStart="0")
    warps = etree.SubElement(clip, "Warps", contentTimeUnit="seconds", timeUnit="beats", id="recording-warps")
    audio = etree.SubElement(
        warps, "Audio", algorithm="repitch", channels=str(options.audio_channels), id="recording-audio",
        sampleRate=str(analysis.source.sample_rate_hz), duration=_num(analysis.source.duration_s),
    )  # fmt: skip
    if options.with_audio:
        etree.SubElement(audio, "File", path=_inside(options))
    else:
        etree.SubElement(audio, "File", path=named(options), external="true")
    for knot in tempo.knots:
        etree.SubElement(warps, "Warp", time=_num(knot.quarters), contentTime=_num(knot.time_s))


def _inside(options: WriteOptions) -> str:
    """Where the recording lies in the zip."""
    return f"audio/{Path(options.audio_file or '').name}"


def _track(structure: etree._Element, name: str, title: str, content: str, channels: int) -> None:
    track = etree.SubElement(structure, "Track", contentType=content, id=name, name=title)
    channel = etree.SubElement(
        track, "Channel", audioChannels=str(channels), destination="main", role="regular", id=f"{name}-channel"
    )
    _parameter(channel, "Volume", id=f"{name}-volume", unit="linear", value="1", min="0", max="2")


def _master(structure: etree._Element) -> None:
    track = etree.SubElement(structure, "Track", contentType="audio", id="main-track", name="Main")
    channel = etree.SubElement(track, "Channel", audioChannels="2", role="master", id="main")
    _parameter(channel, "Volume", id="main-volume", unit="linear", value="1", min="0", max="2")


def _parameter(parent: etree._Element, tag: str, **attributes: str) -> None:
    etree.SubElement(parent, tag, **attributes)


def _points(parent: etree._Element, tag: str, target: str, **attributes: str) -> etree._Element:
    points = etree.SubElement(parent, tag, **attributes)
    etree.SubElement(points, "Target", parameter=target)
    return points


def _point(points: etree._Element, quarters: float, value: float, interpolation: str) -> None:
    etree.SubElement(points, "RealPoint", time=_num(quarters), value=_num(value), interpolation=interpolation)


def _num(value: float) -> str:
    return format(value, ".12g")
