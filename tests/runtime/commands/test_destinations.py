"""Results that leave by what another package offers."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from runtime.analysis import Analysis
from runtime.analyze import main
from runtime.commands import destinations
from runtime.errors import OutputError
from tests import stub_model
from tests.runtime import audio_files

received: list[tuple[Analysis, str]] = []


def take(analysis: Analysis, target: str) -> str:
    received.append((analysis, target))
    return f"taken to {target}"


def refuse(analysis: Analysis | None, target: str) -> str:
    raise OutputError("nobody answers", where=target)


def offer(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    monkeypatch.setattr(destinations, "entry_points", lambda **which: EntryPoints(points).select(**which))


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    recording = audio_files.write(tmp_path / "take.wav", 3.0)
    card = stub_model.write_stub(tmp_path)
    return [str(recording), "--model", str(card), "--osc", "127.0.0.1:9001"]


def test_a_destination_gets_the_analysis_and_stdout_still_the_json(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, EntryPoint("osc", f"{__name__}:take", destinations.GROUP))
    received.clear()
    assert main(words) == 0
    told = capsys.readouterr()
    assert "taken to 127.0.0.1:9001" in told.err
    assert [target for _, target in received] == ["127.0.0.1:9001"]
    assert received[0][0].to_json() + "\n" == told.out


def test_a_destination_that_refuses_makes_the_run_fail(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, EntryPoint("osc", f"{__name__}:refuse", destinations.GROUP))
    assert main(words) == 1
    assert "nobody answers" in capsys.readouterr().err


class Checked:
    """A destination that knows beforehand that there is no such target."""

    def check(self, target: str) -> None:
        refuse(None, target)

    def __call__(self, analysis: Analysis, target: str) -> str:
        raise AssertionError("nothing should come so far")


checked = Checked()


def test_a_target_that_cannot_be_is_told_before_anything_is_analysed(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, EntryPoint("osc", f"{__name__}:checked", destinations.GROUP))
    assert main(words) == 2
    told = capsys.readouterr()
    assert "nobody answers" in told.err and told.out == ""


@pytest.mark.parametrize("points", [(), (EntryPoint("osc", "no_such_package.here:take", destinations.GROUP),)])
def test_without_a_destination_nothing_is_analysed_and_the_way_out_is_named(
    words: list[str],
    points: tuple[EntryPoint, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    offer(monkeypatch, *points)
    assert main(words) == 2
    told = capsys.readouterr()
    assert "nstall" in told.err and "bridge" in told.err
    assert told.out == ""
