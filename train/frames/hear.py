"""The notes of a recording as our own transcriber hears them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.model import Model
from runtime.network import windows
from runtime.notes.played import PlayedNotes
from runtime.transcribe import own
from runtime.transcribe.events import EventDecoder
from runtime.transcribe.registry import Setting


def load_transcriber(card: Path | None = None) -> own.OwnTranscriber:
    """The transcriber of that card (None: the shipped one), on the CPU."""
    loaded = own.load(Setting(card, "cpu"))
    assert isinstance(loaded, own.OwnTranscriber)
    return loaded


def transcriber_of(model: Model, card: Path | None = None) -> own.OwnTranscriber:
    """The transcriber of that card (None: of the model's own set), on the CPU."""
    return load_transcriber(card or model.parts.path("notes"))


def heard_notes(samples: npt.NDArray[np.float32], transcriber: own.OwnTranscriber) -> PlayedNotes:
    """The notes of a whole recording at 22,050 Hz and at the level of the level rule."""
    decoder = EventDecoder(own.options_of(transcriber.card))
    for columns in windows.stretches(transcriber.columns, iter([samples]), 1):
        decoder.push(own.rolls_of(columns))
    return decoder.finish()[0]
