"""Beats and bars of real recordings, from their scores: `python -m benchmarks.labels AUDIO_DIR …`.

``draft`` aligns the first minute of each recording with its score (`runtime.score`), writes NAME.csv (``time_s, bar,
beat``: one row per written beat) and with ``--pictures DIR`` pictures to check them by eye (spectrogram, rises of
energy, beats). A label file that is there is kept unless ``--replace`` is given: what was corrected by hand stays.
``compare`` prints how far a fresh draft is from the labels. ``pack`` writes audio and labels into one HDF5 file as
`train.frames.pack` does, for `train.measure.evaluate` and `benchmarks.accuracy.report`. Method:
`benchmarks/labels/real_audio/README.md`.
"""

from __future__ import annotations

import csv
import io
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
import soundfile as sf
import soxr

from benchmarks.labels.pictures import draw
from runtime.errors import MezzoforteError
from runtime.frames import SAMPLE_RATE_HZ
from runtime.score.align.recording import align
from runtime.score.read.files import read_score
from runtime.score.table import Score
from runtime.write.atomic import write_bytes
from train.data.items import Item
from train.data.labels.values import BeatLabels
from train.fitting.command import Command
from train.frames.pack import SCHEMA, add_recording

LABELS = Path(__file__).parent / "real_audio"
CORPUS = "real_audio"
LENGTH_S = 60.0
_ASAP_BACH = "Bach/{}/bwv_846/xml_score.musicxml"


@dataclass(frozen=True)
class Recorded:
    """A recording, its score (a file of ASAP, or None: `NAME.mid` beside the labels), and how much to align.

    A score that ends within the recording is aligned with its first `listen_s` seconds.
    """

    name: str
    audio: str
    piece_id: str
    composer: str
    score: str | None
    listen_s: float | None


