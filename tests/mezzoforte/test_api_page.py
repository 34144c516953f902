"""Every example of docs/api.md runs, in order, as it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import soundfile

from mezzoforte import api
from tests.mezzoforte.wheel import ROOT

PAGE = ROOT / "docs" / "api.md"


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples, rate_hz = soundfile.read(ROOT / "examples" / "minuet.ogg", dtype="float32")
    soundfile.write(tmp_path / "take.flac", samples, rate_hz)
    shutil.copyfile(ROOT / "examples" / "minuet.musicxml", tmp_path / "piece.musicxml")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert len(blocks) == 7
    wanted = ["take.json", "take.mid", "take.csv", "label track", "piece_marked.musicxml", "notes.mid", "take.musicxml"]
    assert all((tmp_path / name).stat().st_size > 1000 for name in wanted)


def test_the_page_names_every_function() -> None:
    text = PAGE.read_text(encoding="utf-8")
    functions = [
        n for n, f in vars(api).items() if callable(f) and not n.startswith("_") and f.__module__ == api.__name__
    ]
    assert len(functions) == 8 and all(f"`{name}`" in text or f"mezzoforte.{name}(" in text for name in functions)
