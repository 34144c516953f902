"""OSC schema v2, its owner: every message with its types, and the strict codec for them.

Only int32, float32 and strings go over the wire, because they are all that liblo, Pure Data and sclang agree on,
and integers stay below 2**24, because Pure Data's numbers are float32. ``docs/osc.md`` is generated from here.
Source: Open Sound Control 1.0 (Wright, 2002) and 1.1 (Freed and Schmeder, NIME 2009).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Literal

from pythonosc.osc_message_builder import OscMessageBuilder

PROTO, OLDEST_PROTO = 2, 1
"""Listeners of both are served: `bridge.osc.data.in_proto` puts what they get into the words of theirs."""
BRIDGE_PORT = 7770
LISTENER_PORT = 7771
BUNDLE_LIMIT_BYTES = 1_200
RESEND_AFTER_S = 0.25
RESENDS = 12
ALIVE_EVERY_S = 2.0
LARGEST_RID = 9_999
LARGEST_INT = 2**24 - 1
LOUDNESS_VALUES = 100
ACK_BEGIN, ACK_END = -1, -2
SECTIONS = ("all", "meter", "beat", "tempo", "dynamic", "change", "hairpin", "loudness")

Arg = int | float | str
Message = tuple[str, tuple[Arg, ...]]
Direction = Literal["bridge to listener", "listener to bridge"]
_IMMEDIATELY = struct.pack(">Q", 1)
_LARGEST_PACKET = 65_507
_DEEPEST_BUNDLE = 4
_LARGEST_FLOAT = float.fromhex("0x1.fffffep127")


class BadPacketError(ValueError):
    """Bytes that are not OSC, or a message that the schema does not know. Dropped and counted, never fatal."""


@dataclass(frozen=True)
class Param:
    """One argument: its OSC type (i, f or s), name, and what it means with its unit."""

    type: Literal["i", "f", "s"]
    name: str
    meaning: str


@dataclass(frozen=True)
class Spec:
    """One message of the schema; `rest` says that the last parameter repeats, once or more."""

    address: str
    direction: Direction
    group: str
    params: tuple[Param, ...]
    meaning: str
    rest: bool = False

    @property
    def types(self) -> str:
        """OSC type tags without the comma; a repeating tail ends in ``…``."""
        return "".join(p.type for p in self.params) + ("…" if self.rest else "")


def _params(text: str) -> tuple[Param, ...]:
    """Parse ``type name: meaning`` lines."""
    found = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        head, _, meaning = line.partition(":")
        kind, name = head.split()
        found.append(Param(kind, name, meaning.strip()))  # type: ignore[arg-type]
    return tuple(found)


_OUT: Direction = "bridge to listener"
_IN: Direction = "listener to bridge"
_RID = f"i rid: result number 1..{LARGEST_RID}; a new number means: discard what you have"
_IDX = "i idx: number within its kind, from 0; the same idx again is the same item"
_BEAT = f"""{_IDX}
    f t: seconds from the start of the recording
    i bar: bar number, 0 for a pickup
    i beat: position in the bar, 1 is the downbeat
    f conf: confidence 0..1"""
_DYNAMIC = f"""{_IDX}
    f t: seconds
    s label: ppp, pp, p, mp, mf, f, ff or fff; to proto 1 pp (for ppp too), p (for mp too), mf, f or ff (for fff too)
    f level: 0 (ppp) to 1 (fff) in sevenths; to proto 1 0 (pp) to 1 (ff) in quarters
    f t_end: seconds at which the next dynamic begins
    f conf: confidence 0..1"""
_CHANGE = f"""{_IDX}
    f t: seconds
    s kind: louder, softer or same
    f strength: confidence 0..1"""

_HANDSHAKE = (
    ("/piano/hello", _IN, """s name: name of the listener
    i proto: schema version it speaks, 2 or 1
    i reply_port: UDP port it listens on; 0 for the port it sends from; ignored over TCP""",
     "Asks to be known. Answered by welcome, or by error 2 for another proto."),
    ("/piano/welcome", _OUT, f"""s version: Mezzoforte version
    i proto: schema version that this listener is spoken to in, the one it named
    {_RID}, 0 for none yet""",
     "The bridge knows the listener and will send it new results and signs of life."),
    ("/piano/get", _IN, f"s section: one of {', '.join(SECTIONS)}",
     "Asks for the present result or a part of it; how a late joiner catches up."),
    ("/piano/ping", _IN, "i token: any number", "Answered by pong."),
    ("/piano/pong", _OUT, f"""i token: as in the ping
    s version: Mezzoforte version
    {_RID}, 0 for none yet""", "Answer to ping."),
    ("/piano/alive", _OUT, f"{_RID}, 0 for none yet\ni uptime_s: seconds since the bridge started",
     f"Every {ALIVE_EVERY_S:g} s to every known listener."),
    ("/piano/error", _OUT, "i code: see the table of errors\ns text: what is wrong, for people", "A refusal."),
)  # fmt: skip
_TRANSFER = (
    ("/piano/begin", _OUT, f"""{_RID}
    s source: name of the recording
    f duration_s: its length
    i sample_rate: in Hz
    i n_chunks: how many chunks follow
    i n_items: how many items they hold
    s model: name of the model
    s section: which part this is, as in get""", "A transfer begins. Acknowledge with seq −1."),
    ("/piano/chunk", _OUT, f"""{_RID}
    i seq: number of this chunk from 0
    i n_chunks: how many there are
    i n_msgs: items in this bundle""", "First message of each bundle; the items follow in the same bundle."),
    ("/piano/end", _OUT, f"""{_RID}
    i n_chunks: how many there were
    i n_items: how many items they held
    i crc_high: upper 16 bits of the checksum
    i crc_low: lower 16 bits""",
     "The transfer is over. Acknowledge with seq −2 when nothing is missing, else ask for resends. The checksum is "
     "CRC-32 (as in zlib) over the encoded items in order of seq, without bundle framing and chunk headers."),
    ("/piano/ack", _IN, f"{_RID}\ni seq: chunk received; −1 for begin, −2 for end", "Received."),
    ("/piano/resend", _IN, f"{_RID}\ni seq: chunk that is missing", "Asks for one chunk again."),
)  # fmt: skip
_ITEMS = (
    ("/piano/meter", f"{_IDX}\nf t: seconds\ni num: beats per bar\ni den: always 4, one beat is one quarter",
     "The metre from here on."),
    ("/piano/beat", _BEAT, "A beat."),
    ("/piano/tempo", f"{_IDX}\nf t: seconds\nf bpm: beats per minute up to the next", "The tempo from here on."),
    ("/piano/dynamic", _DYNAMIC, "A dynamic mark and how long it holds."),
    ("/piano/change", _CHANGE, "A change point of the dynamics."),
    ("/piano/hairpin", f"""{_IDX}
    f t: seconds at which it begins
    f t_end: seconds at which it ends
    s kind: crescendo or diminuendo
    f conf: confidence 0..1""", "A gradual change."),
    ("/piano/loudness", f"""{_IDX}
    f t0: seconds of the first value
    f dt: seconds between values
    f values: total loudness in sone, 1 to {LOUDNESS_VALUES} of them""", "A stretch of the loudness curve."),
)  # fmt: skip
_LIVE = (
    ("/piano/live/state", _OUT, """i playing: 1 or 0
    f position_s: where in the recording
    f loop_start_s: −1 without a loop
    f loop_end_s: −1 without a loop""", "Playback has started, stopped, jumped or changed its loop."),
    ("/piano/live/beat", _OUT, _BEAT, "This beat is now."),
    ("/piano/live/dynamic", _OUT, _DYNAMIC, "This dynamic begins now (also sent after a jump, to say what holds)."),
    ("/piano/live/change", _OUT, _CHANGE, "The dynamics change now."),
    ("/piano/live/loudness", _OUT, "f t: seconds\nf sone: total loudness", "The loudness now."),
    ("/piano/play", _IN, "f from_s: where to start; negative for where it stopped", "Start playing."),
    ("/piano/stop", _IN, "", "Stop; the position stays."),
    ("/piano/seek", _IN, "f to_s: seconds", "Jump, playing or not."),
    ("/piano/loop", _IN, "f start_s: seconds, negative to end looping\nf end_s: seconds",
     "Jump from end to start for ever."),
)  # fmt: skip


def _schema() -> dict[str, Spec]:
    found = [Spec(a, d, "handshake", _params(p), m) for a, d, p, m in _HANDSHAKE]
    found += [Spec(a, d, "transfer", _params(p), m) for a, d, p, m in _TRANSFER]
    found += [Spec(a, _OUT, "items", _params(p), m, a.endswith("/loudness")) for a, p, m in _ITEMS]
    found += [Spec(a, d, "live", _params(p), m) for a, d, p, m in _LIVE]
    return {spec.address: spec for spec in found}


MESSAGES: dict[str, Spec] = _schema()
ITEM_ADDRESSES = tuple(spec.address for spec in MESSAGES.values() if spec.group == "items")
ERRORS = {
    1: "arguments that the schema does not allow",
    2: "another schema version",
    3: "no result yet",
    4: "no such section",
    5: "too many listeners",
    6: "not the present result number, or no such chunk",
}


def encode(address: str, *args: Arg) -> bytes:
    """One message as bytes with the types of the schema (numbers are converted, numpy scalars included).

    Raises `BadPacketError` for arguments that the schema does not allow.
    """
    values = checked(address, args)
    builder = OscMessageBuilder(address=address)
    for kind, value in zip(_types(MESSAGES[address], len(values)), values, strict=True):
        builder.add_arg(value, kind)
    return bytes(builder.build().dgram)


def bundle(messages: list[bytes]) -> bytes:
    """Encoded messages as one bundle to be acted on immediately (a future time tag would stall some servers)."""
    framed = b"".join(struct.pack(">i", len(m)) + m for m in messages)
    return b"#bundle\0" + _IMMEDIATELY + framed


def checked(address: str, args: tuple[Arg, ...] | list[Arg]) -> tuple[Arg, ...]:
    """The arguments in the types of the schema; whole floats pass as integers, extra arguments are dropped.

    Raises `BadPacketError` for an unknown address, too few arguments, a wrong type, NaN, infinity, or an integer
    that a float32 cannot hold.
    """
    spec = MESSAGES.get(address)
    if spec is None:
        raise BadPacketError(f"{address!r} is not in the schema")
    least = len(spec.params)
    if len(args) < least:
        raise BadPacketError(f"{address} needs {least} arguments, not {len(args)}")
    if not spec.rest:
        args = args[:least]
    return tuple(_as(kind, value, address) for kind, value in zip(_types(spec, len(args)), args, strict=True))


def _types(spec: Spec, count: int) -> str:
    types = "".join(p.type for p in spec.params)
    return types + types[-1] * (count - len(types)) if spec.rest else types


def _as(kind: str, value: Arg, address: str) -> Arg:
    if kind == "s":
        if not isinstance(value, str):
            raise BadPacketError(f"{address}: {value!r} is not a string")
        return value.replace("\0", " ")
    if isinstance(value, str):
        raise BadPacketError(f"{address}: {value!r} is not a number")
    number = float(value)
    if not math.isfinite(number) or abs(number) > _LARGEST_FLOAT:
        raise BadPacketError(f"{address}: {value!r} is not a finite float32")
    if kind == "f":
        return number
    if number != int(number) or abs(number) > LARGEST_INT:
        raise BadPacketError(f"{address}: {value!r} is not a whole number below 2**24")
    return int(number)


def decode(packet: bytes) -> list[tuple[str, tuple[Arg, ...], bytes]]:
    """Messages of a packet in order, each with its address, raw arguments and own bytes; time tags are ignored.

    Raises `BadPacketError` for anything malformed, for types other than i, f and s, and for bundles nested deeper
    than 4. Nothing is dispatched by pattern: addresses are compared as they are.
    """
    if len(packet) > _LARGEST_PACKET:
        raise BadPacketError("packet larger than any datagram")
    found: list[tuple[str, tuple[Arg, ...], bytes]] = []
    _decode_into(found, packet, 0)
    return found


def _decode_into(found: list[tuple[str, tuple[Arg, ...], bytes]], packet: bytes, depth: int) -> None:
    if not packet.startswith(b"#bundle\0"):
        found.append(_decode_message(packet))
        return
    if depth >= _DEEPEST_BUNDLE or len(packet) < 16:
        raise BadPacketError("a bundle that is cut short or nested too deep")
    at = 16
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        at += 4
        if size < 4 or size % 4 or at + size > len(packet):
            raise BadPacketError("a bundle element of impossible size")
        _decode_into(found, packet[at : at + size], depth + 1)
        at += size


def _decode_message(packet: bytes) -> tuple[str, tuple[Arg, ...], bytes]:
    if not packet.startswith(b"/") or len(packet) % 4:
        raise BadPacketError("neither a message nor a bundle")
    address, at = _string(packet, 0)
    if at == len(packet):
        return address, (), packet
    tags, at = _string(packet, at)
    if not tags.startswith(","):
        raise BadPacketError("no type tags")
    args: list[Arg] = []
    for tag in tags[1:]:
        if tag == "s":
            text, at = _string(packet, at)
            args.append(text)
        elif tag in "if" and at + 4 <= len(packet):
            args.append(struct.unpack_from(">" + tag, packet, at)[0])
            at += 4
        else:
            raise BadPacketError(f"type {tag!r}, or arguments cut short")
    return address, tuple(args), packet


def _string(packet: bytes, at: int) -> tuple[str, int]:
    end = packet.find(b"\0", at)
    if end < 0:
        raise BadPacketError("a string without an end")
    try:
        return packet[at:end].decode("utf-8"), at + (end - at) // 4 * 4 + 4
    except UnicodeDecodeError as e:
        raise BadPacketError("a string that is not UTF-8") from e
