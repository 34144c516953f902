"""HDF5 files, whole or in parts of at most 60 MB that copy easily.

A name with a number in it, like ``train-%03d.h5``, stands for parts ``train-000.h5``, ``train-001.h5``, … (HDF5's
"family" driver, https://docs.h5py.org/en/stable/high/file.html#file-drivers). They belong together and are read and
extended as one file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import h5py

PART_BYTES = 57 << 20
_NUMBER = re.compile(r"%(0\d)?d")


def open_hdf5(path: Path, mode: Literal["r", "a", "w"]) -> h5py.File:
    """The file, or the parts that its name stands for. Raises `OSError` when it cannot be opened."""
    if not _NUMBER.search(path.name):
        return h5py.File(path, mode)
    return h5py.File(path, mode, driver="family", memb_size=PART_BYTES)
