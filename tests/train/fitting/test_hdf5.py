"""A pack in parts is read and extended as one file, and none of its parts is too large to copy."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from runtime.errors import MezzoforteError
from tests.train.small_pack import write_small_pack
from train.fitting import hdf5
from train.frames.segments import Pack


def test_a_pack_in_parts_is_the_same_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdf5, "PART_BYTES", 1 << 18)
    whole = write_small_pack(tmp_path / "whole.h5", n_recordings=4, seconds=10.0)
    parts = tmp_path / "parts-%03d.h5"
    with h5py.File(whole) as source:
        for names in (list(source)[:3], list(source)[3:]):
            with hdf5.open_hdf5(parts, "a") as target:
                target.attrs.update(source.attrs)
                for name in names:
                    source.copy(name, target)
    sizes = [p.stat().st_size for p in sorted(tmp_path.glob("parts-*.h5"))]
    assert len(sizes) > 3 and max(sizes) <= 1 << 18
    one, other = Pack(whole), Pack(parts)
    assert [r.key for r in one.recordings] == [r.key for r in other.recordings]
    for r in one.recordings:
        np.testing.assert_array_equal(one.samples(r, 0, r.n_samples), other.samples(r, 0, r.n_samples))


def test_parts_fit_into_60_mb_and_a_missing_one_is_told(tmp_path: Path) -> None:
    assert hdf5.PART_BYTES <= 60e6
    with pytest.raises(MezzoforteError, match="not a training pack"):
        Pack(tmp_path / "none-%03d.h5")
