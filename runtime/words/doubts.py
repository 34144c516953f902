"""What is unsure about beats and bars, in words: the key of a remedy with its values, in every language.

| key | values |
|---|---|
| ``half`` | n: beats a minute then |
| ``metre`` | n: beats in a bar |
| ``tap``, ``count``, ``line`` | first, last: from where to where beats, or bars, are least sure, as 1:05 |
"""

from __future__ import annotations

from collections.abc import Mapping

from runtime.words.table import texts

TEXTS: Mapping[str, str] = {
    "half": "the beats may go twice as fast as the music: half as many would be {n} a minute",
    "metre": "bars may have {n} beats",
    "tap": "the beats are not sure, least of all from {first} to {last}: tap a few bars there",
    "count": "how many beats a bar has is not sure, least of all from {first} to {last}: count there",
    "line": "where bars begin is not sure, least of all from {first} to {last}: set one bar line there",
}


def doubt(key: str, values: Mapping[str, int | str], language: str = "en") -> str:
    """A clause without its full stop. Languages that are not in the table are said in English. Raises `KeyError` for an
    unknown key or a missing value."""
    english = TEXTS[key]
    return texts()[english].get(language[:2].lower(), english).format_map(values)
