"""The command `mezzoforte`: every subcommand answers, mistakes are told in one line."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from mezzoforte import __version__
from mezzoforte.command import EXTRAS, SUBCOMMANDS, Subcommand, main
from tests import stub_model
from tests.mezzoforte.wheel import ROOT
from tests.runtime.command import environment, run_python

EXAMPLES = ROOT / "examples"


def stopped(words: list[str]) -> int:
    """The status with which the command line's parser ends the program."""
    with pytest.raises(SystemExit) as e:
        main(words)
    return int(e.value.code or 0)


@pytest.mark.parametrize("words", [["--help"], []])
def test_help_lists_every_subcommand_with_examples(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped(words) == 0
    said = capsys.readouterr().out
    assert all(f"  {name} " in said and sub.about in said for name, sub in SUBCOMMANDS.items())
    assert "mezzoforte analyze take.flac" in said and max(map(len, said.splitlines())) <= 100


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped(["--version"]) == 0
    assert capsys.readouterr().out == f"mezzoforte {__version__}\n"


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_has_help_under_its_own_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: mezzoforte {name} ")


@pytest.mark.parametrize("words", [["analyse"], ["--nothing"], ["analyze"], ["score", "take.wav"], ["plugin", "mend"]])
def test_a_mistyped_command_line_is_a_usage_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(words)
    except SystemExit as e:
        status = int(e.code or 0)
    assert status == 2 and "usage: mezzoforte" in capsys.readouterr().err


def test_a_package_that_is_missing_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name="pythonosc.osc_message")

    monkeypatch.setattr(importlib, "import_module", missing)
    assert EXTRAS["pythonosc"] == "bridge" and main(["send", "x.json"]) == 2
    assert "pip install 'mezzoforte[bridge]'" in capsys.readouterr().err


def test_a_mistake_of_ours_is_not_taken_for_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SUBCOMMANDS, "send", Subcommand("runtime.no_such_module:main", ""))
    with pytest.raises(ModuleNotFoundError):
        main(["send"])


def test_a_score_is_marked_and_cleared_again(tmp_path: Path) -> None:
    score, marked, clean = EXAMPLES / "minuet.musicxml", tmp_path / "marked.musicxml", tmp_path / "clean.musicxml"
    card = stub_model.write_stub(tmp_path)
    code = "import sys; from mezzoforte.command import main; sys.exit(main(sys.argv[1:]))"
    words = ["score", EXAMPLES / "minuet.ogg", score, "--out", marked, "--model", card]
    ran = run_python(tmp_path, code, words)
    assert ran.status == 0 and f"written: {marked}" in ran.err, ran.err
    assert marked.read_bytes() != score.read_bytes()
    ran = run_python(tmp_path, code, ["score", "--remove", marked, "--out", clean])
    assert ran.status == 0 and clean.read_bytes() == score.read_bytes(), ran.err
    plan = run_python(tmp_path, code, [*words[:3], "--format", "plan", "--model", card, "--quiet"])
    (tmp_path / "plan.json").write_bytes(plan.out)
    ran = run_python(tmp_path, code, ["score", "--apply", tmp_path / "plan.json", score, "--out", clean])
    assert ran.status == 0 and clean.read_bytes() == marked.read_bytes(), ran.err


def test_python_m_mezzoforte_is_the_command(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mezzoforte", "--version"]
    ran = subprocess.run(words, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (0, f"mezzoforte {__version__}\n")
