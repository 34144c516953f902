"""Command line: from the translators' ``locale_*.ts`` to ``locale_*.qm`` and ``../lib/texts.js``.

MuseScore 3 loads ``translations/locale_XX.qm`` beside a plugin by itself; ``texts.js`` holds the same words for
programs that do not. Needs Qt's ``lrelease`` (Debian: qttools5-dev-tools). Exit status: 0 done, 1 not.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

FOLDER = Path(__file__).resolve().parent
TEXTS = FOLDER.parent / "lib" / "texts.js"
LANGUAGES = ("de", "fr", "es", "zh")
_HEAD = """// The dialog's words in other languages, for programs that load no translation files. Keys are English.
// Made from translations/*.ts by `make translations`.

"""
_TAIL = """
function lookup(text, locale) {
    var at = LANGUAGES.indexOf(String(locale).slice(0, 2));
    var row = TABLE[text];
    return at >= 0 && row ? row[at] : text;
}
"""


def words(language: str) -> dict[str, dict[str, str]]:
    """The finished translations of one language: context to English text to translation."""
    found: dict[str, dict[str, str]] = {}
    for context in ElementTree.parse(FOLDER / f"locale_{language}.ts").getroot().iter("context"):
        table = found.setdefault(context.findtext("name", ""), {})
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.get("type") is None and translation.text:
                table[message.findtext("source", "")] = translation.text
    return found


def texts() -> str:
    """The content of ``texts.js``: what is translated into every language."""
    tables = [words(language)["Panel"] for language in LANGUAGES]
    common = [text for text in tables[0] if all(text in table for table in tables)]
    rows = [
        f"    {json.dumps(t, ensure_ascii=False)}: {json.dumps([table[t] for table in tables], ensure_ascii=False)}"
        for t in common
    ]
    names = json.dumps(LANGUAGES)
    return f"{_HEAD}var LANGUAGES = {names};\nvar TABLE = {{\n" + ",\n".join(rows) + "\n};\n" + _TAIL


def main() -> int:
    """Write all of them; returns the exit status."""
    lrelease = shutil.which("lrelease") or shutil.which("lrelease-qt5")
    if lrelease is None:
        print("error: lrelease is not installed (Debian: qttools5-dev-tools)", file=sys.stderr)
        return 1
    for language in LANGUAGES:
        source = FOLDER / f"locale_{language}.ts"
        run = subprocess.run([lrelease, "-silent", str(source), "-qm", str(source.with_suffix(".qm"))], check=False)
        if run.returncode:
            return 1
    TEXTS.write_text(texts(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
