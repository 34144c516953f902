"""The table of words.

`WORDS` is ``{"languages", "texts", "reasons", "parts", "clearness"}``. ``texts`` has what dialog and page say, English
to ``{language: translation}``; where a sentence of the bridge or of an analysis has values in it, {} stands for them in
the order of all languages. The other three are what is said of marks, see `runtime.words.marks`.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words.json")


@functools.cache
def table() -> dict[str, Any]:
    """The content of `WORDS`."""
    content: dict[str, Any] = json.loads(WORDS.read_text(encoding="utf-8"))
    return content


def languages() -> tuple[str, ...]:
    """The codes of all languages; English, which the others are looked up by, is the first."""
    return tuple(table()["languages"])


def texts() -> dict[str, dict[str, str]]:
    """English to every other language's translation."""
    found: dict[str, dict[str, str]] = table()["texts"]
    return found


def of_marks() -> dict[str, Any]:
    """What is said of marks: ``{"languages", "reasons", "parts", "clearness"}``."""
    return {name: content for name, content in table().items() if name != "texts"}
