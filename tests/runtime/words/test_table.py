"""One table: complete in every language, with the values of the English, in order, and nothing that nobody says."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import bridge
import musescore_plugin.translations.build as build
import runtime
from runtime.words.table import WORDS, languages, table, texts

BRIDGE, RUNTIME = (Path(module.__file__ or "").parent for module in (bridge, runtime))
PLUGIN = Path(build.__file__).parents[1]
_VALUE = re.compile(r"{\w*}")


def test_every_text_is_there_in_every_language_with_the_values_of_the_english() -> None:
    for english, row in texts().items():
        assert tuple(row) == languages()[1:] and all(row.values()), english
        for said in row.values():
            assert sorted(_VALUE.findall(said)) == sorted(_VALUE.findall(english)), said
            if "{}" not in english:
                assert not said.startswith(" ") and not said.endswith(" "), said


def test_texts_stand_in_the_order_of_the_alphabet_and_none_twice() -> None:
    pairs = json.loads(WORDS.read_text(encoding="utf-8"), object_pairs_hook=list)
    english = [text for text, _ in dict(pairs)["texts"]]
    assert english == sorted(set(english), key=lambda text: (text.lower(), text))


def test_nothing_is_in_the_table_that_nobody_says() -> None:
    sources = [
        *PLUGIN.rglob("*.qml"), *PLUGIN.rglob("*.js"), *BRIDGE.rglob("*.js"), *BRIDGE.rglob("*.html"),
        *BRIDGE.rglob("*.py"), *RUNTIME.rglob("*.py"),
    ]  # fmt: skip
    code = "".join(p.read_text(encoding="utf-8") for p in sources if p != build.WORDS)
    assert [text for text in texts() if not _is_said(text, code)] == []


def _is_said(text: str, code: str) -> bool:
    """Whether the code has the text; the parts of a sentence with values stand apart there."""
    if "{}" not in text:
        return f'"{text}"' in code
    return all(part.strip(" :") in code for part in re.split(r"{}|semitones? |(?:higher|lower) | \(", text))


def _literals(path: Path) -> list[str]:
    """What a module's refusals say, values as {}."""
    out = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refusal", "JobFailed", "_silent"):
            for said in node.args:
                if isinstance(said, ast.JoinedStr):
                    parts = (str(v.value) if isinstance(v, ast.Constant) else "{}" for v in said.values)
                    out.append("".join(parts))
                elif isinstance(said, ast.Constant) and isinstance(said.value, str):
                    out.append(said.value)
    return [text for text in out if " " in text]


@pytest.mark.parametrize("module", ["recording", "child", "jobs", "player"])
def test_what_the_bridge_says_to_people_is_in_the_table(module: str) -> None:
    said = _literals(BRIDGE / "api" / f"{module}.py")
    assert said and [text for text in said if text not in texts()] == []


def test_marks_have_their_words_in_the_same_languages() -> None:
    assert set(table()) == {"languages", "texts", "reasons", "parts", "clearness"}
