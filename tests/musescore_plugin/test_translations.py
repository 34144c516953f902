"""Every word of the dialog is there in every language, in all the forms in which programs look for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bridge.install_plugin import ENTRY, install
from musescore_plugin.translations import build
from tests.musescore_plugin.musescore import PROGRAM, SMALL, environment, needs_musescore

PLUGIN = Path(build.__file__).parents[1]
CONTEXTS = {"Panel", Path(ENTRY).stem}


def _said(folder: Path) -> dict[str, set[str]]:
    """The texts that the code hands to translation, by context."""
    panel = (folder / "ui" / "Panel.qml").read_text(encoding="utf-8")
    shown = set(re.findall(r'\btr\("([^"]+)"\)', panel))
    for name in ("plan", "session", "client"):
        code = (folder / "lib" / f"{name}.js").read_text(encoding="utf-8")
        shown |= set(re.findall(r'\btr\("([^"]+)"\)', code))
        for text in re.findall(r'(?:message: |advice: |why = |\? |: )"([^"]+)"', code):
            if " " in text and text[-1] not in "<>":  # hairpins are shown as they are printed
                shown.add(text)
    entries = [p.read_text(encoding="utf-8") for p in folder.glob("*.qml")]
    return {"Panel": shown, Path(ENTRY).stem: {t for e in entries for t in re.findall(r'qsTr\("([^"]+)"\)', e)}}


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_every_text_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    said, there = _said(PLUGIN), build.words(language)
    assert set(there) == set(said) == CONTEXTS
    for context, texts in said.items():
        assert texts <= set(there[context]), texts - set(there[context])
    code = "".join(p.read_text(encoding="utf-8") for p in PLUGIN.rglob("*") if p.suffix in (".qml", ".js"))
    code = code.replace(build.TEXTS.read_text(encoding="utf-8"), "")
    assert [t for table in there.values() for t in table if json.dumps(t, ensure_ascii=False) not in code] == []


def test_the_words_for_programs_without_translation_files_are_the_same() -> None:
    assert build.TEXTS.read_text(encoding="utf-8") == build.texts()


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_compiled_file_holds_every_translation(language: str) -> None:
    compiled = (build.FOLDER / f"locale_{language}.qm").read_bytes()
    for table in build.words(language).values():
        for translation in table.values():
            assert translation.encode("utf-16-be") in compiled, translation


@pytest.mark.parametrize("language", build.LANGUAGES)
@pytest.mark.skipif(shutil.which("lrelease") is None, reason="lrelease is not installed (Debian: qttools5-dev-tools)")
def test_the_compiled_file_is_what_the_translators_file_gives(tmp_path: Path, language: str) -> None:
    fresh = tmp_path / "fresh.qm"
    source = build.FOLDER / f"locale_{language}.ts"
    subprocess.run(["lrelease", "-silent", str(source), "-qm", str(fresh)], check=True, timeout=60)
    assert fresh.read_bytes() == (build.FOLDER / f"locale_{language}.qm").read_bytes()


_ASK = """import QtQuick 2.9
import MuseScore 3.0
import FileIO 3.0
MuseScore {
    menuPath: "Plugins.ask"
    FileIO { id: file }
    onRun: {
        file.source = file.homePath() + "/said.txt";
        file.write(qsTranslate("Panel", "Remove my marks"));
        Qt.quit();
    }
}
"""


@needs_musescore
@pytest.mark.parametrize(("locale", "language"), [("de_DE", "de"), ("zh_CN", "zh"), ("sv_SE", "")])
def test_a_real_musescore_loads_the_language_of_its_user(tmp_path: Path, locale: str, language: str) -> None:
    plugin = install(3, tmp_path / "plugins")
    (plugin / "ask.qml").write_text(_ASK)
    assert PROGRAM is not None
    subprocess.run(
        [PROGRAM, "-p", str(plugin / "ask.qml"), str(SMALL)],
        env={**os.environ, **environment(tmp_path), "LANG": f"{locale}.UTF-8", "LC_ALL": f"{locale}.UTF-8"},
        capture_output=True, timeout=300,
    )  # fmt: skip
    english = "Remove my marks"
    expected = build.words(language)["Panel"][english] if language else english
    assert (tmp_path / "said.txt").read_text(encoding="utf-8") == expected
