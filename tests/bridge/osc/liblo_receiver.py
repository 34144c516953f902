"""A receiver made with liblo itself (through ctypes): ``liblo_receiver.py PORT`` prints one JSON line when complete.

Sockets, parsing, dispatch and the answers are liblo's; only what schema v1 asks of a listener is here.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import sys

ITEMS = {f"/piano/{kind}" for kind in ("meter", "beat", "tempo", "dynamic", "change", "hairpin", "loudness")}
HANDLER = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_void_p,
    ctypes.c_void_p,
)  # fmt: skip


def load() -> ctypes.CDLL:
    lo = ctypes.CDLL(ctypes.util.find_library("lo"))
    for name in ("lo_server_new", "lo_server_add_method", "lo_message_new", "lo_message_get_source"):
        getattr(lo, name).restype = ctypes.c_void_p
    lo.lo_server_new.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    lo.lo_server_add_method.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, HANDLER, ctypes.c_void_p]
    lo.lo_message_get_source.argtypes = [ctypes.c_void_p]
    lo.lo_message_add_int32.argtypes = [ctypes.c_void_p, ctypes.c_int32]
    lo.lo_message_free.argtypes = [ctypes.c_void_p]
    lo.lo_send_message_from.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    lo.lo_server_recv.argtypes = [ctypes.c_void_p]
    return lo


def value(kind: str, at: int) -> int | float | str:
    """One argument as liblo has laid it out in memory."""
    if kind == "s":
        return ctypes.string_at(at).decode()
    return (ctypes.c_int32 if kind == "i" else ctypes.c_float).from_address(at).value


class Receiver:
    def __init__(self, port: str) -> None:
        self.lo = load()
        self.server = self.lo.lo_server_new(port.encode(), None)
        assert self.server, f"port {port} is taken"
        self.handler = HANDLER(self.handle)
        self.lo.lo_server_add_method(self.server, None, None, self.handler, None)
        self.rid, self.n_chunks, self.chunks, self.found, self.complete = 0, 0, set(), {}, False

    def handle(self, path, types, argv, argc, message, _) -> int:
        address, tags = path.decode(), types.decode()
        args = [value(tags[i], argv[i]) for i in range(argc)]
        source = self.lo.lo_message_get_source(message)
        if address == "/piano/begin":
            if args[0] != self.rid:
                self.rid, self.n_chunks, self.chunks, self.found = args[0], args[4], set(), {}
            self.answer(source, "/piano/ack", -1)
        elif address == "/piano/chunk" and args[0] == self.rid:
            self.chunks.add(args[1])
            self.answer(source, "/piano/ack", args[1])
        elif address in ITEMS:
            self.found[address, args[0]] = [address, tags, *args]
        elif address == "/piano/end" and args[0] == self.rid:
            missing = sorted(set(range(self.n_chunks)) - self.chunks)
            for seq in missing:
                self.answer(source, "/piano/resend", seq)
            if not missing:
                self.answer(source, "/piano/ack", -2)
                self.tell()
        return 0

    def answer(self, source: int, address: str, number: int) -> None:
        message = self.lo.lo_message_new()
        for n in (self.rid, number):
            self.lo.lo_message_add_int32(message, n)
        self.lo.lo_send_message_from(source, self.server, address.encode(), message)
        self.lo.lo_message_free(message)

    def tell(self) -> None:
        if not self.complete:
            self.complete = True
            print(json.dumps(list(self.found.values())), flush=True)


def main() -> None:
    receiver = Receiver(sys.argv[1])
    print("ready", flush=True)
    while True:
        receiver.lo.lo_server_recv(receiver.server)


if __name__ == "__main__":
    main()
