"""Every word of the dialog is there in every language, in all the forms in which programs look for it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

import bridge
import runtime
from bridge.install_plugin import ENTRY, install
from musescore_plugin.translations import build
from tests.musescore_plugin.musescore import PROGRAM, SMALL, environment, needs_musescore

PLUGIN = Path(build.__file__).parents[1]
BRIDGE, RUNTIME = (Path(module.__file__ or "").parent for module in (bridge, runtime))
CONTEXTS = {"Panel", Path(ENTRY).stem}


def _said(folder: Path) -> dict[str, set[str]]:
    """The texts that the code hands to translation, by context."""
    panel = (folder / "ui" / "Panel.qml").read_text(encoding="utf-8")
    shown = set(re.findall(r'\btr\("([^"]+)"\)', panel))
    for name in ("plan", "session", "client"):
        code = (folder / "lib" / f"{name}.js").read_text(encoding="utf-8")
        shown |= set(re.findall(r'\btr\("([^"]+)"\)', code))
        for text in re.findall(r'(?:message: |advice: |why = |\? |: )"([^"]+)"', code):
            if " " in text and text[0] not in "<>":  # hairpins are shown as they are printed
                shown.add(text)
    entries = [p.read_text(encoding="utf-8") for p in folder.glob("*.qml")]
    return {"Panel": shown, Path(ENTRY).stem: {t for e in entries for t in re.findall(r'qsTr\("([^"]+)"\)', e)}}


def test_every_text_is_in_the_table_in_every_language_and_none_is_left_over() -> None:
    said, there = _said(PLUGIN), build.words()
    assert set(there) == set(said) == CONTEXTS
    for context, texts in said.items():
        assert texts <= set(there[context]), texts - set(there[context])
        for text, translations in there[context].items():
            assert set(translations) == set(build.LANGUAGES) and all(translations.values()), text
    sources = [*PLUGIN.rglob("*.qml"), *PLUGIN.rglob("*.js"), *BRIDGE.rglob("*.py"), *RUNTIME.rglob("*.py")]
    code = "".join(p.read_text(encoding="utf-8") for p in sources if p != build.TEXTS)
    assert [t for table in there.values() for t in table if not _is_said(t, code)] == []


def _is_said(text: str, code: str) -> bool:
    """Whether the code has the text; the parts of a sentence with values stand apart there."""
    if "{}" not in text:
        return f'"{text}' in code
    return all(part.strip(" :") in code for part in re.split(r"{}|semitones? |(?:higher|lower) | \(", text))


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_translators_file_is_what_the_table_gives(language: str) -> None:
    assert (build.FOLDER / f"locale_{language}.ts").read_text(encoding="utf-8") == build.ts(language)


def test_the_words_for_programs_without_translation_files_are_the_same() -> None:
    assert build.TEXTS.read_text(encoding="utf-8") == build.texts()


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_compiled_file_holds_every_translation(language: str) -> None:
    compiled = (build.FOLDER / f"locale_{language}.qm").read_bytes()
    for table in build.words().values():
        for translations in table.values():
            assert translations[language].encode("utf-16-be") in compiled, translations


@pytest.mark.parametrize("language", build.LANGUAGES)
@pytest.mark.skipif(build.lrelease() is None, reason="lrelease is not installed (Debian: qttools5-dev-tools)")
def test_the_compiled_file_is_what_the_translators_file_gives(tmp_path: Path, language: str) -> None:
    fresh = tmp_path / "fresh.qm"
    source = build.FOLDER / f"locale_{language}.ts"
    compiler = build.lrelease()
    assert compiler is not None
    subprocess.run([compiler, "-silent", str(source), "-qm", str(fresh)], check=True, timeout=60)
    assert fresh.read_bytes() == (build.FOLDER / f"locale_{language}.qm").read_bytes()


_ASK = """import QtQuick 2.9
import MuseScore 3.0
import FileIO 3.0
MuseScore {
    menuPath: "Plugins.ask"
    FileIO { id: file }
    onRun: {
        file.source = file.homePath() + "/said.txt";
        file.write(qsTranslate("Panel", "Close"));
        Qt.quit();
    }
}
"""


@needs_musescore
@pytest.mark.parametrize(("locale", "language"), [("de_DE", "de"), ("zh_CN", "zh"), ("sv_SE", "")])
def test_a_real_musescore_loads_the_language_of_its_user(tmp_path: Path, locale: str, language: str) -> None:
    plugin = install("3", tmp_path / "plugins")
    (plugin / "ask.qml").write_text(_ASK)
    assert PROGRAM is not None
    subprocess.run(
        [PROGRAM, "-p", str(plugin / "ask.qml"), str(SMALL)],
        env={**os.environ, **environment(tmp_path), "LANG": f"{locale}.UTF-8", "LC_ALL": f"{locale}.UTF-8"},
        capture_output=True, timeout=300,
    )  # fmt: skip
    english = "Close"
    expected = build.words()["Panel"][english][language] if language else english
    assert (tmp_path / "said.txt").read_text(encoding="utf-8") == expected
