"""Sockets for OSC: one UDP port, TCP with both framings, all in one thread, and nothing a peer sends stops it.

Framings: OSC 1.0 puts a big-endian int32 length before each packet; OSC 1.1 wraps it in SLIP (RFC 1055). A TCP peer
is answered in the framing it speaks.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from dataclasses import dataclass, field
from typing import Literal

from bridge.osc.schema import BadPacketError
from runtime.errors import MezzoforteError

Framing = Literal["slip", "length"]
LARGEST_PACKET = 65_536
LARGEST_BACKLOG = 1 << 20
MOST_CONNECTIONS = 32
PACKETS_PER_POLL = 256
_END, _ESC = 0xC0, 0xDB
_SLIP_IN = {0xDC: _END, 0xDD: _ESC}


class NetworkError(MezzoforteError):
    """A port cannot be used or a peer cannot be reached."""


@dataclass(frozen=True)
class Peer:
    """Somebody to send to: a UDP address, or an open TCP connection by its serial number."""

    host: str
    port: int
    connection: int | None = None


def address_of(host: str) -> str:
    """The address of a host. Raises `NetworkError` when none is known by this name."""
    try:
        return str(socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0])
    except OSError as e:  # UnicodeError below: a name that cannot be one
        raise NetworkError(f"no computer is known as {host!r}", cause="a misspelt host, or no network") from e
    except UnicodeError as e:
        raise NetworkError(f"no computer is known as {host!r}", cause="a misspelt host") from e


def frame(packet: bytes, framing: Framing) -> bytes:
    """A packet as it goes over TCP."""
    if framing == "length":
        return len(packet).to_bytes(4, "big") + packet
    escaped = packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
    return b"\xc0" + escaped + b"\xc0"


class StreamDecoder:
    """Cuts a TCP stream into packets; the framing is told by the first byte."""

    def __init__(self) -> None:
        self.framing: Framing | None = None
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Packets completed by this data. Raises `BadPacketError` when the stream cannot be followed any more."""
        self._buffer += data
        if self.framing is None and self._buffer:
            # No length that is allowed here has a first byte other than 0.
            self.framing = "slip" if self._buffer[0] else "length"
        found = self._slip() if self.framing == "slip" else self._length()
        if len(self._buffer) > 2 * LARGEST_PACKET:
            raise BadPacketError("a packet without end")
        return found

    def _length(self) -> list[bytes]:
        found = []
        while len(self._buffer) >= 4:
            size = int.from_bytes(self._buffer[:4], "big")
            if size > LARGEST_PACKET:
                raise BadPacketError(f"a packet of {size} bytes is announced")
            if len(self._buffer) < 4 + size:
                break
            found.append(bytes(self._buffer[4 : 4 + size]))
            del self._buffer[: 4 + size]
        return found

    def _slip(self) -> list[bytes]:
        found = []
        *whole, rest = bytes(self._buffer).split(b"\xc0")
        for part in filter(None, whole):
            found.append(_unescape(part))
        self._buffer[:] = rest
        return found


def _unescape(part: bytes) -> bytes:
    pieces = part.split(b"\xdb")
    out = bytearray(pieces[0])
    for piece in pieces[1:]:
        if not piece or piece[0] not in _SLIP_IN:
            raise BadPacketError("a SLIP escape that means nothing")
        out.append(_SLIP_IN[piece[0]])
        out += piece[1:]
    return bytes(out)


@dataclass
class _Connection:
    peer: Peer
    sock: socket.socket
    decoder: StreamDecoder = field(default_factory=StreamDecoder)
    framing: Framing | None = None
    backlog: bytearray = field(default_factory=bytearray)


_TRIES = 20


def _open(host: str, port: int, tcp: bool) -> tuple[socket.socket, socket.socket | None]:
    """A bound UDP socket and, when asked, a TCP listener on the same port. When any port will do (0), one that is free
    for both is looked for: the system gives one that is free for UDP alone. Raises `OSError`."""
    for left in reversed(range(_TRIES if port == 0 else 1)):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind((host, port))
            return udp, socket.create_server((host, udp.getsockname()[1])) if tcp else None
        except OSError:
            udp.close()
            if not left:
                raise
    raise AssertionError("unreachable")


