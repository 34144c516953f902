"""An `Analysis` as schema-1 items, packed into numbered chunks, and back."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from bridge.osc.schema import (
    BUNDLE_LIMIT_BYTES,
    ITEM_ADDRESSES,
    LOUDNESS_VALUES,
    PROTO,
    SECTIONS,
    Arg,
    Message,
    bundle,
    decode,
    encode,
)
from runtime.analysis import (
    LADDER,
    LEVELS,
    Analysis,
    Beat,
    ChangePoint,
    Dynamic,
    Hairpin,
    Level,
    Loudness,
    Metre,
    ModelIdentity,
    Source,
    Tempo,
    folded,
)

LONGEST_NAME = 200


def _version() -> str:
    try:
        return version("mezzoforte")
    except PackageNotFoundError:
        return "0+source"


VERSION = _version()
Items = dict[str, dict[int, tuple[Arg, ...]]]
_LIVE_DYNAMIC = "/piano/live/dynamic"


def named(level: str, proto: int = PROTO) -> tuple[str, float]:
    """Label and 0..1 of a level in a dynamic message: proto 1 knows five levels only."""
    names: tuple[str, ...] = LEVELS if proto == 1 else LADDER
    label = folded(level) if proto == 1 else level
    return label, names.index(label) / (len(names) - 1)


def in_proto(packet: bytes, proto: int) -> bytes:
    """A live message as a listener of this proto is told it."""
    if proto == PROTO or not packet.startswith(_LIVE_DYNAMIC.encode() + b"\0"):
        return packet
    ((address, args, _),) = decode(packet)
    return encode(address, *args[:2], *named(str(args[2]), proto), *args[4:])


def items(analysis: Analysis, section: str = "all", proto: int = PROTO) -> list[Message]:
    """Every item of a section as address and arguments; `section` is one of `SECTIONS`."""
    if section not in SECTIONS:
        raise ValueError(f"section {section!r} is not one of {', '.join(SECTIONS)}")
    makers: dict[str, Callable[[Analysis], list[tuple[Arg, ...]]]] = {
        "meter": _meters,
        "beat": _beats,
        "tempo": _tempi,
        "dynamic": partial(_dynamics, proto=proto),
        "change": _changes,
        "hairpin": _hairpins,
        "loudness": _loudness,
    }
    wanted = makers if section == "all" else {section: makers[section]}
    return [(f"/piano/{name}", row) for name, make in wanted.items() for row in make(analysis)]


def _meters(a: Analysis) -> list[tuple[Arg, ...]]:
    return [(i, m.time_s, m.beats_per_bar, 4) for i, m in enumerate(a.metre)]


def _beats(a: Analysis) -> list[tuple[Arg, ...]]:
    return [(i, b.time_s, b.bar, b.position, b.confidence) for i, b in enumerate(a.beats)]


def _tempi(a: Analysis) -> list[tuple[Arg, ...]]:
    return [(i, t.time_s, t.bpm) for i, t in enumerate(a.tempo)]


def _dynamics(a: Analysis, proto: int) -> list[tuple[Arg, ...]]:
    ends_s = [*[d.time_s for d in a.dynamics[1:]], a.source.duration_s]
    return [
        (i, d.time_s, *named(d.level, proto), end_s, d.confidence)
        for i, (d, end_s) in enumerate(zip(a.dynamics, ends_s, strict=False))
    ]


def _changes(a: Analysis) -> list[tuple[Arg, ...]]:
    return [(i, c.time_s, _change_kind(a, c.beat), c.confidence) for i, c in enumerate(a.change_points)]


def _change_kind(a: Analysis, beat: int) -> str:
    """Louder, softer or same, from the levels on both sides of the change."""
    if not a.beat_levels or beat == 0:
        return "same"
    before, after = LADDER.index(a.beat_levels[beat - 1]), LADDER.index(a.beat_levels[beat])
    return "louder" if after > before else "softer" if after < before else "same"


def _hairpins(a: Analysis) -> list[tuple[Arg, ...]]:
    return [(i, h.start_s, h.end_s, h.kind, h.confidence) for i, h in enumerate(a.hairpins)]


def _loudness(a: Analysis) -> list[tuple[Arg, ...]]:
    values, hop_s = a.loudness.ntot_sone, a.loudness.hop_s
    starts = range(0, len(values), LOUDNESS_VALUES)
    return [(n, at * hop_s, hop_s, *values[at : at + LOUDNESS_VALUES]) for n, at in enumerate(starts)]


@dataclass(frozen=True)
class Transfer:
    """The packets of one transfer, ready to send: begin, the chunks, end."""

    rid: int
    begin: bytes
    chunks: tuple[bytes, ...]
    end: bytes

    def packet(self, seq: int) -> bytes:
        """Packet acknowledged with `seq`: −1 begin, −2 end, else a chunk."""
        return {-1: self.begin, -2: self.end}.get(seq) or self.chunks[seq]


def make_transfer(analysis: Analysis, rid: int, section: str = "all", proto: int = PROTO) -> Transfer:
    """Pack a section into bundles of at most 1,200 bytes, for listeners of a proto."""
    groups: list[list[bytes]] = []
    room = 0
    header = len(bundle([encode("/piano/chunk", rid, 0, 0, 0)]))
    crc = n_items = 0
    for address, args in items(analysis, section, proto):
        message = encode(address, *args)
        crc = zlib.crc32(message, crc)
        n_items += 1
        if not groups or len(message) + 4 > room:
            groups.append([])
            room = BUNDLE_LIMIT_BYTES - header
        groups[-1].append(message)
        room -= len(message) + 4
    source, n = analysis.source, len(groups)
    begin = encode(
        "/piano/begin", rid, source.name[:LONGEST_NAME], source.duration_s, source.sample_rate_hz, n, n_items,
        analysis.model.name[:LONGEST_NAME], section,
    )  # fmt: skip
    chunks = tuple(bundle([encode("/piano/chunk", rid, seq, n, len(g)), *g]) for seq, g in enumerate(groups))
    return Transfer(rid, begin, chunks, encode("/piano/end", rid, n, n_items, crc >> 16, crc & 0xFFFF))


def analysis_from_items(begin: tuple[Arg, ...], found: Items) -> Analysis:
    """The analysis that complete items describe; times carry float32 rounding (under 0.5 ms up to two hours).

    What the schema does not carry (the model's hash, warnings, score alignment) is left empty.
    """
    rows = {a: [args for _, args in sorted(found.get(a, {}).items())] for a in ITEM_ADDRESSES}
    beats = tuple(Beat(float(t), int(bar), int(pos), float(c)) for _, t, bar, pos, c in rows["/piano/beat"])
    times_s = [b.time_s for b in beats]
    dynamics = tuple(
        Dynamic(float(t), _beat_at(times_s, float(t)), _level(label), float(conf))
        for _, t, label, _, _, conf in rows["/piano/dynamic"]
    ) if beats else ()  # fmt: skip
    changes = tuple(
        ChangePoint(float(t), _beat_at(times_s, float(t)), float(s)) for _, t, _, s in rows["/piano/change"]
    ) if beats else ()  # fmt: skip
    return Analysis(
        source=Source(str(begin[1]), float(begin[2]), int(begin[3])),
        model=ModelIdentity(str(begin[6]), "", "", ""),
        beats=beats,
        metre=tuple(Metre(float(t), int(num), 1.0) for _, t, num, _ in rows["/piano/meter"]),
        tempo=tuple(Tempo(float(t), float(bpm)) for _, t, bpm in rows["/piano/tempo"]),
        dynamics=dynamics,
        beat_levels=_levels(len(beats), dynamics),
        change_points=changes,
        hairpins=tuple(
            Hairpin(float(t), float(end), "crescendo" if kind == "crescendo" else "diminuendo", float(conf))
            for _, t, end, kind, conf in rows["/piano/hairpin"]
        ),
        loudness=_curve(rows["/piano/loudness"]),
    )


def _beat_at(times_s: list[float], time_s: float) -> int:
    """Index of the beat nearest to a time."""
    after = bisect_right(times_s, time_s)
    near = [i for i in (after - 1, after) if 0 <= i < len(times_s)]
    return min(near, key=lambda i: abs(times_s[i] - time_s))


def _level(label: Arg) -> Level:
    if label not in LADDER:
        raise ValueError(f"{label!r} is not a level")
    return cast(Level, label)


def _levels(n_beats: int, dynamics: tuple[Dynamic, ...]) -> tuple[Level, ...]:
    """Level at each beat: the last mark at or before it (the first mark before any)."""
    if not dynamics:
        return ()
    marks = [d.beat for d in dynamics]
    return tuple(dynamics[max(0, bisect_right(marks, i) - 1)].level for i in range(n_beats))


def _curve(rows: list[tuple[Arg, ...]]) -> Loudness:
    if not rows:
        return Loudness(0.1, ())
    return Loudness(round(float(rows[0][2]), 6), tuple(float(v) for row in rows for v in row[3:]))
