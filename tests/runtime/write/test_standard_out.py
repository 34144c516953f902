"""Results on standard output end in one sentence when it is closed or full."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from runtime.errors import OutputError
from runtime.standard_out import write_out


def test_text_goes_out_as_utf_8_whatever_the_terminal(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    write_out("Für\n")
    assert raw.getvalue() == "Für\n".encode()


def test_a_closed_output_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="closed"):
        write_out("x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_told_and_not_tried_again(monkeypatch):
    with io.TextIOWrapper(io.FileIO("/dev/full", "w")) as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OutputError, match="No space left"):
            write_out("x")
        assert sys.stdout is None


def test_a_reader_that_went_away_is_left_to_the_command(monkeypatch):
    class Gone(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(Gone())))
    with pytest.raises(BrokenPipeError):
        write_out("x")
