"""The page says everything in five languages."""

from __future__ import annotations

import re

from bridge.page import words
from bridge.page.static import FOLDER


def said() -> set[str]:
    """Every text in the page and its scripts."""
    found = set(re.findall(r'data-text="([^"]+)"', (FOLDER / "index.html").read_text(encoding="utf-8")))
    for path in FOLDER.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'\bt\("([^"]+)"', text))
        for first, second in re.findall(r'\bt\([^"()]*\? "([^"]+)" : "([^"]+)"\)', text):
            found |= {first, second}
    return found


def test_every_text_of_the_page_is_in_the_table() -> None:
    assert len(said()) > 60 and said() - set(words.words()["texts"]) == set()
