"""The table of beats alone: level changes are counted, and every way of knowing notes has its row."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy.beats import FIGURES, level_changes, main, rows_of, table
from tests.stub_model import write_stub
from tests.train.small_pack import write_small_pack

TRUE_S = np.arange(0, 96) * 0.5


def test_a_passage_at_double_speed_changes_the_level_twice() -> None:
    double = np.sort(np.append(TRUE_S, TRUE_S[32:64] + 0.25))
    assert level_changes(TRUE_S, TRUE_S) == 0
    assert level_changes(TRUE_S, double) == 2
    assert level_changes(TRUE_S, np.append(TRUE_S[:48], TRUE_S[48::2])) == 1
    assert level_changes(TRUE_S, np.arange(0, 192) * 0.25) == 0


def test_every_corpus_has_a_row_for_every_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_small_pack(tmp_path / "small.h5", n_recordings=4, seconds=8.0)
    card = write_stub(tmp_path)
    args = ["--model", str(card), "--pack", str(pack), "--fold", "0", "--parts", "--json", str(tmp_path / "each.json")]
    main.run(main.parse(args))
    told = capsys.readouterr().out
    assert "sound alone" in told and "notes heard" in told and "beat F" in told
    assert "without the stage for beats" in told
    assert (tmp_path / "each.json").is_file()


def test_another_model_stands_beside_it_on_the_page(tmp_path: Path) -> None:
    each = [{"corpus": "asap", "way": way, **dict.fromkeys(FIGURES, 0.5)} for way in ("sound alone", "notes heard")]
    (tmp_path / "old.json").write_text(json.dumps(each))
    rows = rows_of("before", tmp_path / "old.json")
    assert list(rows) == [("asap", "notes heard, before")]
    assert "| asap, notes heard, before | 1 | 0.500 |" in table(rows)
