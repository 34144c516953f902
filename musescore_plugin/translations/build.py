"""Command line: from the tables of words to what programs load: ``locale_*.ts``, ``.qm`` and ``../lib/texts.js``.

The words stand in two tables: `WORDS` has what the dialog says (context, English, other languages), and
``runtime/marks/words.json`` what marks say, which the command line and other pages read too. MuseScore 3 loads
``locale_XX.qm`` by itself; ``texts.js`` holds the same words for programs that do not. Needs Qt's ``lrelease`` (Debian:
qttools5-dev-tools; PyPI: PySide6-Essentials). Exit status: 0 done, 1 not.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from runtime.marks import words as marks

FOLDER = Path(__file__).resolve().parent
WORDS = FOLDER / "words.json"
TEXTS = FOLDER.parent / "lib" / "texts.js"
LANGUAGES = ("de", "fr", "es", "zh")
_COUNTRIES = {"de": "DE", "fr": "FR", "es": "ES", "zh": "CN"}
_HEAD = """// The words of dialog and marks in every language. Keys of TABLE are English.
// Made from translations/words.json and runtime/marks/words.json by `make translations`.

"""
_TAIL = """
function lookup(text, locale) {
    var at = LANGUAGES.indexOf(String(locale).slice(0, 2));
    if (at < 0)
        return text;
    return TABLE[text] ? TABLE[text][at] : sentence(text, at);
}

// A sentence of the bridge with values in it: keys have {} there, in the order of all languages.
function sentence(text, at) {
    for (var key in TABLE) {
        if (key.indexOf("{}") < 0)
            continue;
        var pattern = key.split("{}").map(function (part) { return part.replace(/[.*+?^$()|[\\]\\\\]/g, "\\\\$&"); });
        var values = RegExp("^" + pattern.join("(.+)") + "$").exec(text);
        if (values) {
            var said = 0;
            return TABLE[key][at].replace(/{}/g, function () { said += 1; return values[said]; });
        }
    }
    return text;
}

function known(locale) {
    var code = String(locale).slice(0, 2).toLowerCase();
    return MARKS.languages.indexOf(code) >= 0 ? code : "en";
}

function filled(text, values) {
    return text.replace(/{(\\w+)}/g, function (_, name) { return values[name]; });
}

// What was heard, as `runtime.marks.words.reason` says it.
function reason(key, values, locale) {
    var row = MARKS.reasons[key];
    var language = known(locale);
    if (!row)
        return "";
    var parts = {};
    row.values.forEach(function (name) { parts[name] = String(values[name]); });
    if ("steps" in parts)
        parts.steps = counted("steps", Number(values.steps), "little", language);
    if ("bars" in parts)
        parts.bars = counted("bars", Number(values.bars), "half", language);
    if ("db" in parts)
        parts.db = filled(MARKS.parts.db.many[language], { n: rounded(Number(values.db)) });
    if ("first_bar" in parts)
        parts.range = filled(MARKS.parts.range[parts.first_bar === parts.last_bar ? "one" : "many"][language],
                             { first: parts.first_bar, last: parts.last_bar });
    return filled(row[language], parts);
}

function counted(name, number, small, language) {
    var n = rounded(number);
    return filled(MARKS.parts[name][number < 0.75 ? small : n === 1 ? "one" : "many"][language], { n: n });
}

function rounded(number) {
    return Math.max(1, Math.floor(number + 0.5));
}

function clearness(word, locale) {
    return MARKS.clearness[word] ? MARKS.clearness[word][known(locale)] : "";
}
"""


def words() -> dict[str, dict[str, dict[str, str]]]:
    """The dialog's words: context to English text to language to translation."""
    table: dict[str, dict[str, dict[str, str]]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return table


def ts(language: str) -> str:
    """The content of a translators' file."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language="{language}_{_COUNTRIES[language]}" sourcelanguage="en">',
    ]
    for context, table in words().items():
        lines += ["<context>", f"    <name>{context}</name>"]
        for text, said in table.items():
            source, translation = escape(text), escape(said[language])
            lines += ["    <message>", f"        <source>{source}</source>"]
            lines += [f"        <translation>{translation}</translation>", "    </message>"]
        lines.append("</context>")
    return "\n".join([*lines, "</TS>"]) + "\n"


def texts() -> str:
    """The content of ``texts.js``."""
    rows = [
        f"    {json.dumps(t, ensure_ascii=False)}: {json.dumps([said[x] for x in LANGUAGES], ensure_ascii=False)}"
        for t, said in words()["Panel"].items()
    ]
    table = "var TABLE = {\n" + ",\n".join(rows) + "\n};\n"
    said = "var MARKS = " + json.dumps(marks.table(), ensure_ascii=False, indent=1) + ";\n"
    return f"{_HEAD}var LANGUAGES = {json.dumps(LANGUAGES)};\n{table}{said}{_TAIL}"


def lrelease() -> str | None:
    """Qt's compiler of translations, where there is one."""
    return next((p for n in ("lrelease", "lrelease-qt5", "pyside6-lrelease") if (p := shutil.which(n))), None)


def main() -> int:
    """Write all of them; returns the exit status."""
    TEXTS.write_text(texts(), encoding="utf-8")
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
