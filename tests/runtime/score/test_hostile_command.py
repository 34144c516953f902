"""``python -m runtime.analyze --score``: bad scores and places end with one clear message, and nothing is written."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mido
import pytest
from lxml import etree

from runtime.score.read.files import read_score
from tests import stub_model
from tests.runtime.command import ROOT, Result, analyze, command, environment
from tests.runtime.score import make

RECORDING = ROOT / "examples" / "minuet.ogg"
SCORE = ROOT / "examples" / "minuet.musicxml"
REST = "      <note><rest/><duration>8</duration></note>\n"
DRUM = (
    "      <note><unpitched><display-step>E</display-step><display-octave>4</display-octave></unpitched>"
    "<duration>2</duration></note>\n"
)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stub_model.write_stub(tmp_path_factory.mktemp("model"))


def mark(folder: Path, card: Path, score: Path, out: str | Path, **options: object) -> Result:
    words = (RECORDING, "--model", card, "--score", score, "--out", out, "--quiet")
    return analyze(folder, *words, **options)


def transposed(semitones: int) -> bytes:
    """The minuet that many semitones higher."""
    tree = etree.parse(SCORE)
    names = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    for pitch in tree.iter("pitch"):
        alter = int(pitch.findtext("alter") or 0)
        midi = 12 * int(pitch.findtext("octave")) + names[pitch.findtext("step")] + alter + semitones
        step = max((n for n in names if names[n] <= midi % 12), key=names.__getitem__)
        for child in list(pitch):
            pitch.remove(child)
        for tag, value in (("step", step), ("alter", midi % 12 - names[step]), ("octave", midi // 12)):
            etree.SubElement(pitch, tag).text = str(value)
    return etree.tostring(tree)


def another_piece() -> bytes:
    """Sixteen bars in the minuet's key and metre whose harmony goes its own way."""
    bars = []
    for i in range(16):
        roots = ("E", "B", "C", "A", "F", "D")
        root = roots[(5 * i + i * i // 3) % 6]
        right = "".join(make.note(make.STEPS[(3 * i + 2 * k) % 7], 4 + (i + k) % 2) for k in range(3))
        left = make.note(root, 3, 6, staff=2, voice=5)
        head = make.ATTRIBUTES.format(beats=3) if i == 0 else ""
        bars.append(make.measure(i + 1, head + right + "      <backup><duration>6</duration></backup>\n" + left))
    return make.score(bars)


def drums_midi() -> bytes:
    track = mido.MidiTrack()
    for _ in range(40):
        track.append(mido.Message("note_on", channel=9, note=38, velocity=80, time=0))
        track.append(mido.Message("note_off", channel=9, note=38, time=240))
    out = io.BytesIO()
    mido.MidiFile(tracks=[track]).save(file=out)
    return out.getvalue()


def entity_bomb() -> bytes:
    pairs = zip("abcdefghi", "bcdefghij", strict=True)
    entities = '<!ENTITY a "haha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairs)
    return make.plain(1).replace(make.HEAD.encode(), f"<!DOCTYPE score-partwise [{entities}]>".encode()).replace(
        b"Piano", b"&j;"
    )  # fmt: skip


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "another piece": ("t.musicxml", another_piece, "does not play this score"),
    "a third too low": ("t.musicxml", lambda: transposed(-3), "sounds 3 semitones higher than the score"),
    "no notes": ("t.musicxml", lambda: make.score([make.measure(i, REST) for i in range(1, 9)]), "no pitched notes"),
    "percussion": ("t.musicxml", lambda: make.score([make.measure(1, 4 * DRUM)]), "no pitched notes"),
    "percussion MIDI": ("t.mid", drums_midi, "no pitched notes"),
    "1,250 pages": ("t.musicxml", lambda: f"<score-partwise><part id='P1'>{'<measure/>' * 25_000}</part>"
                    "</score-partwise>".encode(), "more than 20000 measures"),
    "an entity bomb": ("t.musicxml", entity_bomb, "declares the entity"),
    "a zip bomb": ("t.mxl", lambda: make.zipped({"META-INF/container.xml": make.container(),
                                                "score.xml": b" " * (60 << 20)}), "zip bomb"),
    "a zip bomb of MuseScore": ("t.mscz", lambda: make.zipped({"t.mscx": b" " * (60 << 20)}), "zip bomb"),
    "a timewise score": ("t.musicxml", lambda: b"<score-timewise/>", "ordered by time"),
    "another kind of file": ("t.musicxml", lambda: b"%PDF-1.4", "not well-formed"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_score_is_refused_in_one_line_and_nothing_is_written(tmp_path: Path, card: Path, name: str) -> None:
    file, data, message = BAD[name]
    score = tmp_path / file
    score.write_bytes(data())
    before = score.read_bytes()
    result = mark(tmp_path, card, score, f"out{score.suffix}")
    assert result.status == 1 and message in result.err, result.err
    assert "Traceback" not in result.err and len(result.err.strip().splitlines()) == 1 and result.out == b""
    assert score.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [file]


def test_a_refused_score_is_not_harmed_when_it_is_also_the_output(tmp_path: Path, card: Path) -> None:
    score = tmp_path / "t.musicxml"
    score.write_bytes(another_piece())
    result = mark(tmp_path, card, score, score)
    assert result.status == 1 and "does not play" in result.err
    assert score.read_bytes() == another_piece() and [p.name for p in tmp_path.iterdir()] == ["t.musicxml"]


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("folder.musicxml", "a folder is in the way"),
        ("file/out.musicxml", "the folder cannot be made"),
        ("out.mid", "cannot be written as .mid"),
        ("out.pdf", "cannot be written as .pdf"),
    ],
)
def test_an_output_that_cannot_be_is_said_in_one_line(tmp_path: Path, card: Path, out: str, message: str) -> None:
    (tmp_path / "folder.musicxml").mkdir()
    (tmp_path / "file").touch()
    before = sorted(p.name for p in tmp_path.rglob("*"))
    result = mark(tmp_path, card, SCORE, out)
    assert result.status in (1, 2) and message in result.err, result.err
    assert "Traceback" not in result.err and len(result.err.strip().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.rglob("*")) == before


def test_the_folder_of_the_output_is_made(tmp_path: Path, card: Path) -> None:
    result = mark(tmp_path, card, SCORE, "nowhere/out.musicxml")
    assert result.status == 0, result.err
    assert (tmp_path / "nowhere" / "out.musicxml").is_file()


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on the size of files")
@pytest.mark.parametrize("out", ["score.musicxml", "other.musicxml"])
def test_a_full_disk_leaves_the_score_as_it_was_and_nothing_half_written(tmp_path: Path, card: Path, out: str) -> None:
    score = tmp_path / "score.musicxml"
    score.write_bytes(SCORE.read_bytes())
    limit = score.stat().st_size // 2

    def full() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    result = mark(tmp_path, card, score, tmp_path / out, preexec_fn=full)
    assert result.status == 1 and "cannot write" in result.err and "Traceback" not in result.err, result.err
    assert score.read_bytes() == SCORE.read_bytes() and [p.name for p in tmp_path.iterdir()] == ["score.musicxml"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_folder_without_permission_is_named(tmp_path: Path, card: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    result = mark(tmp_path, card, SCORE, closed / "out.musicxml")
    assert result.status == 1 and "cannot write" in result.err and not list(closed.iterdir())


def test_over_itself_the_score_is_replaced_and_its_backup_is_of_the_first_time(tmp_path: Path, card: Path) -> None:
    score = tmp_path / "score.musicxml"
    score.write_bytes(SCORE.read_bytes())
    assert mark(tmp_path, card, score, score).status == 0
    once = score.read_bytes()
    assert any(m.ours for m in read_score(score).marks)
    assert mark(tmp_path, card, score, score).status == 0
    assert score.read_bytes() == once
    assert sorted(p.name for p in tmp_path.iterdir()) == ["score.musicxml", "score.musicxml.bak"]
    assert (tmp_path / "score.musicxml.bak").read_bytes() == SCORE.read_bytes()


def thousand_pages(path: Path) -> None:
    """The minuet and then 15,984 other bars: 16,000 bars at four systems of four bars a page."""
    text = SCORE.read_text()
    end = text.rindex("</part>")
    more = "".join(make.two_staves(n, 3) for n in range(17, 16_001))
    path.write_text(text[:end] + more + text[end:])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told in KiB on Linux")
def test_a_thousand_pages_and_a_short_recording_end_within_a_gigabyte(tmp_path: Path, card: Path) -> None:
    score, out = tmp_path / "long.musicxml", tmp_path / "out.musicxml"
    thousand_pages(score)
    words = command(RECORDING, "--model", card, "--score", score, "--out", out, "--quiet")
    with (tmp_path / "err").open("wb") as err:
        running = subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=err)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    told = (tmp_path / "err").read_text()
    assert running.returncode in (0, 1) and "Traceback" not in told, told
    if running.returncode == 0:
        marked = {m.measure for m in read_score(out).marks if m.ours}
        assert marked and max(marked) < 32
    else:
        assert re.search(r"^error: .*score", told) and not out.exists()
    assert usage.ru_maxrss < 1_000_000
