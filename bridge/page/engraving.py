"""A score as pictures: engraved by Verovio, cleaned, and told as plain data that a page builds elements from.

Nothing in a score reaches the browser as markup: an element is ``[tag, {attribute: value}, [children]]``, text is text,
and only the tags and attributes of `TAGS` and `ATTRIBUTES` pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from bridge.page.as_musicxml import as_musicxml
from runtime.errors import ScoreError
from runtime.score.read.files import Source, from_bytes, open_source, parse
from runtime.score.table import Score
from runtime.score.write.files import unmarked

WIDTHS = (700, 2100)
"""Widths of a page in tenths of a millimetre: for a telephone and for a screen."""
TAGS = frozenset({
    "svg", "g", "defs", "use", "path", "rect", "line", "polyline", "polygon", "ellipse", "circle", "text", "tspan",
    "title", "desc",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "id", "class", "color", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height",
    "viewBox", "transform", "points",
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
    "stroke-dasharray", "stroke-opacity", "opacity", "font-size", "font-family", "font-style", "font-weight",
    "text-anchor", "overflow", "href", "textLength", "lengthAdjust", "dy", "dx",
})  # fmt: skip
_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_WITHIN = re.compile(r"#[\w.-]{1,200}")
Tree = list[Any]


@dataclass(frozen=True)
class Engraving:
    """`pages` as trees; `places`: written position in quarters, page and element of everything that is struck."""

    pages: list[Tree]
    places: list[tuple[float, int, str]]
    measures: list[tuple[int, str]]


def engrave(path: Path, width: int) -> Engraving:
    """Engrave a score file without the marks that we wrote into it.

    Raises `ScoreError` when it cannot be read, `ModuleNotFoundError` when Verovio is not installed.
    """
    source = open_source(path)
    score = parse(source)
    toolkit = _toolkit(width)
    if not toolkit.loadData(musicxml_of(source, score)):
        raise ScoreError("the score cannot be engraved", where=path.name, cause="Verovio does not understand it")
    pages = [clean(toolkit.renderToSVG(n)) for n in range(1, toolkit.getPageCount() + 1)]
    places, measures = _places(toolkit, {name: n for n, page in enumerate(pages, 1) for name in _names(page)})
    return Engraving(pages, places, measures)


def musicxml_of(source: Source, score: Score) -> str:
    """The score as MusicXML, for the picture alone: as it stands, or from our own reading of another kind of file."""
    if source.format != "musicxml":
        return as_musicxml(score)
    bare = from_bytes(unmarked(source), source.name)
    return _decoded(bare.text)


def _decoded(text: bytes) -> str:
    """The document in Unicode and without its DOCTYPE, whose entities nobody shall resolve."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return str(etree.tostring(etree.fromstring(text, parser), encoding="unicode"))
    except etree.XMLSyntaxError as e:
        raise ScoreError("the score is not well-formed XML", cause=str(e)) from e


def _toolkit(width: int) -> Any:
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions({
        "adjustPageHeight": True, "breaks": "auto", "expandNever": True, "footer": "none", "header": "auto",
        "pageHeight": 2970, "pageMarginBottom": 40, "pageMarginLeft": 40, "pageMarginRight": 40, "pageMarginTop": 40,
        "pageWidth": width, "scale": 40, "svgRemoveXlink": True, "svgViewBox": True, "xmlIdSeed": 1,
    })  # fmt: skip
    return toolkit


def _names(tree: Tree) -> Iterator[str]:
    """The id of every element in a tree."""
    _, attributes, children = tree
    if "id" in attributes:
        yield attributes["id"]
    for child in children:
        if isinstance(child, list):
            yield from _names(child)


def _places(toolkit: Any, page_of: dict[str, int]) -> tuple[list[tuple[float, int, str]], list[tuple[int, str]]]:
    # Verovio's own answer to "on which page is this" takes 5 ms for every element.
    places: list[tuple[float, int, str]] = []
    measures: list[tuple[int, str]] = []
    for event in toolkit.renderToTimemap({"includeMeasures": True}):
        if (measure := event.get("measureOn")) in page_of:
            measures.append((page_of[measure], measure))
        first = next((name for name in event.get("on", ()) if name in page_of), None)
        if first is not None:
            places.append((float(event["qstamp"]), page_of[first], first))
    return places, measures


def clean(svg: str) -> Tree:
    """An SVG document as a tree of the elements and attributes that pass."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return _tree(etree.fromstring(svg.encode("utf-8"), parser))


def _tree(element: Any) -> Tree:
    children: list[Any] = [element.text] if element.text and element.text.strip() else []
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(_SVG) in TAGS:
            children.append(_tree(child))
        if child.tail and child.tail.strip():
            children.append(child.tail)
    attributes = {}
    for name, value in element.attrib.items():
        name = "href" if name == _XLINK else name
        if name in ATTRIBUTES and (name != "href" or _WITHIN.fullmatch(value)):
            attributes[name] = value
    return [element.tag.removeprefix(_SVG), attributes, children]
