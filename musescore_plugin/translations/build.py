"""Command line: from the table of words (`runtime.words`) to what MuseScore loads.

``locale_*.ts`` and ``.qm`` are for MuseScore 3, which finds them by itself; ``../lib/words.js`` holds the same words
for versions that do not. Needs Qt's ``lrelease`` (Debian: qttools5-dev-tools; PyPI: PySide6-Essentials). Exit status:
0 done, 1 not.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from runtime.words.table import languages, of_marks, texts

FOLDER = Path(__file__).resolve().parent
WORDS = FOLDER.parent / "lib" / "words.js"
CONTEXT = "Mezzoforte"
"""Under which name Qt looks all of them up."""
LANGUAGES = languages()[1:]
_COUNTRIES = {"de": "DE", "fr": "FR", "es": "ES", "zh": "CN"}


def ts(language: str) -> str:
    """The content of a translators' file."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language="{language}_{_COUNTRIES[language]}" sourcelanguage="en">',
        "<context>",
        f"    <name>{CONTEXT}</name>",
    ]
    for text, said in texts().items():
        source, translation = escape(text), escape(said[language])
        lines += ["    <message>", f"        <source>{source}</source>"]
        lines += [f"        <translation>{translation}</translation>", "    </message>"]
    return "\n".join([*lines, "</context>", "</TS>"]) + "\n"


def script() -> str:
    """The content of ``words.js``."""
    rows = ",\n".join(f"    {_json(text)}: {_json(said)}" for text, said in texts().items())
    return (
        "// Made from runtime/words/words.json by `make translations`.\n\n"
        f"var TEXTS = {{\n{rows}\n}};\nvar MARKS = {json.dumps(of_marks(), ensure_ascii=False, indent=1)};\n"
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def lrelease() -> str | None:
    """Qt's compiler of translations, where there is one."""
    return next((p for n in ("lrelease", "lrelease-qt5", "pyside6-lrelease") if (p := shutil.which(n))), None)


def main() -> int:
    """Write all of them; returns the exit status."""
    WORDS.write_text(script(), encoding="utf-8")
    for language in LANGUAGES:
        (FOLDER / f"locale_{language}.ts").write_text(ts(language), encoding="utf-8")
    compiler = lrelease()
    if compiler is None:
        message = "error: lrelease is not installed (Debian: qttools5-dev-tools, PyPI: PySide6-Essentials)"
        print(message, file=sys.stderr)
        return 1
    for language in LANGUAGES:
        source = FOLDER / f"locale_{language}.ts"
        run = subprocess.run([compiler, "-silent", str(source), "-qm", str(source.with_suffix(".qm"))], check=False)
        if run.returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
