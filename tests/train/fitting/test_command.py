"""Commands of `train`, `export` and `benchmarks` end with one sentence where a file cannot be used."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from train.fitting.command import Command


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path)


def _run(args: Namespace) -> None:
    json.loads(args.file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("content", "told"), [(None, "no such file"), ("{", "no JSON")])
def test_a_file_that_cannot_be_used_ends_the_command_with_one_sentence(
    content: str | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["command", str(path)])
    with pytest.raises(SystemExit) as left:
        Command(_add_options, _run)()
    lines = capsys.readouterr().err.splitlines()
    assert left.value.code == 1 and len(lines) == 1 and lines[0].startswith("error: ") and told in lines[0]
