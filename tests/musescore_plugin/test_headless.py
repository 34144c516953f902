"""The plugin's own code in a real MuseScore 3, without a window: what it reads, writes, keeps and takes back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from runtime.score.read.files import read_score
from tests.musescore_plugin.musescore import (
    SMALL,
    FakeBridge,
    convert,
    dynamic,
    hairpin,
    needs_musescore,
    perform,
    plan_of,
)

pytestmark = needs_musescore

PLAN: dict[str, Any] = plan_of(
    [
        dynamic(0, "0", 0, "pp"),
        dynamic(1, "1", 480, "ff"),  # occupied by the f that is written there
        hairpin(2, "2", 2400, 4800, "diminuendo"),  # overlaps the crescendo that is written there
        hairpin(4, "4", 4800, 5760, "diminuendo"),
        dynamic(6, "6", 7680, "mf"),
        hairpin(7, "7", 9600, 13440, "crescendo"),
        hairpin(9, "9", 13440, 15360, "crescendo", staff=2),
    ],
    tempos=[{"tick": 480, "bpm": 66.0}, {"tick": 7680, "bpm": 72.5}],
)
WRITTEN = [["dynamic", "f", 480, 480, 1, False], ["hairpin", "crescendo", 1920, 3360, 1, False]]
ADDED = [
    ["dynamic", "pp", 0, 0, 1, True],
    ["dynamic", "mf", 7680, 7680, 1, True],
    ["hairpin", "diminuendo", 4800, 5760, 1, True],
    ["hairpin", "crescendo", 9600, 13440, 1, True],
    ["hairpin", "crescendo", 13440, 15360, 2, True],
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def score(home: Path) -> Path:
    """The small score as MuseScore's own file: a pickup, a repeat with voltas, a change of metre, two marks."""
    return convert(home, SMALL, home / "small.mscz")


@pytest.fixture
def bridge(home: Path) -> Iterator[FakeBridge]:
    started = FakeBridge(home, PLAN)
    yield started
    started.close()


def test_the_score_is_read_with_pickup_metre_change_repeat_and_endings(home: Path, score: Path) -> None:
    (seen,) = perform(home, score, ["look"])
    measures = seen["measures"]
    assert [m["number"] for m in measures] == [str(n) for n in range(10)]
    assert [m["ticks"] for m in measures] == [480] + 5 * [1440] + 4 * [1920]
    assert [m["time"] for m in measures] == 6 * [[3, 4]] + 4 * [[4, 4]]
    assert [i for i, m in enumerate(measures) if m.get("repeat_start")] == [1]
    assert [(i, m["repeat_times"]) for i, m in enumerate(measures) if m.get("repeat_times")] == [(4, 2)]
    assert [(i, m["endings"]) for i, m in enumerate(measures) if m.get("endings")] == [(4, [1]), (5, [2])]
    assert sorted(seen["marks"]) == sorted(WRITTEN)


_BAR = (
    '<measure number="{}">{}<note><pitch><step>C</step><octave>4</octave></pitch><duration>4</duration>'
    "<type>whole</type></note>{}</measure>"
)
_LINE = '<barline location="{}"><bar-style>{}</bar-style>{}</barline>'


def test_repeats_that_meet_at_one_bar_line_are_both_read_and_a_dashed_line_is_none(home: Path) -> None:
    forward = _LINE.format("left", "heavy-light", '<repeat direction="forward"/>')
    backward = _LINE.format("right", "light-heavy", '<repeat direction="backward"/>')
    dashed = _LINE.format("right", "dashed", "")
    head = "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
    bars = [(head + forward, ""), ("", backward), (forward, ""), ("", backward), ("", dashed), ("", "")]
    path = home / "repeats.musicxml"
    path.write_text(
        '<?xml version="1.0"?><score-partwise version="3.1"><part-list><score-part id="P1"><part-name>P</part-name>'
        '</score-part></part-list><part id="P1">'
        + "".join(_BAR.format(i + 1, *bar) for i, bar in enumerate(bars))
        + "</part></score-partwise>"
    )
    (seen,) = perform(home, convert(home, path, home / "repeats.mscz"), ["look"])
    measures = seen["measures"]
    assert [i for i, m in enumerate(measures) if m.get("repeat_start")] == [0, 2]
    assert [i for i, m in enumerate(measures) if m.get("repeat_times")] == [1, 3]


