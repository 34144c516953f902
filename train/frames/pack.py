"""Join renders (or recordings) with their labels in one HDF5 file: `python -m train.frames.pack OUT.h5 --corpus …`.

Layout, one group per recording, named by its id with ``/`` replaced by ``|``::

    samples       int16 [n]      mono, 22,050 Hz
    beats_s       float64 [b]    beat times in this audio (tempo variation and onset latency applied)
    beat_in_bar   int16 [b]      1 is the downbeat, 0 unknown
    levels        int8 [b]       0 unknown, 1 pp … 5 ff
    notes         `train.rendering.notes.NOTE` [k]  the performance as this audio plays it: tempo, velocity law,
                                 transposition and onset latency applied; recordings (`--corrected`) have none
    attributes    corpus, piece_id, composer, instrument, gain (level rule of runtime.sound.read), source (its file),
                  sources (all that it comes from, by the names of train.sources)

The root has the attribute `schema`. Recordings that are there already are kept, so a run that was stopped goes on;
renders that lack notes get them.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
import soundfile as sf
from tqdm import tqdm

from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.sound.level import gain_for_level, measure_level_dbfs
from runtime.sound.read import stream
from train.data.corpora.asap import read_asap
from train.data.corpora.batik import read_batik
from train.data.corpora.corrected import CORPUS as CORRECTED
from train.data.corpora.corrected import corrected, hash_of_said
from train.data.corpora.mazurka_resynth import read_resynth
from train.data.corpora.performed import read_performed
from train.data.corpora.pop909 import read_pop909
from train.data.items import Dropped, Item, Reading
from train.fitting.command import Command
from train.fitting.hdf5 import open_hdf5
from train.rendering.instruments import INSTRUMENTS
from train.rendering.notes import packed_notes
from train.rendering.performance import Variation, read_performance
from train.rendering.render import audio_path_of
from train.sources import union

SCHEMA = 1
READERS: dict[str, Callable[..., Reading]] = {
    "mazurka_resynth": read_resynth,
    "asap": read_asap,
    "batik_mozart": read_batik,
    "performed": read_performed,
    "pop909": read_pop909,
}


def add_recording(pack: h5py.File, item: Item, audio_path: Path, how: dict) -> None:
    """Add one recording; `how` is the JSON that `train.rendering.render` wrote beside the audio.

    The notes come from `item.midi_path`. Beats after the end of the audio are left out. Raises `MezzoforteError` when
    the audio is not at 22,050 Hz.
    """
    samples, rate_hz = sf.read(audio_path, dtype="int16")
    if rate_hz != SAMPLE_RATE_HZ or samples.ndim != 1:
        raise MezzoforteError(
            f"{rate_hz} Hz, {samples.ndim} channels; mono at 22,050 Hz is needed", where=str(audio_path)
        )
    _add_samples(pack, item, samples, how)


def _add_samples(pack: h5py.File, item: Item, samples: npt.NDArray[np.int16], how: dict) -> h5py.Group:
    beats_s = item.labels.beats_s * how["variation"]["time_scale"] + how["onset_latency_s"]
    inside = beats_s < len(samples) / SAMPLE_RATE_HZ
    if how["max_s"] is not None:
        inside &= item.labels.beats_s <= how["max_s"]
    group = pack.create_group(_key(item.id))
    group["samples"] = samples
    group["beats_s"] = beats_s[inside]
    group["beat_in_bar"] = item.labels.beat_in_bar[inside].astype(np.int16)
    group["levels"] = item.labels.levels[inside]
    if item.midi_path is not None:  # real recordings have none
        add_notes(group, item, how)
    level_dbfs = measure_level_dbfs((samples / np.float32(32768)).astype(np.float32), SAMPLE_RATE_HZ)
    piano = INSTRUMENTS.get(how["instrument"])
    sources = union(item.sources, [piano.source] if piano else ())
    group.attrs.update(
        corpus=item.corpus, piece_id=item.piece_id, composer=item.composer, instrument=how["instrument"],
        gain=gain_for_level(level_dbfs), source=how["midi"], sources=",".join(sources), complete=True,
    )  # fmt: skip
    return group


def add_notes(group: h5py.Group, item: Item, how: dict) -> None:
    """Add the notes that the render described by `how` plays, read from `item.midi_path`."""
    assert item.midi_path is not None
    events = Variation(**how["variation"]).apply(read_performance(item.midi_path), how["max_s"])
    group["notes"] = packed_notes(events, how["onset_latency_s"])


def pack_corpus(
    pack: h5py.File, corpus: str, data_dir: Path, audio_dir: Path, per_piece: int | None = None
) -> tuple[int, int]:
    """Add every item of a corpus whose render is in `audio_dir`, or the first `per_piece` of each piece by name.

    Returns how many were added and were there.
    """

    def is_rendered(midi: Path) -> bool:
        return audio_path_of(audio_dir, str(midi.relative_to(data_dir))).is_file()

    # Reading every score of a data set takes a minute; only those that have a render are read.
    items = [i for i in READERS[corpus](data_dir, only=is_rendered).items if i.midi_path is not None]
    added = present = 0
    of_piece: Counter[str] = Counter()
    for item in tqdm(sorted(items, key=lambda i: _key(i.id)), desc=corpus, unit="recording"):
        assert item.midi_path is not None
        audio_path = audio_path_of(audio_dir, str(item.midi_path.relative_to(data_dir)))
        if not audio_path.is_file():
            continue
        of_piece[item.piece_id] += 1
        if per_piece is not None and of_piece[item.piece_id] > per_piece:
            continue
        if _key(item.id) in pack:
            group = pack[_key(item.id)]
            if group.attrs.get("complete"):
                present += 1
                how = _how(audio_path)
                # Another render of the same performance has other velocities and times.
                if "notes" not in group and group.attrs["instrument"] == how["instrument"]:
                    add_notes(group, item, how)
                continue
            del pack[_key(item.id)]
        add_recording(pack, item, audio_path, _how(audio_path))
        added += 1
    return added, present


def pack_corrected(pack: h5py.File, folder: Path) -> tuple[int, int]:
    """Add the corrected recordings below `folder` (`train.data.corpora.corrected`), as they sound; those of which
    something else was said since they were packed are packed anew, and what is left out is told on stderr.

    Returns how many were added and were there.
    """
    added = present = 0

    def is_new(recording: Path) -> bool:
        nonlocal present
        name = recording.relative_to(folder).with_suffix("").as_posix()
        group = pack.get(_key(f"{CORRECTED}/{name}"))
        is_there = group is not None and group.attrs.get("corrections") == hash_of_said(recording)
        present += is_there
        return not is_there

    for item in tqdm(corrected(folder, is_new), desc=CORRECTED, unit="recording"):
        if isinstance(item, Dropped):
            tqdm.write(f"left out: {item.detail}", file=sys.stderr)
            continue
        recording = Path(item.attributes["recording"])
        samples = np.concatenate(list(stream(recording)))
        samples /= max(1.0, float(np.abs(samples).max()))
        how = {"variation": {"time_scale": 1.0}, "onset_latency_s": 0.0, "max_s": None, "instrument": "real piano",
               "midi": recording.relative_to(folder).as_posix()}  # fmt: skip
        if _key(item.id) in pack:
            del pack[_key(item.id)]
        group = _add_samples(pack, item, np.rint(samples * 32767).astype(np.int16), how)
        group.attrs["corrections"] = item.attributes["corrections"]
        added += 1
    return added, present


def _how(audio_path: Path) -> dict:
    return dict(json.loads(audio_path.with_suffix(".json").read_text()))


def _key(item_id: str) -> str:
    return item_id.replace("/", "|")


def add_options(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "out", type=Path, help="the HDF5 file, extended when it exists; NAME-%%03d.h5 makes parts of 60 MB"
    )
    parser.add_argument(
        "--corpus", nargs=3, action="append", default=[], metavar=("NAME", "DATA_DIR", "AUDIO_DIR"),
        help=f"NAME is one of {', '.join(READERS)}; AUDIO_DIR is what train.rendering.render wrote",
    )  # fmt: skip
    parser.add_argument(
        "--corrected", type=Path, action="append", default=[], metavar="DIR",
        help="your own recordings with NAME.corrections.json beside each, as the page saves it",
    )  # fmt: skip
    parser.add_argument("--per-piece", type=int, metavar="N", help="only the first N recordings of each piece, by name")


def run(args: Namespace) -> None:
    """Pack all corpora; the counts go to stderr."""
    if not args.corpus and not args.corrected:
        raise MezzoforteError(
            "there is nothing to pack", advice="Give --corpus NAME DATA_DIR AUDIO_DIR, or --corrected DIR"
        )
    for corpus, *_ in args.corpus:
        if corpus not in READERS:
            raise MezzoforteError(f"there is no corpus {corpus!r}", advice=f"Choose from {', '.join(READERS)}")
    with open_hdf5(args.out, "a") as pack:
        pack.attrs["schema"] = SCHEMA
        for corpus, data_dir, audio_dir in args.corpus:
            added, present = pack_corpus(pack, corpus, Path(data_dir), Path(audio_dir), args.per_piece)
            print(f"{corpus}: {added} added, {present} were there", file=sys.stderr)
            if not added + present:
                raise MezzoforteError(f"no audio for any recording of {corpus}", where=audio_dir)
        for folder in args.corrected:
            added, present = pack_corrected(pack, folder)
            print(f"{CORRECTED}: {added} added, {present} were there", file=sys.stderr)
            if not added + present:
                raise MezzoforteError("no corrected recording can be used", where=str(folder), cause="told above")


main = Command(add_options, run)

if __name__ == "__main__":
    main()
