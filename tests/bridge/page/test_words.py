"""The page says everything in five languages."""

from __future__ import annotations

import json
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


def test_every_text_of_the_page_is_in_the_table_and_nothing_else_is_translated_twice() -> None:
    texts = words.words()["texts"]
    assert len(said()) > 60 and not said() - set(texts)
    own = json.loads(words.OWN.read_text(encoding="utf-8"))
    shared = json.loads(words.SHARED.read_text(encoding="utf-8"))["Panel"]
    assert not set(own) & set(shared)


def test_every_translation_is_complete_and_keeps_the_values() -> None:
    for english, row in json.loads(words.OWN.read_text(encoding="utf-8")).items():
        assert set(row) == set(words.LANGUAGES) - {"en"} and all(row.values()), english
        for text in row.values():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english)), text
