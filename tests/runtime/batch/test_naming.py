"""Names of results: each once on any file system, kept from run to run, never outside the output folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.batch.naming import RESERVED, Found, names_of
from runtime.errors import OutputError

PARTS = st.sampled_from(["a", "A", "b", "x.flac", "X.FLAC", "x.wav", "x", "tables", "summary.csv", ".mezzoforte", ".."])
FOUND = st.builds(
    lambda parts, depth: Found("/" + "/".join(parts), min(depth, len(parts))),
    st.lists(PARTS, min_size=1, max_size=4), st.integers(1, 4),
)  # fmt: skip


@given(st.lists(FOUND, max_size=12, unique_by=lambda f: f.recording), st.sets(PARTS, max_size=4))
def test_every_recording_has_a_name_of_its_own(found: list[Found], taken: set[str]) -> None:
    names = names_of(found, {}, taken)
    folded = [n.casefold() for n in names]
    assert len(set(folded)) == len(found)
    assert not set(folded) & {t.casefold() for t in taken}
    assert all(n and not n.startswith("/") and ".." not in n.split("/") for n in names)
    assert not any(n.split("/")[0] in RESERVED for n in folded)


@given(st.lists(FOUND, max_size=12, unique_by=lambda f: f.recording), st.randoms())
def test_names_stay_when_more_recordings_come(found: list[Found], random: object) -> None:
    first = found[: len(found) // 2]
    known = dict(zip((f.recording for f in first), names_of(first, {}, ()), strict=True))
    later = dict(zip((f.recording for f in found), names_of(found, known, ()), strict=True))
    assert {r: later[r] for r in known} == known
    assert len({n.casefold() for n in later.values()}) == len(found)


def test_what_differs_is_what_tells_them_apart() -> None:
    found = [Found("/m/in/a/x.flac"), Found("/m/in/b/x.flac"), Found("/m/in/c/y.wav"), Found("/m/in/c/y.flac")]
    assert names_of(found, {}, ()) == ["a/x", "b/x", "y.wav", "y.flac"]
    assert names_of([Found("s3://bucket/in/a/x.flac", 2)], {}, ()) == ["a/x"]


@pytest.mark.parametrize("wish", ["/etc/x", "a/../../x", "..", "", " "])
def test_a_wish_cannot_leave_the_output_folder(wish: str) -> None:
    if not wish.strip():
        assert names_of([Found("/a/x.flac", 1, wish.strip())], {}, ()) == ["x"]
        return
    with pytest.raises(OutputError, match="not a name for results"):
        names_of([Found("/a/x.flac", 1, wish)], {}, ())
