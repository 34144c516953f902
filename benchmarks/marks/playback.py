"""MuseScore's playback of our marks beside the recording they came from.

`python -m benchmarks.marks.playback --recording AUDIO SCORE … --out DIR` marks each score by its recording, has
MuseScore 3 play it (and the score as it was), finds both renderings on the score as the recording was found, and
compares the loudness of the written beats: the correlation is printed, the curves are drawn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.marks.pictures import HEIGHT_IN, WIDTH_IN, bars_of, pyplot
from runtime.errors import OutputError
from runtime.marks.annotate import AnnotateOptions
from runtime.marks.files import MarkOptions, align_file, load, mark_file
from runtime.marks.heard import hear as hear_in_score
from runtime.marks.onsets import struck_beats
from runtime.model import Model, load_model
from runtime.pipeline import hear
from runtime.score.table import Score
from runtime.thorough import hear_thoroughly, load_listener
from train.fitting.command import Command

Floats = npt.NDArray[np.float64]

PLAYERS = ("mscore3", "musescore3")
_LONGEST_S = 600


def played_by_musescore(score: Path, out: Path) -> Path:
    """A WAV of MuseScore's own playback. Raises `OutputError` without MuseScore 3, or when it fails."""
    player = next((p for p in map(shutil.which, PLAYERS) if p), None)
    if player is None:
        raise OutputError("there is no MuseScore 3 here", advice="apt-get install musescore3 xvfb")
    display = ["xvfb-run", "-a"] if shutil.which("xvfb-run") else []
    quiet = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    words = [*display, player, "-o", str(out), str(score)]
    done = subprocess.run(words, env=quiet, capture_output=True, timeout=_LONGEST_S, check=False)
    if done.returncode or not out.is_file():
        raise OutputError("MuseScore did not play this score", where=str(score), cause=done.stderr.decode()[-200:])
    return out


def loudness(audio: Path, score: Score, model: Model) -> Floats:
    """Loudness level in phon of each written beat [n], the loudest of it, mean over passes; NaN where it is not found,
    and where nothing is struck: how a last chord dies away is not the player's."""
    heard = hear(audio, model)
    assert heard.evidence is not None, f"nothing is heard in {audio}"
    there = hear_in_score(score, align_file(audio, score, heard.analysis), heard.evidence)
    return np.where(struck_beats(score, there.at), there.loudness_phon, np.nan)


def correlation(a: Floats, b: Floats) -> float:
    """Pearson's, over the beats that both have."""
    known = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[known], b[known])[0, 1])


def compare(audio: Path, score_path: Path, out: Path, model: Model) -> str:
    """Mark, play, compare and draw one; a row of the table."""
    heard = hear_thoroughly(audio, model, load_listener(model))
    _, score = load(score_path)
    with tempfile.TemporaryDirectory() as folder:
        marked = Path(folder) / f"marked{score_path.suffix}"
        options = MarkOptions(AnnotateOptions(policy="replace"))
        mark_file(audio, score_path, marked, heard.analysis, options, evidence=heard.evidence)
        plain = Path(folder) / f"plain{score_path.suffix}"
        shutil.copy(score_path, plain)
        with_marks, without = (
            loudness(played_by_musescore(p, p.with_suffix(".wav")), score, model) for p in (marked, plain)
        )
    recorded = loudness(audio, score, model)
    r = correlation(recorded, with_marks)
    _draw(out / f"playback_{audio.stem}.png", audio.stem, score, recorded, with_marks, r)
    return f"| {audio.stem} | {r:.2f} | {correlation(recorded, without):.2f} |"


def _draw(path: Path, name: str, score: Score, recorded: Floats, played: Floats, r: float) -> None:
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
    grid = [(at, m) for at, m, _ in score.beats()]
    bars = bars_of(score, [at for at, _ in grid], [m for _, m in grid])
    for curve, colour, label in ((recorded, "tab:blue", "recording"), (played, "tab:red", "MuseScore plays the marks")):
        axes.plot(bars, curve - np.nanmean(curve), color=colour, lw=1.1, label=label)
    axes.set(xlabel="bar", ylabel="phon, around the mean", xlim=(bars[0], bars[-1] + 1))
    axes.set_title(f"{name}: loudness of each beat, R = {r:.2f}")
    figure.legend(loc="outside lower right", fontsize=7, ncols=2)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recording", nargs=2, type=Path, action="append", required=True, metavar=("AUDIO", "SCORE"))
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")


def run(args: argparse.Namespace) -> None:
    """Print a table."""
    args.out.mkdir(parents=True, exist_ok=True)
    model = load_model(None, "cpu")
    print("| recording | R with our marks | R of the score as it was |\n|---|---:|---:|")
    for audio, score in args.recording:
        print(compare(audio, score, args.out, model), flush=True)


main = Command(add_options, run)

if __name__ == "__main__":
    main()
