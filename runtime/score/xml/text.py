"""XML as text: a light tree whose elements know their byte positions, and edits at those positions.

A serialiser rewrites attribute order, quotes, line ends, the document type or the encoding. A score that
somebody engraved must come back untouched except for the marks, so files are parsed for *positions* and
edited as text.

Safety: entity declarations are refused before they can be expanded, nothing outside the file is ever
fetched, and size, depth and element count are bounded.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from runtime.errors import ScoreError

MAX_BYTES = 50 * 1024 * 1024
MAX_DEPTH = 100
MAX_ELEMENTS = 5_000_000

_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Decoders that Python ships but that are no character encodings, or that can hide markup from a filter.
_ALLOWED = frozenset(
    ["utf-8", "utf-16-le", "utf-16-be", "ascii", "cp1250", "cp1251", "cp1252", "cp932"]
    + ["shift_jis", "euc_jp", "gb18030"]
    + [f"iso8859-{n}" for n in range(1, 17) if n != 12]
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Element:
    """One element; ``start``..``end`` are its bytes, ``inner``..``inner_end`` the bytes between its tags."""

    tag: str
    attributes: dict[str, str]
    start: int
    inner: int = 0
    inner_end: int = 0
    end: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def find(self, path: str) -> Element | None:
        """The first descendant at a path of tags separated by ``/``, or None."""
        head, _, rest = path.partition("/")
        for child in self.children:
            if child.tag == head:
                found = child.find(rest) if rest else child
                if found is not None:
                    return found
        return None

    def findall(self, tag: str) -> Iterator[Element]:
        """The children with this tag."""
        return (c for c in self.children if c.tag == tag)

    def value(self, path: str, default: str = "") -> str:
        """The stripped text of the first descendant at `path`, or `default`."""
        found = self.find(path)
        return default if found is None else found.text.strip()

    def iter(self) -> Iterator[Element]:
        """This element and all below it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))


@dataclass(frozen=True, slots=True)
class Replacement:
    """Bytes ``start``..``end`` of a document become `text` (``start == end``: an insertion)."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """A processing instruction ``<?target data?>`` and its bytes."""

    target: str
    data: str
    start: int
    end: int


class XmlDocument:
    """A parsed document that gives back its original bytes except where it is told to edit."""

    def __init__(self, data: bytes, where: str) -> None:
        """Parse `data`; `where` names the file in messages.

        Raises `ScoreError` when it is not well-formed, too large, too deep, declares entities, or is in
        an encoding that cannot be given back byte for byte.
        """
        if len(data) > MAX_BYTES:
            raise ScoreError(
                f"{len(data) / 2**20:.0f} MiB of XML, more than the {MAX_BYTES // 2**20} MiB allowed",
                where=where,
                advice="Split the score into movements",
            )
        self.where = where
        self._bom, self._encoding = _encoding(data, where)
        self.utf8 = self._to_utf8(data)
        self.instructions: list[Instruction] = []
        self.root = _Builder(self).root

    def _to_utf8(self, data: bytes) -> bytes:
        body = data[len(self._bom) :]
        try:
            utf8 = body.decode(self._encoding).encode()
        except (UnicodeError, LookupError) as e:
            raise ScoreError(f"the text is not valid {self._encoding}", where=self.where, cause="a damaged file") from e
        if self._from_utf8(utf8) != data:
            raise ScoreError(
                f"the file cannot be rewritten in its own encoding ({self._encoding})",
                where=self.where,
                advice="Save it as UTF-8 and try again",
            )
        return utf8

    def _from_utf8(self, utf8: bytes) -> bytes:
        return self._bom + utf8.decode().encode(self._encoding)

    def edited(self, replacements: Iterable[Replacement]) -> bytes:
        """The document's bytes with the replacements made; everything else is unchanged.

        Replacements at the same position keep their order. Raises `ValueError` when two overlap.
        """
        out: list[bytes] = []
        position = 0
        for r in sorted(replacements, key=lambda r: (r.start, r.end)):
            if r.start < position:
                raise ValueError(f"replacement at byte {r.start} overlaps the one ending at {position}")
            out += [self.utf8[position : r.start], r.text.encode()]
            position = r.end
        out.append(self.utf8[position:])
        return self._from_utf8(b"".join(out))

    def indent_before(self, position: int) -> str:
        """The white space between the preceding tag and `position` ('' when other text stands there)."""
        gap = self.utf8[self.utf8.rfind(b">", 0, position) + 1 : position]
        return "" if gap.strip(b" \t\r\n") else gap.decode()


def _encoding(data: bytes, where: str) -> tuple[bytes, str]:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return bom, name
    if data[:4] in (b"<\0?\0", b"\0<\0?"):
        return b"", "utf-16-le" if data[0] else "utf-16-be"
    match = _DECLARATION.match(data[:200])
    label = match.group(1).decode("ascii") if match else "utf-8"
    try:
        name = codecs.lookup(label).name
    except LookupError:
        name = label
    if name not in _ALLOWED:
        raise ScoreError(
            f"the encoding {label!r} is not supported", where=where, advice="Save it as UTF-8 and try again"
        )
    return b"", name


class _Builder:
    """Expat handlers that build the tree."""

    def __init__(self, document: XmlDocument) -> None:
        self._document = document
        self._data = document.utf8
        self._stack: list[Element] = []
        self._count = 0
        self._roots: list[Element] = []
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.ProcessingInstructionHandler = self._instruction
        try:
            parser.Parse(self._data, True)
        except expat.ExpatError as e:
            raise ScoreError(
                f"not well-formed XML: {expat.ErrorString(e.code)}",
                where=f"{document.where}, line {e.lineno}",
                cause="a damaged or unfinished file",
            ) from e
        self.root = self._roots[0]

    def _refuse(self, what: str, cause: str = "the file was made to exhaust a reader") -> ScoreError:
        line = self._parser.CurrentLineNumber
        return ScoreError(what, where=f"{self._document.where}, line {line}", cause=cause)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._stack) >= MAX_DEPTH:
            raise self._refuse(f"elements are nested more than {MAX_DEPTH} deep")
        if self._count > MAX_ELEMENTS:
            raise self._refuse(f"more than {MAX_ELEMENTS} elements")
        start = self._parser.CurrentByteIndex
        element = Element(tag, attributes, start, _tag_end(self._data, start))
        (self._stack[-1].children if self._stack else self._roots).append(element)
        self._stack.append(element)

    def _end(self, tag: str) -> None:
        element = self._stack.pop()
        if self._data[element.inner - 2 : element.inner] == b"/>":
            element.inner_end = element.end = element.inner
        else:
            element.inner_end = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.inner_end) + 1

    def _text(self, text: str) -> None:
        self._stack[-1].text += text

    def _instruction(self, target: str, data: str) -> None:
        start = self._parser.CurrentByteIndex
        end = self._data.index(b"?>", start) + 2
        self._document.instructions.append(Instruction(target, data, start, end))

    def _entity(self, name: str, *_: object) -> None:
        raise self._refuse(
            f"the file declares the entity {name!r}", "a file made to attack readers; scores need no entities"
        )


def _tag_end(data: bytes, start: int) -> int:
    """The position after the ``>`` that closes the start tag at `start` (quoted ``>`` do not count)."""
    end = data.index(b">", start) + 1
    while True:
        tag = data[start:end]
        if b"'" not in tag and tag.count(b'"') % 2 == 0:
            return end
        unquoted = re.sub(rb"\"[^\"]*\"|'[^']*'", b"", tag)
        if b'"' not in unquoted and b"'" not in unquoted:
            return end
        end = data.index(b">", end) + 1
