"""Run MrMsDTW of synctoolbox on one recording; started by `benchmarks.alignment.takes --synctoolbox-python`.

``PYTHON synctoolbox.py JOB.npz RESULT.npz`` in an environment with synctoolbox 1.4 (`pip install
synctoolbox`; its requirements exclude ours). JOB: `audio` (22,050 Hz), `notes` [n, 4] (start s, length s, pitch,
velocity) of the score at a steady tempo, `query_s` (score seconds). RESULT: `found_s`, `cpu_s`, `peak_mb`.
The parameters are those of the toolbox's own tutorial for audio and score.
"""

import resource
import sys
import time

import numpy as np
import pandas as pd
from synctoolbox.dtw.mrmsdtw import sync_via_mrmsdtw
from synctoolbox.dtw.utils import make_path_strictly_monotonic
from synctoolbox.feature.chroma import pitch_to_chroma, quantize_chroma
from synctoolbox.feature.csv_tools import df_to_pitch_features, df_to_pitch_onset_features
from synctoolbox.feature.dlnco import pitch_onset_features_to_DLNCO
from synctoolbox.feature.pitch import audio_to_pitch_features
from synctoolbox.feature.pitch_onset import audio_to_pitch_onset_features
from synctoolbox.feature.utils import estimate_tuning

RATE_HZ = 22_050
FEATURES_PER_S = 50


def of_audio(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(quantised chroma, decaying onset chroma) of a recording."""
    tuning = estimate_tuning(audio, RATE_HZ)
    pitch = audio_to_pitch_features(audio, Fs=RATE_HZ, tuning_offset=tuning, feature_rate=FEATURES_PER_S)
    chroma = quantize_chroma(f_chroma=pitch_to_chroma(f_pitch=pitch))
    onsets = audio_to_pitch_onset_features(audio, Fs=RATE_HZ, tuning_offset=tuning)
    return chroma, pitch_onset_features_to_DLNCO(onsets, chroma.shape[1], FEATURES_PER_S)


def of_score(notes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same of notes."""
    table = pd.DataFrame(notes, columns=["start", "duration", "pitch", "velocity"]).astype({"pitch": int})
    table["instrument"] = "piano"
    pitch = df_to_pitch_features(table, feature_rate=FEATURES_PER_S)
    chroma = quantize_chroma(f_chroma=pitch_to_chroma(f_pitch=pitch))
    return chroma, pitch_onset_features_to_DLNCO(df_to_pitch_onset_features(table), chroma.shape[1], FEATURES_PER_S)


def main() -> None:
    job = np.load(sys.argv[1])
    started = time.process_time()
    heard, written = of_audio(job["audio"]), of_score(job["notes"])
    path = sync_via_mrmsdtw(
        f_chroma1=heard[0], f_onset1=heard[1], f_chroma2=written[0], f_onset2=written[1],
        input_feature_rate=FEATURES_PER_S, step_weights=np.array([1.5, 1.5, 2.0]), threshold_rec=10**6,
    )  # fmt: skip
    path = make_path_strictly_monotonic(path)
    found = np.interp(job["query_s"], path[1] / FEATURES_PER_S, path[0] / FEATURES_PER_S)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.savez(sys.argv[2], found_s=found, cpu_s=time.process_time() - started, peak_mb=peak_mb)


if __name__ == "__main__":
    main()
