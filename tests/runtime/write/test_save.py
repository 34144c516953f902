"""A file appears whole or not at all, and a refusal says where and why."""

from __future__ import annotations

import os

import pytest

from runtime.errors import OutputError
from runtime.write import WRITERS, save, write_bytes
from tests.runtime.write.takes import empty, take


@pytest.mark.parametrize("fmt", [f for f in WRITERS if f != "png"])
def test_every_format_is_written_and_nothing_else_is_left(fmt, tmp_path):
    path = save(take(20), tmp_path / f"x{WRITERS[fmt].suffix}", fmt)
    assert path.stat().st_size > 0
    assert list(tmp_path.iterdir()) == [path]


def test_an_older_file_is_replaced(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("old")
    path.chmod(0o640)
    save(empty(), path, "csv")
    assert path.read_text().startswith("time_s,bar")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("where", "words"),
    [("none/x.json", "does not exist"), ("file/x.json", "not a folder"), (".", "a folder is in the way")],
)
def test_a_place_that_cannot_be_written_is_named(where, words, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=words):
        save(empty(), tmp_path / where, "json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="no permission"):
        save(empty(), tmp_path / "x.json", "json")


def test_a_failure_keeps_the_older_file_and_leaves_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_bytes(path, b"new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(OutputError, match="json, csv, midi"):
        save(empty(), tmp_path / "x", "pdf")