class Hub:
    """A UDP socket and, when asked, a TCP listener on the same port; use as a context manager.

    Raises `NetworkError` when the port cannot be had.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, tcp: bool = False) -> None:
        self._selector = selectors.DefaultSelector()
        self._connections: dict[int, _Connection] = {}
        self._serial = 0
        self.dropped = 0
        try:
            self._udp, self._listener = _open(host, port, tcp)
            self.host, self.port = self._udp.getsockname()
            for sock in (self._udp, self._listener):
                if sock is not None:
                    sock.setblocking(False)
                    self._selector.register(sock, selectors.EVENT_READ)
        except OSError as e:
            self._selector.close()
            raise NetworkError(
                f"port {port} cannot be opened: {e.strerror or e}",
                where=host,
                cause="another program, perhaps another Mezzoforte, has it",
                advice="Close it or choose another port",
            ) from e

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every socket; safe to call twice."""
        for connection in list(self._connections.values()):
            self._drop(connection)
        for sock in (self._udp, self._listener):
            if sock is not None:
                sock.close()
        self._selector.close()

    def connect(self, host: str, port: int, framing: Framing) -> Peer:
        """Open a TCP connection. Raises `NetworkError` when nobody answers there."""
        try:
            sock = socket.create_connection((host, port), timeout=3)
        except OSError as e:
            raise NetworkError(
                f"nobody answers over TCP: {e.strerror or e}",
                where=f"{host}:{port}",
                advice="Start the listener first, or use UDP",
            ) from e
        return self._adopt(sock, (host, port), framing).peer

    def send(self, peer: Peer, packet: bytes) -> None:
        """Send without waiting; what a full socket or a vanished peer will not take is dropped and counted."""
        if peer.connection is None:
            try:
                self._udp.sendto(packet, (peer.host, peer.port))
            except OSError:
                self.dropped += 1
            return
        connection = self._connections.get(peer.connection)
        if connection is None:
            self.dropped += 1
            return
        connection.backlog += frame(packet, connection.framing or connection.decoder.framing or "length")
        self._flush(connection)

    def poll(self, timeout_s: float) -> list[tuple[Peer, bytes]]:
        """Packets that arrived within the timeout (at once when there are some), at most a few hundred per call."""
        found: list[tuple[Peer, bytes]] = []
        for key, _ in self._selector.select(max(0.0, timeout_s)):
            if key.fileobj is self._udp:
                self._read_udp(found)
            elif key.fileobj is self._listener:
                self._accept()
            else:
                self._read_tcp(key.data, found)
        for connection in list(self._connections.values()):
            if connection.backlog:
                self._flush(connection)
        return found

    def connected(self, peer: Peer) -> bool:
        """Whether a TCP peer is still there (UDP peers always seem to be)."""
        return peer.connection is None or peer.connection in self._connections

    def _read_udp(self, found: list[tuple[Peer, bytes]]) -> None:
        for _ in range(PACKETS_PER_POLL):
            try:
                packet, address = self._udp.recvfrom(LARGEST_PACKET)
            except BlockingIOError:
                return
            except OSError:
                self.dropped += 1
                return
            found.append((Peer(address[0], address[1]), packet))

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(OSError):
            sock, address = self._listener.accept()
            if len(self._connections) >= MOST_CONNECTIONS:
                sock.close()
                self.dropped += 1
            else:
                self._adopt(sock, address, None)

    def _adopt(self, sock: socket.socket, address: tuple[str, int], framing: Framing | None) -> _Connection:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._serial += 1
        connection = _Connection(Peer(address[0], address[1], self._serial), sock, framing=framing)
        self._connections[self._serial] = connection
        self._selector.register(sock, selectors.EVENT_READ, connection)
        return connection

    def _read_tcp(self, connection: _Connection, found: list[tuple[Peer, bytes]]) -> None:
        try:
            data = connection.sock.recv(LARGEST_PACKET)
            if data:
                found.extend((connection.peer, packet) for packet in connection.decoder.feed(data))
                return
        except BlockingIOError:
            return
        except (OSError, BadPacketError):
            self.dropped += 1
        self._drop(connection)

    def _flush(self, connection: _Connection) -> None:
        try:
            sent = connection.sock.send(connection.backlog)
            del connection.backlog[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(connection)
        if len(connection.backlog) > LARGEST_BACKLOG:
            self._drop(connection)

    def _drop(self, connection: _Connection) -> None:
        if self._connections.pop(connection.peer.connection or 0, None) is not None:
            self._selector.unregister(connection.sock)
            connection.sock.close()
