"""The pianos that performances are rendered with, where they come from and how to play them.

An SFZ piano is played block by block in this process (pysfizz); a SoundFont by the `fluidsynth` program. Both
give mono float32 at `RENDER_RATE_HZ`. Two renders of the same notes are equal. Pedals are switches (`switched_pedals`).
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from runtime.errors import MezzoforteError
from train.rendering.performance import MidiEvent, switched_pedals, write_midi
from train.sources import FREE, is_free

RENDER_RATE_HZ = 32_000
_BLOCK_SAMPLES = 512
_TAIL_S = 2.0


@dataclass(frozen=True)
class Instrument:
    """A piano: `path` is relative to the pianos folder (sfz) or to the SoundFont folder (sf2); `source` is where its
    sounds come from (`train.sources`)."""

    name: str
    path: str
    source: str
    bank: int = 0
    program: int = 0
    opcodes: str = ""
    """SFZ opcodes put at the head of the instrument's `<global>` section: another piano from the same samples."""

    @property
    def is_sfz(self) -> bool:
        return self.path.endswith(".sfz")


_SALAMANDER = "salamander/Salamander8_ram.sfz"
_MUSESCORE = "MuseScore_General_Full.sf2"

INSTRUMENTS = {
    i.name: i
    for i in (
        Instrument("salamander", _SALAMANDER, "piano/salamander"),
        Instrument("splendid", "splendid/Splendid Grand Piano_ram.sfz", "piano/splendid"),
        Instrument("upright", "upright_kw/UprightPianoKW-20220221_ram.sfz", "piano/upright"),
        Instrument("musescore_grand", _MUSESCORE, "piano/musescore"),
        Instrument("musescore_bright", _MUSESCORE, "piano/musescore", program=1),
        Instrument("musescore_soft", _MUSESCORE, "piano/musescore", bank=8),
        Instrument("fluid", "FluidR3_GM.sf2", "piano/fluid"),
        Instrument("timgm", "TimGM6mb.sf2", "piano/timgm"),
        Instrument("csound", "sf_GMbank.sf2", "piano/csound"),
        Instrument("salamander_short", _SALAMANDER, "piano/salamander", opcodes="ampeg_decay=5 ampeg_sustain=0"),
        Instrument(
            "salamander_dull", _SALAMANDER, "piano/salamander",
            opcodes="fil_type=lpf_1p cutoff=700 fil_keytrack=60 fil_veltrack=3600",
        ),
        Instrument(
            "salamander_worn", _SALAMANDER, "piano/salamander",
            opcodes="pitch_random=18 ampeg_decay=10 ampeg_sustain=0 eq1_freq=500 eq1_bw=2 eq1_gain=7",
        ),
    )
}  # fmt: skip

HELD_OUT_INSTRUMENT = "upright"
"""Never trained on: every test on synthesised audio uses it."""

VALIDATION_INSTRUMENT = "csound"
"""Not trained on either: validation pieces played on it choose thresholds."""

FREE_VALIDATION_INSTRUMENT = "fluid"
"""The same for the free set, whose options must be chosen on a free piano; the shipped set was trained on it."""


def trained_on(data: str) -> list[str]:
    """Names of the pianos that renders for training are made on, from all sources or from free ones."""
    kept = {HELD_OUT_INSTRUMENT, VALIDATION_INSTRUMENT} | ({FREE_VALIDATION_INSTRUMENT} if data == FREE else set())
    return [i.name for i in INSTRUMENTS.values() if i.name not in kept and (data != FREE or is_free([i.source]))]


