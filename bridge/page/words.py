"""The words of the page in every language, from the one table (`runtime.words`)."""

from __future__ import annotations

from typing import Any

from runtime.words.table import languages, of_marks, texts


def words() -> dict[str, Any]:
    """``{"languages", "texts": {English: {language: translation}}, "marks"}``."""
    return {"languages": languages(), "texts": texts(), "marks": of_marks()}
