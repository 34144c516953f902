"""The worked examples of CONTRIBUTING.md do what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import runtime.write as writing
import runtime.write.text as text_formats
from runtime.transcribe import registry, transcription
from tests.runtime.write.takes import take

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
FORMAT, CORPUS, TRANSCRIBER = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)


def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(code, str(PAGE), "exec"), names)
    return names


def test_a_format_added_as_told_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, entry = FORMAT.partition("# runtime/write/__init__.py, in WRITERS\n")
    names = run(code, {**vars(text_formats), "Writer": writing.Writer})
    monkeypatch.setattr(writing, "WRITERS", writing.WRITERS | eval("{" + entry + "}", names))
    analysis = take(20.0)
    rows = writing.save(analysis, tmp_path / "take.clicks.txt", "clicks").read_text().splitlines()
    assert len(rows) == len(analysis.beats) and sum(r.endswith("down") for r in rows) == len(analysis.downbeats)


def test_a_corpus_added_as_told_is_read_and_damage_is_named(tmp_path: Path) -> None:
    pytest.importorskip("mir_eval", reason="needs what training needs")
    from train.data import errors, items
    from train.data.corpora.asap import beat_labels
    from train.data.errors import DataError
    from train.data.labels.annotations import read_annotation

    known = {"Path": Path, "beat_labels": beat_labels, "read_annotation": read_annotation}
    read = run(CORPUS, {**vars(items), **vars(errors), **known})["read_waltzes"]
    with pytest.raises(DataError, match="not the folder of the Waltz set"):
        read(tmp_path)
    (tmp_path / "midi").mkdir()
    for name in ("good", "bad"):
        (tmp_path / "midi" / f"{name}.mid").write_bytes(b"")
    (tmp_path / "midi" / "good.txt").write_text("0.0\t0.0\tdb,3/4\n0.5\t0.5\tb\n1.0\t1.0\tb\n1.5\t1.5\tdb\n")
    reading = read(tmp_path)
    assert [i.id for i in reading.items] == ["waltzes/good"]
    assert [d.id for d in reading.dropped] == ["waltzes/bad"] and reading.dropped[0].is_damage


def test_a_transcriber_added_as_told_hears_nothing() -> None:
    code, _, entry = TRANSCRIBER.partition("# runtime/transcribe/registry.py, in ENTRIES\n")
    known = {"dataclass": dataclass, "np": np, **vars(registry), **vars(transcription)}
    names = run(code, known)
    silent = names["load"](registry.Setting())
    assert silent.transcribe("take.flac").notes.onset_s.size == 0
    assert set(eval("{" + entry + "}", names)) == {silent.name}
