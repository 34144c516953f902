"""Pianos made from another piano's samples by SFZ opcodes, and what their pedals do."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from runtime.errors import MezzoforteError
from train.rendering.instruments import (
    FREE_VALIDATION_INSTRUMENT,
    HELD_OUT_INSTRUMENT,
    INSTRUMENTS,
    RENDER_RATE_HZ,
    VALIDATION_INSTRUMENT,
    Player,
    _with_opcodes,
    trained_on,
)
from train.rendering.performance import MidiEvent
from train.sources import ALL, FREE


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
    drawn = trained_on(ALL)
    assert set(drawn) == set(INSTRUMENTS) - {HELD_OUT_INSTRUMENT, VALIDATION_INSTRUMENT}
    free = set(trained_on(FREE))
    assert {"salamander", "splendid", "musescore_grand"} <= free < set(drawn)
    assert not free & {"timgm", HELD_OUT_INSTRUMENT, FREE_VALIDATION_INSTRUMENT}


SF2_FOLDER = Path("/usr/share/sounds/sf2")


def ring_db(player: Player, name: str, pedal: int) -> float:
    """How loud a note is 1 s after its key was let go, against its first half second, with a pedal value."""
    key_up_s = 0.7
    events = [
        MidiEvent(0.1, "control", 64, pedal),
        MidiEvent(0.2, "on", 60, 80),
        MidiEvent(key_up_s, "off", 60, 0),
        MidiEvent(2.5, "control", 64, 0),
    ]
    sound = player.render(INSTRUMENTS[name], events).astype(np.float64)

    def rms(start_s: float, stop_s: float) -> float:
        part = sound[int(start_s * RENDER_RATE_HZ) : int(stop_s * RENDER_RATE_HZ)]
        return float(np.sqrt(np.mean(part**2)))

    return 20 * np.log10(max(rms(key_up_s + 1, key_up_s + 1.2), 1e-9) / rms(0.2, key_up_s))


@pytest.mark.parametrize("name", ["salamander", "splendid", "upright", "timgm"])
def test_a_note_rings_on_from_the_pedal_value_that_labels_count_from(name: str) -> None:
    piano = INSTRUMENTS[name]
    folder = Path(os.environ.get("MEZZOFORTE_DATA", "")) / "pianos" if "MEZZOFORTE_DATA" in os.environ else Path("none")
    root = folder if piano.is_sfz else SF2_FOLDER
    if not (root / piano.path).exists():
        pytest.skip(f"no {piano.path} (MEZZOFORTE_DATA, or a SoundFont)")
    player = Player(folder, SF2_FOLDER)
    up, half, switched, down = (ring_db(player, name, value) for value in (0, 63, 64, 127))
    assert up < -40 and half == pytest.approx(up, abs=0.1)  # dB
    assert down > -30 and switched == pytest.approx(down, abs=0.1)
