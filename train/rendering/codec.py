"""What a lossy codec leaves of a recording: training on it makes a model deaf to MP3s and old downloads.

The codecs are those of libsndfile, in memory; samples keep their times.
"""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import soundfile as sf

from runtime.frames import SAMPLE_RATE_HZ

CODECS = (("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"))
_BLOCK = 65_536  # longer writes crash libsndfile's Vorbis encoder
_PEAK = 0.9


def through_codec(samples: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Mono samples [n] at 22,050 Hz after one of `CODECS` at a random quality, from fair to poor; the same length.

    What is louder than full scale is brought under it for the codec and back afterwards.
    """
    if not len(samples):
        return samples
    container, subtype = CODECS[rng.integers(len(CODECS))]
    scale = np.float32(max(1.0, float(np.abs(samples).max()) / _PEAK))
    file = io.BytesIO()
    level = float(rng.uniform(0.5, 1.0))  # 1 is the smallest file
    with sf.SoundFile(
        file, "w", SAMPLE_RATE_HZ, 1, subtype=subtype, format=container, compression_level=level
    ) as writer:
        for start in range(0, len(samples), _BLOCK):
            writer.write(samples[start : start + _BLOCK] / scale)
    file.seek(0)
    decoded, _ = sf.read(file, dtype="float32")
    out = np.zeros_like(samples)
    out[: len(decoded)] = decoded[: len(samples)] * scale
    return out