def test_what_is_sent_is_what_the_bridge_describes_and_becomes_the_score_in_the_file(
    home: Path, score: Path, bridge: FakeBridge
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from bridge.api import openapi
    from bridge.api.work import read_score as from_request

    perform(home, score, ["analyse", "/music/take.wav"])
    request = bridge.asked[0]
    assert {k.lower() for k in request["headers"]}.isdisjoint({"origin", "referer", "cookie", "sec-fetch-site"})
    schema = {"$ref": "#/components/schemas/AnalyseRequest", "components": {"schemas": openapi.SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(request["body"])
    sent, filed = from_request(request["body"]["score"]), read_score(score)
    assert sent is not None
    assert [(n.onset, n.duration, n.pitch, n.staff) for n in sent.notes] == [
        (n.onset, n.duration, n.pitch, n.staff) for n in filed.notes
    ]
    fields = ("number", "start", "duration", "time", "offset", "repeat_start", "repeat_times", "endings")
    assert [[getattr(m, f) for f in fields] for m in sent.measures] == [
        [getattr(m, f) for f in fields] for m in filed.measures
    ]
    assert sorted(map(str, sent.marks)) == sorted(map(str, filed.marks))


def test_marks_are_added_kept_on_the_second_run_and_removed_without_a_trace(
    home: Path, score: Path, bridge: FakeBridge
) -> None:
    marked = home / "marked.mscz"
    told = perform(
        home, score, ["look"], ["analyse", "/a.wav", {"tempo": True}], ["look"], ["save", str(marked), "mscz"],
        ["analyse", "/a.wav"], ["look"], ["remove"], ["look"],
    )  # fmt: skip
    before, first, once, _, second, twice, removed, after = told
    assert (first["state"], first["added"], first["removed"]) == ("applied", 5, 0)
    assert sorted(once["marks"]) == sorted(WRITTEN + ADDED)
    assert once["tempos"] == [[480, 66, True], [7680, 72.5, True]]
    assert once["score"] == before["score"]
    assert (second["state"], second["added"], second["removed"]) == ("applied", 0, 0)
    assert twice["marks"] == once["marks"]
    assert removed["removed"] == 7
    assert (after["marks"], after["tempos"], after["score"]) == (before["marks"], [], before["score"])
    filed = read_score(marked)
    assert [(m.kind, m.value, m.start, m.end, m.staff) for m in filed.marks if m.ours] == sorted(
        [(k, v, Fraction(a, 480), Fraction(b, 480), s) for k, v, a, b, s, _ in ADDED], key=lambda m: (m[2], m[4])
    )
    assert filed.fingerprint() == read_score(score).fingerprint()


def test_the_exported_musicxml_says_real_dynamics(home: Path, score: Path, bridge: FakeBridge) -> None:
    out = home / "marked.musicxml"
    perform(home, score, ["analyse", "/a.wav"], ["save", str(out), "musicxml"])
    text = out.read_text(encoding="utf-8")
    assert "<pp/>" in text and "<mf/>" in text
    assert "other-dynamics" not in text


def test_after_saving_and_reopening_a_run_still_knows_its_own_marks(
    home: Path, score: Path, bridge: FakeBridge
) -> None:
    marked = home / "marked.mscz"
    perform(home, score, ["analyse", "/a.wav"], ["save", str(marked), "mscz"])
    run, seen, removed, after = perform(home, marked, ["analyse", "/a.wav"], ["look"], ["remove"], ["look"])
    assert (run["added"], run["removed"]) == (0, 0)
    assert sorted(seen["marks"]) == sorted(WRITTEN + ADDED)
    assert removed["removed"] == 5
    assert sorted(after["marks"]) == sorted(WRITTEN)


def test_a_click_on_a_row_goes_to_its_bar(home: Path, score: Path) -> None:
    starts = {0: 0, 480: 480, 2400: 1920, 7680: 7680, 13000: 11520}
    told = perform(home, score, *[["jump", tick, 1] for tick in starts])
    assert [t["at"] for t in told] == list(starts.values())


def test_undo_takes_everything_back(home: Path, score: Path, bridge: FakeBridge) -> None:
    before, run, after = perform(home, score, ["look"], ["analyse", "/a.wav", {"tempo": True}], ["undo"], ["look"])
    assert run["steps"] == 4  # three hairpins by command, everything else in one
    assert after == before


def test_replacing_takes_the_marks_in_the_way_and_undo_brings_them_back(
    home: Path, score: Path, bridge: FakeBridge
) -> None:
    run, seen, after = perform(home, score, ["analyse", "/a.wav", {"policy": "replace"}], ["look"], ["undo"], ["look"])[
        :3
    ]
    assert (run["added"], run["removed"]) == (7, 2)
    assert [m for m in seen["marks"] if not m[5]] == []
    assert sorted(after["marks"]) == sorted(WRITTEN)


def test_comparing_writes_nothing(home: Path, score: Path, bridge: FakeBridge) -> None:
    run, seen = perform(home, score, ["analyse", "/a.wav", {"policy": "compare"}], ["look"])
    assert (run["state"], run["steps"]) == ("applied", 0)
    assert sorted(seen["marks"]) == sorted(WRITTEN)


def test_what_was_accepted_stays_on_a_second_visit_and_goes_only_when_told(
    home: Path, score: Path, bridge: FakeBridge
) -> None:
    other = plan_of([dynamic(0, "0", 0, "p"), dynamic(6, "6", 7680, "mf"), dynamic(7, "7", 9600, "f")])
    marked = home / "marked.mscz"
    perform(home, score, ["analyse", "/a.wav"], ["save", str(marked), "mscz"])
    (same,) = perform(home, marked, ["analyse", "/a.wav", {"toggle": [["dynamic:0:1", False]]}])
    assert same["counts"] == {"add": 0, "remove": 0, "deaf": 0}
    assert (same["added"], same["removed"], same["steps"]) == (0, 0, 0)
    bridge.plan = other
    kept, seen = perform(home, marked, ["analyse", "/b.wav"], ["look"])
    assert [r for r in kept["rows"] if r[1] == "instead"] == [["dynamic:0:1", "instead", False]]
    assert {r[1] for r in kept["rows"]} == {"instead", "there", "add", "earlier"}
    assert (kept["added"], kept["removed"]) == (1, 0)
    assert sorted(seen["marks"]) == sorted([*WRITTEN, *ADDED, ["dynamic", "f", 9600, 9600, 1, True]])
    updated, seen = perform(home, marked, ["analyse", "/b.wav", {"earlier": "update"}], ["look"])
    assert (updated["added"], updated["removed"]) == (2, 4)
    assert sorted(m for m in seen["marks"] if m[5]) == [
        ["dynamic", "f", 9600, 9600, 1, True],
        ["dynamic", "mf", 7680, 7680, 1, True],
        ["dynamic", "p", 0, 0, 1, True],
    ]
    one, _ = perform(home, marked, ["analyse", "/b.wav", {"toggle": [["earlier:hairpin:4800:1", True]]}], ["look"])
    assert (one["counts"]["add"], one["removed"]) == (1, 1)


def test_an_unticked_mark_is_not_written_and_stays_unticked_on_later_visits(
    home: Path, score: Path, bridge: FakeBridge
) -> None:
    marked = home / "marked.mscz"
    run, seen, _ = perform(
        home, score, ["analyse", "/a.wav", {"toggle": [["dynamic:0:1", False]]}], ["look"],
        ["save", str(marked), "mscz"],
    )  # fmt: skip
    assert run["added"] == len(ADDED) - 1
    assert sorted(seen["marks"]) == sorted(WRITTEN + ADDED[1:])
    again, wanted, seen = perform(
        home, marked, ["analyse", "/a.wav"], ["analyse", "/a.wav", {"toggle": [["dynamic:0:1", True]]}], ["look"]
    )
    assert (again["counts"]["add"], again["added"], wanted["added"]) == (0, 0, 1)
    assert sorted(seen["marks"]) == sorted(WRITTEN + ADDED)


def test_a_score_that_was_edited_in_between_is_refused(home: Path, score: Path, bridge: FakeBridge) -> None:
    run, seen = perform(home, score, ["analyse", "/a.wav", {"edit": True}], ["look"])
    assert (run["state"], run["error"]["code"]) == ("failed", "score_changed")
    assert sorted(seen["marks"]) == sorted(WRITTEN)


def test_the_bridges_own_sentence_arrives(home: Path, score: Path) -> None:
    error = {"code": "no_plan", "message": "the recording does not play this score", "advice": "Check"}
    bridge = FakeBridge(home, PLAN, (422, {"error": error}))
    try:
        (run,) = perform(home, score, ["analyse", "/a.wav"])
    finally:
        bridge.close()
    assert (run["state"], run["error"]) == ("failed", error)


def test_without_a_bridge_the_score_stays_as_it_is(home: Path, score: Path) -> None:
    run, seen = perform(home, score, ["analyse", "/a.wav"], ["look"])
    assert (run["state"], run["error"]["code"]) == ("failed", "no_bridge")
    assert sorted(seen["marks"]) == sorted(WRITTEN)


def test_accents_and_sforzati_are_written_known_again_and_removed(home: Path, score: Path) -> None:
    accent = {**dynamic(3, "3", 3360, "accent"), "kind": "accent"}
    bridge = FakeBridge(home, plan_of([accent, dynamic(5, "5", 6240, "sf")]))
    marked = home / "marked.mscz"
    try:
        first, _, seen, second, _, after = perform(
            home, score, ["analyse", "/a.wav"], ["save", str(marked), "mscz"], ["look"], ["analyse", "/a.wav"],
            ["remove"], ["look"],
        )  # fmt: skip
        (reopened,) = perform(home, marked, ["analyse", "/a.wav"])
    finally:
        bridge.close()
    new = [["accent", "accent", 3360, 3360, 1, True], ["dynamic", "sf", 6240, 6240, 1, True]]
    assert (first["added"], second["added"], second["removed"], reopened["added"]) == (2, 0, 0, 0)
    assert sorted(seen["marks"]) == sorted(WRITTEN + new)
    assert sorted(after["marks"]) == sorted(WRITTEN)
    filed = [[m.kind, m.value, int(m.start * 480)] for m in read_score(marked).marks if m.ours]
    assert sorted(filed) == [n[:3] for n in new]
