"""Ardour session files: take out what an earlier run wrote, put in point markers, read back what Ardour saved.

Ardour's Lua can neither remove a tempo nor, without its window, add a point marker, so the session file is edited
for that before Ardour opens it. Positions in it are superclocks: ``a`` and seconds times 282,240,000.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from lxml import etree

from runtime.errors import OutputError
from runtime.write import write_bytes

SUPERCLOCKS_PER_S = 282_240_000
PREFIX = "mf: "
TRACK = "Mezzoforte dynamics"
SNAPSHOT = "before mezzoforte"


@dataclass(frozen=True)
class SavedTempo:
    """Tempo map, marks and lane as they stand in a session file."""

    times_s: npt.NDArray[np.float64]
    quarters: npt.NDArray[np.float64]
    bpm: npt.NDArray[np.float64]
    metres: tuple[tuple[float, int, int], ...]
    markers: tuple[tuple[str, float], ...]
    ranges: tuple[tuple[str, float, float], ...]
    gain_points: int

    def seconds_at(self, quarters: float) -> float:
        """Time of a musical position by the saved tempi."""
        at = max(0, int(np.searchsorted(self.quarters, quarters + 1e-9, side="right")) - 1)
        return float(self.times_s[at] + (quarters - self.quarters[at]) * 60 / self.bpm[at])


def session_file(folder: Path) -> Path:
    """The session file of a session folder, our own snapshots aside.

    Raises `OutputError` when there is none, or more than one to choose.
    """
    found = sorted(f for f in folder.glob("*.ardour") if not f.stem.startswith(SNAPSHOT))
    same = [f for f in found if f.stem == folder.name]
    if len(found) == 1 or same:
        return (same or found)[0]
    what = "several sessions; name the file itself" if found else "no Ardour session here"
    raise OutputError(what, where=str(folder), advice="Give the folder that holds NAME.ardour, saved and closed")


def read_session(path: Path) -> etree._Element:
    """The root of a session file. Raises `OutputError` when it is not one."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        root = etree.parse(str(path), parser).getroot()
    except (OSError, etree.XMLSyntaxError) as e:
        raise OutputError(f"cannot be read: {e}", where=str(path)) from e
    if root.tag != "Session" or root.find("TempoMap/Tempos") is None:
        raise OutputError(
            "not a session of Ardour 7 or later", where=str(path), advice="Open and save it with Ardour 7 first"
        )
    return root


def prepare(path: Path, plan: dict[str, Any]) -> None:
    """Edit a closed session: one tempo and metre, none of our old marks, point markers of the plan.

    What was there before the first run stays beside it as ``NAME.ardour.before-mezzoforte``.
    """
    root = read_session(path)
    before = path.read_bytes()
    for kind in ("Tempos", "Meters"):
        for extra in root.find(f"TempoMap/{kind}")[1:]:
            extra.getparent().remove(extra)
    locations = root.find("Locations")
    if locations is None:
        locations = etree.SubElement(root, "Locations")
    for location in list(locations):
        if location.get("name", "").startswith(PREFIX):
            locations.remove(location)
    number = int(root.get("id-counter", "0"))
    for time_s, end_s, label, kind in plan["marks"]:
        if kind == "hairpin" and end_s > time_s:
            continue
        number += 1
        at = f"a{round(time_s * SUPERCLOCKS_PER_S)}"
        etree.SubElement(
            locations, "Location", id=str(number), name=PREFIX + label, start=at, end=at, flags="IsMark", locked="0",
            timestamp=str(int(time.time())), cue="0",
        )  # fmt: skip
    root.set("id-counter", str(number + 1))
    backup = path.with_name(path.name + ".before-mezzoforte")
    if not backup.exists():  # of a second run the session before is ours; that of the first is the user's own
        write_bytes(backup, before)
    write_bytes(path, etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def restore_hints(path: Path, before: bytes) -> None:
    """Put back which audio device the session was made with: Ardour would ask about the one used without a window."""
    root, old = read_session(path), etree.fromstring(before)
    hints, wanted = root.find("EngineHints"), old.find("EngineHints")
    if hints is not None:
        root.remove(hints)
    if wanted is not None:
        root.insert(1, wanted)
    write_bytes(path, etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def read_saved(path: Path, track: str = TRACK) -> SavedTempo:
    """What a session file says about tempo, our marks, and the gain of a track."""
    root = read_session(path)
    tempi = root.findall("TempoMap/Tempos/Tempo")
    ours = [loc for loc in root.iter("Location") if loc.get("name", "").startswith(PREFIX)]
    metres = tuple(
        (_quarters(m.get("quarters")), int(float(m.get("divisions-per-bar"))), int(float(m.get("note-value"))))
        for m in root.findall("TempoMap/Meters/Meter")
    )
    return SavedTempo(
        times_s=np.array([int(t.get("sclock")) / SUPERCLOCKS_PER_S for t in tempi]),
        quarters=np.array([_quarters(t.get("quarters")) for t in tempi]),
        bpm=np.array([float(t.get("npm")) * 4 / float(t.get("note-type")) for t in tempi]),
        metres=metres,
        markers=tuple((m.get("name"), _seconds(m.get("start"))) for m in ours if "IsMark" in m.get("flags")),
        ranges=tuple(
            (m.get("name"), _seconds(m.get("start")), _seconds(m.get("end")))
            for m in ours
            if "IsRangeMarker" in m.get("flags")
        ),
        gain_points=_gain_points(root, track),
    )


def _gain_points(root: etree._Element, track: str) -> int:
    routes = [r for r in root.iter("Route") if r.get("name") == track]
    lists = [a for r in routes for a in r.iter("AutomationList") if a.get("automation-id") == "gain"]
    return sum(len((a.findtext("events") or "").split()) // 2 for a in lists)


def _seconds(position: str) -> float:
    return int(position.lstrip("a")) / SUPERCLOCKS_PER_S


def _quarters(text: str) -> float:
    """``QUARTERS:TICKS`` with 1920 ticks to the quarter."""
    whole, _, ticks = text.partition(":")
    return int(whole) + int(ticks or 0) / 1920
