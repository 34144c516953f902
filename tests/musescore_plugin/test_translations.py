"""Every word of the dialog is there in every language, in all the forms in which programs look for it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from bridge.install_plugin import install
from musescore_plugin.translations import build
from runtime.words.table import texts
from tests.musescore_plugin.musescore import PROGRAM, SMALL, environment, needs_musescore

PLUGIN = Path(build.__file__).parents[1]


def _said() -> set[str]:
    """The texts that the plugin hands to translation."""
    found: set[str] = set()
    for path in [*PLUGIN.glob("*.qml"), *PLUGIN.glob("*/*.qml"), *PLUGIN.glob("lib/*.js")]:
        code = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'\b(?:tr\(|qsTranslate\("Mezzoforte", )"([^"]+)"\)', code))
        if path.stem in ("plan", "session", "client"):
            for text in re.findall(r'(?:message: |advice: |why = |\? |: )"([^"]+)"', code):
                if " " in text and text[0] not in "<>":  # hairpins are shown as they are printed
                    found.add(text)
    return found


def test_every_text_of_the_dialog_is_in_the_table() -> None:
    assert len(_said()) > 80 and _said() - set(texts()) == set()


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_translators_file_is_what_the_table_gives(language: str) -> None:
    assert (build.FOLDER / f"locale_{language}.ts").read_text(encoding="utf-8") == build.ts(language)


def test_the_words_for_versions_without_translation_files_are_the_same() -> None:
    assert build.WORDS.read_text(encoding="utf-8") == build.script()


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_the_compiled_file_holds_every_translation(language: str) -> None:
    compiled = (build.FOLDER / f"locale_{language}.qm").read_bytes()
    for translations in texts().values():
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
        file.write(qsTranslate("Mezzoforte", "Close"));
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
    expected = texts()[english][language] if language else english
    assert (tmp_path / "said.txt").read_text(encoding="utf-8") == expected
