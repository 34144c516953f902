"""The words of the page in every language.

What the page alone says stands in ``words.json`` beside this module; what it shares with the MuseScore plugin, such as
the sentences of errors, is taken from the plugin's table, and what marks say from ``runtime/marks/words.json``.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from bridge.mext import PLUGIN
from runtime.marks import words as marks

OWN = Path(__file__).with_name("words.json")
SHARED = PLUGIN / "translations" / "words.json"
LANGUAGES = ("en", "de", "fr", "es", "zh")


@functools.cache
def words() -> dict[str, Any]:
    """``{"languages", "texts": {English: {language: translation}}, "marks"}``."""
    shared = json.loads(SHARED.read_text(encoding="utf-8"))["Panel"]
    own = json.loads(OWN.read_text(encoding="utf-8"))
    return {"languages": LANGUAGES, "texts": {**shared, **own}, "marks": marks.table()}
