"""``python -m benchmarks.speed.network SECONDS [MODEL]``: the network of `fast` alone, in one thread, over noise."""

from __future__ import annotations

import sys

import numpy as np

from runtime.frames import SAMPLE_RATE_HZ
from runtime.model import load_model
from runtime.network.windows import MINUTES, cut


def main(seconds: float, model: str | None = None) -> int:
    """Runs as many windows as a recording of that length has and throws away what comes out; frames that came out."""
    ready = load_model(model, "cpu")
    noise = np.random.default_rng(0).normal(0.0, 0.1, MINUTES.window_samples).astype(np.float32)
    left = round(seconds * SAMPLE_RATE_HZ)
    blocks = (noise[: left - at] for at in range(0, left, noise.size))
    return sum(len(ready.run(window.samples).beat) for window in cut(blocks))


if __name__ == "__main__":
    print(main(float(sys.argv[1]), *sys.argv[2:3]))
