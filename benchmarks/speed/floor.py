"""``python -m benchmarks.speed.floor AUDIO``: decode and resample in one plain thread, which nothing can do without."""

from __future__ import annotations

import sys
from pathlib import Path

from runtime.sound import read as audio


def main(path: Path) -> int:
    """Samples at 22,050 Hz that came out."""
    return sum(block.size for block in audio.stream(path))


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
