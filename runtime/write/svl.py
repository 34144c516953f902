"""Sonic Visualiser layers in one file: beats as instants, marks as regions with text, loudness as a curve."""

from __future__ import annotations

from lxml import etree

from runtime.analysis import Analysis
from runtime.frames import SAMPLE_RATE_HZ
from runtime.write.marks import marks
from runtime.write.options import WriteOptions

Rows = list[dict[str, str]]


def render_svl(analysis: Analysis, options: WriteOptions) -> bytes:
    """An ``.svl`` document with three layers, frames counted at the recording's own sample rate."""
    rate = analysis.source.sample_rate_hz or SAMPLE_RATE_HZ  # a performance without sound has none

    def frame(time_s: float) -> str:
        return str(round(time_s * rate))

    beats: Rows = [{"frame": frame(b.time_s), "label": f"{b.bar}.{b.position}"} for b in analysis.beats]
    texts: Rows = [
        {"frame": frame(m.time_s), "height": "0.9" if m.kind == "dynamic" else "0.75", "label": m.label}
        for m in marks(analysis)
    ]
    hop_s = analysis.loudness.hop_s
    curve: Rows = [
        {"frame": frame(i * hop_s), "value": f"{v:.3f}", "label": ""} for i, v in enumerate(analysis.loudness.ntot_sone)
    ]
    root = etree.Element("sv")
    data, display = etree.SubElement(root, "data"), etree.SubElement(root, "display")
    end = frame(analysis.source.duration_s)
    layers = [
        ("timeinstants", "Mezzoforte beats", {"dimensions": "1"}, beats),
        ("text", "Mezzoforte dynamics", {"dimensions": "2", "subtype": "text"}, texts),
        ("timevalues", "Mezzoforte loudness (sone)", {"dimensions": "2", "units": "sone"}, curve),
    ]
    for number, (layer, name, extra, rows) in enumerate(layers):
        _layer(data, display, number, layer, name, {"sampleRate": str(rate), "end": end, **extra}, rows)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", doctype="<!DOCTYPE sonic-visualiser>"))


def _layer(
    data: etree._Element,
    display: etree._Element,
    number: int,
    layer: str,
    name: str,
    extra: dict[str, str],
    rows: Rows,
) -> None:
    model, dataset = str(3 * number + 1), str(3 * number + 2)
    etree.SubElement(
        data, "model", id=model, name=name, start="0", type="sparse", resolution="1", notifyOnAdd="true",
        dataset=dataset, **extra,
    )  # fmt: skip
    points = etree.SubElement(data, "dataset", id=dataset, dimensions=extra["dimensions"])
    for row in rows:
        etree.SubElement(points, "point", **row)
    etree.SubElement(display, "layer", id=str(3 * number + 3), type=layer, name=name, model=model, plotStyle="0")