class Player:
    """Plays MIDI events on instruments found below `pianos_dir` (sfz) and `soundfonts_dir` (sf2).

    SFZ pianos take seconds to load and are kept, so one player should render many performances.
    """

    def __init__(self, pianos_dir: Path, soundfonts_dir: Path) -> None:
        self._pianos_dir, self._soundfonts_dir = pianos_dir, soundfonts_dir
        self._synths: dict[str, Any] = {}

    def render(self, instrument: Instrument, events: list[MidiEvent]) -> np.ndarray:
        """Mono float32 at `RENDER_RATE_HZ`, up to 2 s past the last event.

        Raises `MezzoforteError` when the instrument's file or the synthesiser is missing.
        """
        events = switched_pedals(events)
        root = self._pianos_dir if instrument.is_sfz else self._soundfonts_dir
        path = root / instrument.path
        if not path.is_file():
            raise MezzoforteError(
                f"the sound of {instrument.name} is missing", where=str(path),
                advice="Give the right folder with --pianos or --soundfonts, or leave it out of --instruments",
            )  # fmt: skip
        if instrument.is_sfz:
            return self._play_sfz(path, instrument.opcodes, events)
        return _play_sf2(path, instrument, events)

    def _play_sfz(self, path: Path, opcodes: str, events: list[MidiEvent]) -> np.ndarray:
        synth = self._load_sfz(path, opcodes)
        n_blocks = int((events[-1].time_s + _TAIL_S) * RENDER_RATE_HZ) // _BLOCK_SAMPLES + 1
        out = np.empty((n_blocks, _BLOCK_SAMPLES), np.float32)
        pending = iter(events)
        event: MidiEvent | None = next(pending, None)
        for block in range(n_blocks):
            while event and (offset := int(event.time_s * RENDER_RATE_HZ) - block * _BLOCK_SAMPLES) < _BLOCK_SAMPLES:
                _send(synth, event, max(offset, 0))
                event = next(pending, None)
            left, right = synth.render_block()
            out[block] = (left + right) / 2
        synth.all_sound_off()
        return out.reshape(-1)

    def _load_sfz(self, path: Path, opcodes: str) -> Any:
        key = f"{path} {opcodes}"
        if key not in self._synths:
            import pysfizz

            wrapper = pysfizz.Synth(RENDER_RATE_HZ, _BLOCK_SAMPLES)
            with _with_opcodes(path, opcodes) as changed:
                if not wrapper.load_sfz_file(changed):
                    raise MezzoforteError("the sampler cannot load this instrument", where=key)
            self._synths[key] = wrapper
        synth = self._synths[key]._synth
        synth.set_num_voices(128)
        for control in (64, 66, 67):
            synth.cc(0, control, 0)
        return synth


@contextmanager
def _with_opcodes(path: Path, opcodes: str) -> Iterator[Path]:
    """The SFZ file, or for its lifetime a changed copy in a folder that links to the original's neighbours."""
    if not opcodes:
        yield path
        return
    text = path.read_text()
    if "<global>" not in text:
        raise MezzoforteError("the SFZ file has no <global> section to put opcodes into", where=str(path))
    with tempfile.TemporaryDirectory() as folder:
        for neighbour in path.parent.iterdir():
            if neighbour != path:
                (Path(folder) / neighbour.name).symlink_to(neighbour.resolve())
        changed = Path(folder) / path.name
        changed.write_text(text.replace("<global>", f"<global>\n{opcodes}\n", 1))
        yield changed


def _send(synth: Any, event: MidiEvent, offset: int) -> None:
    if event.kind == "on":
        synth.note_on(offset, event.number, event.value)
    elif event.kind == "off":
        synth.note_off(offset, event.number, 0)
    else:
        synth.cc(offset, event.number, event.value)


def _play_sf2(path: Path, instrument: Instrument, events: list[MidiEvent]) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "in.mid", Path(folder) / "out.wav"
        write_midi(events, midi, program=instrument.program, bank=instrument.bank)
        command = [
            "fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RENDER_RATE_HZ),
            "-o", "synth.polyphony=256", "-o", "synth.cpu-cores=1", "-o", "synth.dynamic-sample-loading=1",
            "-T", "wav", "-O", "float",
            "-F", str(wav), str(path), str(midi),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True)
        except FileNotFoundError as e:
            raise MezzoforteError(
                "the program fluidsynth is not installed", advice="On Debian: apt-get install fluidsynth"
            ) from e
        except subprocess.CalledProcessError as e:
            raise MezzoforteError("fluidsynth failed", cause=e.stderr.decode(errors="replace")[-300:]) from e
        samples, _ = sf.read(wav, dtype="float32", always_2d=True)
    return samples.mean(axis=1)


@lru_cache(maxsize=64)
def onset_latency_s(player: Player, instrument: Instrument) -> float:
    """Time from note-on to the sounding onset: median over five notes of the first crossing of 20 % of the peak
    that the first 80 ms reach. Labels are shifted by it."""
    latencies = []
    for pitch in (45, 55, 64, 72, 81):
        start_s = 0.2
        on, off = MidiEvent(start_s, "on", pitch, 70), MidiEvent(start_s + 0.5, "off", pitch, 0)
        sound = np.abs(player.render(instrument, [on, off]))
        first = int(start_s * RENDER_RATE_HZ)
        attack = np.convolve(sound[first : first + int(0.08 * RENDER_RATE_HZ)], np.ones(64) / 64, "same")
        latencies.append(float(np.argmax(attack >= 0.2 * attack.max())) / RENDER_RATE_HZ)
    return float(np.median(latencies))
