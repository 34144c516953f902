"""Pianos made from another piano's samples by SFZ opcodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.errors import MezzoforteError
from train.rendering.instruments import HELD_OUT_INSTRUMENT, INSTRUMENTS, VALIDATION_INSTRUMENT, _with_opcodes
from train.rendering.render import build_parser


def test_opcodes_go_into_a_copy_that_still_finds_its_samples(tmp_path: Path) -> None:
    sfz = tmp_path / "piano.sfz"
    sfz.write_text("<control>\ndefault_path=samples/\n<global>\nampeg_release=1\n<region> sample=a.wav\n")
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "a.wav").write_bytes(b"sound")
    before = sfz.read_text()
    with _with_opcodes(sfz, "ampeg_decay=5") as changed:
        assert changed.read_text().splitlines()[2:4] == ["<global>", "ampeg_decay=5"]
        assert (changed.parent / "samples" / "a.wav").read_bytes() == b"sound"
    assert not changed.exists()
    assert sfz.read_text() == before


def test_opcodes_without_a_global_section_are_refused(tmp_path: Path) -> None:
    sfz = tmp_path / "piano.sfz"
    sfz.write_text("<region> sample=a.wav\n")
    with pytest.raises(MezzoforteError, match="<global>"), _with_opcodes(sfz, "ampeg_decay=5"):
        pass


def test_the_pianos_of_validation_and_test_are_not_drawn_for_training() -> None:
    drawn = build_parser().parse_args(["midi", "out", "--pianos", "p"]).instruments.split(",")
    assert set(drawn) == set(INSTRUMENTS) - {HELD_OUT_INSTRUMENT, VALIDATION_INSTRUMENT}
