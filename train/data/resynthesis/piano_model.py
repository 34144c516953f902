"""Measure how loud a piano is, for `runtime.piano.table`: `python -m train.data.resynthesis.piano_model`.

Every third key at eleven velocities on several sampled pianos; the mean is smoothed over pitch.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from runtime.piano.loudness import N_BANDS, RATE_HZ, band_power, sones, total
from runtime.piano.table import PITCHES, TABLE_PATH, VELOCITIES
from train.data.labels.values import Floats
from train.fitting.command import Command

if TYPE_CHECKING:
    from train.rendering.instruments import Instrument, Player

_NOTE_S, _GAP_S = 1.4, 0.6
_ATTACK_FRAMES = 10
_MEAN_DB = 58.0
"""Level of the loudest band of a note of middling velocity, as a recording at CD level would have it."""


def measure(sound: Floats, onsets_s: Floats) -> tuple[Floats, Floats]:
    """(level in dB [n, 23] at the loudest frame of each attack, decay in dB/s [n]) of notes at `onsets_s`."""
    power = band_power(sound)
    levels, decays = [], []
    for onset_s in onsets_s.tolist():
        first = int(onset_s * RATE_HZ / 256)
        attack = power[first : first + _ATTACK_FRAMES]
        peak = int(np.argmax(total(sones(attack))))
        levels.append(10 * np.log10(np.maximum(attack[peak], 1e-3)))
        later = power[first + 80 : first + 100].mean(axis=0).sum()
        early = power[first + 10 : first + 20].mean(axis=0).sum()
        # 75 frames lie between the middles of the two spans.
        decays.append(10 * np.log10(max(early, 1e-3) / max(later, 1e-3)) / (75 * 256 / RATE_HZ))
    return np.array(levels), np.clip(np.array(decays), 2.0, 60.0)


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--instruments", default="salamander,splendid,musescore_grand")
    parser.add_argument("--pianos", type=Path, required=True, help="folder with the SFZ pianos")
    parser.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"))
    parser.add_argument("--out", type=Path, default=TABLE_PATH)


def run(args: Namespace) -> None:
    """Measure the table on instruments of `train.rendering.instruments` and write it."""
    _calibrate(args.instruments.split(","), args.pianos, args.soundfonts, args.out)


def _calibrate(names: list[str], pianos: Path, soundfonts: Path, out: Path) -> None:
    """Mean table of the instruments, each brought to the same mean level first."""
    from train.rendering.instruments import INSTRUMENTS, Player

    player = Player(pianos, soundfonts)
    measured = [_measure_instrument(player, INSTRUMENTS[name]) for name in names]
    means = [levels[:, (VELOCITIES >= 56) & (VELOCITIES <= 92)].max(axis=2).mean() for levels, _ in measured]
    level_db = np.mean([levels - mean + _MEAN_DB for (levels, _), mean in zip(measured, means, strict=True)], axis=0)
    # A louder blow is never softer, whatever a sample layer does.
    level_db = np.maximum.accumulate(_smooth_over_pitch(level_db), axis=1)
    decay = np.exp(np.mean([np.log(d) for _, d in measured], axis=0))
    part = out.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        level_db=level_db.astype(np.float16),
        decay_db_per_s=_smooth_over_pitch(decay[:, None])[:, 0].astype(np.float16),
    )
    part.replace(out)


def _measure_instrument(player: Player, instrument: Instrument) -> tuple[Floats, Floats]:
    import soxr

    from train.rendering.instruments import RENDER_RATE_HZ
    from train.rendering.performance import MidiEvent

    events, onsets = [], []
    for k, (pitch, velocity) in enumerate((p, v) for p in PITCHES.tolist() for v in VELOCITIES.tolist()):
        onsets.append(0.2 + k * (_NOTE_S + _GAP_S))
        events.append(MidiEvent(onsets[-1], "on", pitch, velocity))
        events.append(MidiEvent(onsets[-1] + _NOTE_S, "off", pitch, 0))
    sound = player.render(instrument, events).astype(np.float64)
    # Full scale, so that soft notes stay clear of the 0 dB floor of the loudness law.
    level_db, decay = measure(soxr.resample(sound / np.abs(sound).max(), RENDER_RATE_HZ, RATE_HZ), np.array(onsets))
    shape = (len(PITCHES), len(VELOCITIES))
    return level_db.reshape(*shape, N_BANDS), np.median(decay.reshape(shape), axis=1)


def _smooth_over_pitch(table: Floats) -> Floats:
    padded = np.concatenate([table[:1], table, table[-1:]])
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]


main = Command(add_options, run)

if __name__ == "__main__":
    main()