RECORDINGS = (
    Recorded("bwv846_prelude", "bwv846_prelude_ishizaka.ogg", "bach/prelude_bwv_846", "Bach",
             _ASAP_BACH.format("Prelude"), None),
    Recorded("bwv846_fugue", "bwv846_fugue_ishizaka.ogg", "bach/fugue_bwv_846", "Bach",
             _ASAP_BACH.format("Fugue"), None),
    Recorded("bwv847_prelude", "bwv847_prelude_ishizaka.ogg", "bach/prelude_bwv_847", "Bach", None, 64.0),
    Recorded("bwv850_prelude", "bwv850_prelude_ishizaka.ogg", "bach/prelude_bwv_850", "Bach", None, 64.0),
    Recorded("moonlight1", "moonlight1_pitman_clip.opus", "beethoven/piano_sonatas_14-1", "Beethoven", None, 64.0),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class BeatTable:
    """Beats of one recording: times in seconds, bar numbers, and beats in the bar from 1."""

    times_s: npt.NDArray[np.float64]
    bars: npt.NDArray[np.int64]
    beats: npt.NDArray[np.int64]


def read_audio(path: Path, seconds: float | None) -> npt.NDArray[np.float32]:
    """Mono samples at 22,050 Hz of the first `seconds` (None: all). Raises `MezzoforteError` when there are none."""
    try:
        rate_hz = sf.info(path).samplerate
        frames, _ = sf.read(path, frames=-1 if seconds is None else round(seconds * rate_hz), dtype="float32",
                            always_2d=True)  # fmt: skip
    except (OSError, sf.SoundFileError) as e:
        raise MezzoforteError("the recording cannot be read", where=str(path), cause=str(e)) from e
    return np.asarray(soxr.resample(frames.mean(axis=1), rate_hz, SAMPLE_RATE_HZ), np.float32)


def score_of(recorded: Recorded, asap: Path | None) -> Score:
    """The recording's score. Raises `MezzoforteError` when it needs the ASAP folder and there is none."""
    if recorded.score is None:
        return read_score(LABELS / f"{recorded.name}.mid")
    if asap is None:
        raise MezzoforteError(f"the score of {recorded.name} is in ASAP", advice="Give its folder with --asap")
    return read_score(asap / recorded.score)


def draft(recorded: Recorded, audio_dir: Path, asap: Path | None) -> BeatTable:
    """Written beats up to `LENGTH_S`, placed by the aligner. Raises `MezzoforteError` when score and audio differ."""
    score = score_of(recorded, asap)
    found = align(score, [read_audio(audio_dir / recorded.audio, recorded.listen_s)])
    beats = [b for b in found.beats(score) if b.time_s < LENGTH_S]
    return BeatTable(
        np.array([round(b.time_s, 3) for b in beats]),
        np.array([b.measure + 1 for b in beats]),
        np.array([b.position for b in beats]),
    )


def write_labels(path: Path, table: BeatTable) -> None:
    """Write the CSV file, replacing it in one step."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time_s", "bar", "beat"])
    writer.writerows((f"{t:.3f}", b, k) for t, b, k in zip(table.times_s, table.bars, table.beats, strict=True))
    write_bytes(path, out.getvalue().encode())


def read_labels(path: Path) -> BeatTable:
    """Read a CSV file of labels. Raises `MezzoforteError` when it is missing, damaged or out of order."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        times = np.array([float(r["time_s"]) for r in rows])
        bars, beats = (np.array([int(r[k]) for r in rows], np.int64) for k in ("bar", "beat"))
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise MezzoforteError("the labels cannot be read", where=str(path), cause=str(e)) from e
    if not len(times) or np.any(np.diff(times) <= 0):
        raise MezzoforteError("the beats do not increase in time", where=str(path))
    return BeatTable(times, bars, beats)


def write_pack(out: Path, audio_dir: Path, labels_dir: Path) -> int:
    """Pack the first minute of every labelled recording; returns how many."""
    with h5py.File(out, "w") as pack:
        pack.attrs["schema"] = SCHEMA
        for recorded in RECORDINGS:
            table = read_labels(labels_dir / f"{recorded.name}.csv")
            labels = BeatLabels(table.times_s, table.beats, np.zeros(len(table.times_s), np.int8))
            item = Item(f"{CORPUS}/{recorded.name}", CORPUS, recorded.piece_id, recorded.composer, labels)
            pack_recording(pack, item, read_audio(audio_dir / recorded.audio, LENGTH_S), recorded.audio)
    return len(RECORDINGS)


def pack_recording(pack: h5py.File, item: Item, samples: npt.NDArray[np.float32], source: str) -> None:
    """Add a real recording to a file as `train.frames.pack` writes them: mono `samples` at 22,050 Hz from `source`."""
    with tempfile.TemporaryDirectory() as folder:
        flac = Path(folder, "samples.flac")
        sf.write(flac, samples / max(1.0, float(np.abs(samples).max())), SAMPLE_RATE_HZ, subtype="PCM_16")
        how = {"variation": {"time_scale": 1.0}, "onset_latency_s": 0.0, "max_s": None,
               "instrument": "real piano", "midi": source}  # fmt: skip
        add_recording(pack, item, flac, how)


def compare(labels: BeatTable, fresh: BeatTable) -> str:
    """One line: beats on both sides, and how far those of the same place in the score lie apart."""
    ours = dict(zip(zip(labels.bars.tolist(), labels.beats.tolist(), strict=True), labels.times_s, strict=True))
    theirs = dict(zip(zip(fresh.bars.tolist(), fresh.beats.tolist(), strict=True), fresh.times_s, strict=True))
    both = sorted(ours.keys() & theirs.keys())
    apart_ms = np.array([1000 * abs(ours[k] - theirs[k]) for k in both] or [np.nan])
    return (
        f"{len(ours)} labelled, {len(theirs)} drafted, {len(both)} in common; median {np.median(apart_ms):.0f} ms, "
        f"worst {apart_ms.max():.0f} ms apart"
    )


def run(args: Namespace) -> None:
    """Do the chosen action for every recording."""
    if args.action == "pack":
        if args.out is None:
            raise MezzoforteError("pack needs --out FILE.h5")
        print(f"{write_pack(args.out, args.audio_dir, args.labels)} recordings in {args.out}")
        return
    for recorded in RECORDINGS:
        path = args.labels / f"{recorded.name}.csv"
        keep = path.exists() and not args.replace
        if args.action == "compare":
            print(f"{recorded.name}: {compare(read_labels(path), draft(recorded, args.audio_dir, args.asap))}")
            continue
        if not keep:
            write_labels(path, draft(recorded, args.audio_dir, args.asap))
        table = read_labels(path)
        if args.pictures:
            args.pictures.mkdir(parents=True, exist_ok=True)
            draw(args.pictures / f"{recorded.name}.png", read_audio(args.audio_dir / recorded.audio, LENGTH_S),
                 table.times_s, table.bars, table.beats)  # fmt: skip
        print(f"{recorded.name}: {len(table.times_s)} beats {'kept' if keep else 'drafted'} in {path}")


def add_options(parser: ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("audio_dir", type=Path, help="folder with the recordings")
    parser.add_argument("action", choices=("draft", "compare", "pack"))
    parser.add_argument("--asap", type=Path, help="folder of the ASAP data set (scores of BWV 846)")
    parser.add_argument(
        "--labels", type=Path, default=LABELS, help="folder of the label files (default: the project's)"
    )
    parser.add_argument("--pictures", type=Path, help="draft: also draw the labels here")
    parser.add_argument("--replace", action="store_true", help="draft: overwrite labels, corrections by hand included")
    parser.add_argument("--out", type=Path, help="pack: the HDF5 file")


main = Command(add_options, run)
