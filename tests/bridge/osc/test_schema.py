"""The codec says exactly what the schema says, and no bytes can harm it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.osc import docs as osc_docs
from bridge.osc.data import items, make_transfer
from bridge.osc.schema import (
    BUNDLE_LIMIT_BYTES,
    LARGEST_INT,
    MESSAGES,
    SECTIONS,
    BadPacketError,
    bundle,
    checked,
    decode,
    encode,
)
from tests.runtime.write.takes import empty, take

_VALUES = {
    "i": st.integers(-LARGEST_INT, LARGEST_INT),
    "f": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "s": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
}


@st.composite
def messages(draw: st.DrawFn):
    spec = MESSAGES[draw(st.sampled_from(sorted(MESSAGES)))]
    return spec.address, tuple(draw(_VALUES[p.type]) for p in spec.params)


@settings(max_examples=80, deadline=None)
@given(st.lists(messages(), min_size=1, max_size=5))
def test_what_is_encoded_is_decoded(sent):
    packet = bundle([encode(a, *args) for a, args in sent])
    assert [(a, args) for a, args, _ in decode(packet)] == sent


@settings(max_examples=80, deadline=None)
@given(messages())
def test_python_osc_reads_what_we_send_with_the_types_of_the_schema(sent):
    from pythonosc.osc_message import OscMessage

    message = OscMessage(encode(sent[0], *sent[1]))
    assert (message.address, tuple(message.params)) == sent
    tags = encode(sent[0], *sent[1]).split(b",", 1)[1] if sent[1] else b""
    spec = MESSAGES[sent[0]]
    assert tags.startswith("".join(p.type for p in spec.params).encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
@example(b"#bundle\0" + b"\0" * 8 + b"\xff\xff\xff\xff")
@example(b"/a\0\0,i\0\0")
@example(b"/a\0\0,T\0\0")
@example(b"/a\0\0,[i]\0\0\0\0")
def test_random_bytes_are_refused_or_understood_never_worse(data):
    try:
        found = decode(data)
    except BadPacketError:
        return
    assert all(address.startswith("/") for address, _, _ in found)


def test_a_bundle_nested_too_deep_is_refused():
    packet = encode("/piano/stop")
    for _ in range(20):
        packet = bundle([packet])
    with pytest.raises(BadPacketError, match="nested"):
        decode(packet)


def test_numpy_numbers_and_whole_floats_take_the_types_of_the_schema():
    assert encode("/piano/ack", np.int64(5), np.float32(3)) == encode("/piano/ack", 5, 3)
    assert checked("/piano/ack", (5.0, -1.0)) == (5, -1)


@pytest.mark.parametrize("args", [(1,), (1, "x"), (1.5, 1), (2**24, 1), (float("nan"), 1), (1, float("inf"))], ids=str)
def test_arguments_outside_the_schema_are_refused(args):
    with pytest.raises(BadPacketError):
        encode("/piano/ack", *args)


def test_appended_arguments_are_ignored():
    assert checked("/piano/ack", (1, 2, "new", 4.0)) == (1, 2)


def test_addresses_are_compared_not_matched():
    with pytest.raises(BadPacketError, match="not in the schema"):
        checked("/piano/*", (1, 2))


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("analysis", [take(600.0), empty()], ids=["take", "empty"])
def test_bundles_stay_under_the_limit_and_hold_every_item(analysis, section):
    transfer = make_transfer(analysis, 9_999, section)
    packets = [transfer.begin, *transfer.chunks, transfer.end]
    assert max(map(len, packets)) <= BUNDLE_LIMIT_BYTES
    held = [m for chunk in transfer.chunks for m in decode(chunk) if m[0] != "/piano/chunk"]
    assert len(held) == len(items(analysis, section))


def test_only_i_f_s_are_ever_sent():
    for packet in make_transfer(take(60.0), 1).chunks:
        for _, _, raw in decode(packet):
            tags = raw.split(b",", 1)[1].split(b"\0", 1)[0]
            assert set(tags) <= set(b"ifs")


def test_the_documentation_is_current():
    assert osc_docs.main(["--check"]) == 0, "run python -m bridge.osc.docs"
