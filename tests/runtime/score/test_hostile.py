"""Crafted files are refused before they cost anything."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ScoreError
from runtime.score.read import container
from runtime.score.read.files import from_bytes, open_source, parse
from runtime.score.xml import text as xmltext
from tests.runtime.score import make


def refused(data: bytes, name: str = "t.musicxml") -> str:
    with pytest.raises(ScoreError) as error:
        parse(from_bytes(data, name))
    return str(error.value)


def with_subset(subset: str, inside: str = "") -> bytes:
    doctype = f"<!DOCTYPE score-partwise [{subset}]>\n"
    return make.plain(1).replace(make.HEAD.encode(), doctype.encode()).replace(b"Piano", inside.encode() or b"Piano")


def test_billion_laughs_is_refused_at_its_first_entity():
    lol = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {c} "&{p};&{p};">' for p, c in zip("abcdefg", "bcdefgh", strict=True))
    assert "entity" in refused(with_subset(lol, "&h;"))


def test_quadratic_blow_up_is_refused():
    assert "entity" in refused(with_subset(f'<!ENTITY a "{"x" * 10_000}">', "&a;" * 1000))


def test_an_external_entity_is_never_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("treasure")
    message = refused(with_subset(f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "&x;"))
    assert "entity" in message and "treasure" not in message


def test_a_parameter_entity_is_refused():
    assert "entity" in refused(with_subset('<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;'))


def test_the_external_dtd_of_an_ordinary_score_is_kept_but_not_loaded():
    assert parse(from_bytes(make.plain(), "t.musicxml")).notes


@pytest.mark.parametrize("label", ["UTF-7", "base64", "rot13", "utf-16", "nonsense", "idna", "unicode_escape"])
def test_encodings_that_hide_markup_are_refused(label):
    assert refused(make.plain(1).replace(b'encoding="UTF-8"', f'encoding="{label}"'.encode()))


def test_bytes_that_are_not_in_the_stated_encoding_are_refused():
    assert "utf-8" in refused(make.plain(1).replace(b"Piano", b"Fl\xfcgel"))


def test_deep_nesting_is_refused():
    assert "deep" in refused(b"<score-partwise>" + b"<a>" * 5000)


def test_size_is_bounded_before_parsing(monkeypatch):
    monkeypatch.setattr(xmltext, "MAX_BYTES", 1000)
    assert "MiB" in refused(make.plain(4))


def test_the_number_of_elements_is_bounded(monkeypatch):
    monkeypatch.setattr(xmltext, "MAX_ELEMENTS", 50)
    assert "elements" in refused(make.plain(4))


def test_a_million_measures_are_refused():
    bars = "<measure/>" * 25_000
    assert "measures" in refused(f'<score-partwise><part id="P1">{bars}</part></score-partwise>'.encode())


def test_a_zip_bomb_is_refused_without_unpacking_it_all():
    bomb = make.zipped({"META-INF/container.xml": make.container(), "score.xml": b" " * (30 * 2**20)})
    assert "zip bomb" in refused(bomb, "t.mxl")


def test_many_members_that_together_unpack_to_too_much_are_refused(monkeypatch):
    monkeypatch.setattr(container, "MAX_TOTAL_BYTES", 5_000)
    members = {f"{i}.txt": bytes(range(256)) * 10 for i in range(5)}
    assert "zip bomb" in refused(make.zipped({"score.xml": make.plain(1)} | members), "t.mxl")


def test_a_stated_size_is_not_trusted():
    data = bytearray(make.zipped({"META-INF/container.xml": make.container(), "score.xml": make.plain()}))
    position = data.rindex(b"PK\x01\x02")
    data[position + 24 : position + 28] = (10).to_bytes(4, "little")
    refused(bytes(data), "t.mxl")


@pytest.mark.parametrize("name", ["../score.xml", "/score.xml", "a/../../score.xml", "..\\score.xml", "C:\\score.xml"])
def test_members_that_would_leave_the_folder_are_refused(name):
    assert "unsafe" in refused(make.zipped({name: make.plain()}), "t.mxl")


def test_a_root_file_that_is_not_in_the_zip_is_refused():
    data = make.zipped({"META-INF/container.xml": make.container("../../etc/passwd.xml"), "score.xml": make.plain()})
    assert "not in the zip" in refused(data, "t.mxl")


def test_members_of_the_same_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = make.zipped({"score.xml": make.plain(), "a.xml": b"x"})
        twice = data.replace(b"a.xml", b"b.xml")
        import io

        out = io.BytesIO(twice)
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("score.xml", b"other")
    assert "same name" in refused(out.getvalue(), "t.mxl")


def test_encrypted_members_are_refused():
    data = bytearray(make.zipped({"score.xml": make.plain()}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    assert "encrypted" in refused(bytes(data), "t.mxl")


def test_a_zip_in_a_zip_is_no_score():
    assert "no .musicxml" in refused(make.zipped({"inner.zip": make.zipped({"score.xml": make.plain()})}), "t.mxl")


def test_entities_in_the_container_file_are_refused_too():
    bad = b'<!DOCTYPE c [<!ENTITY a "b">]><container><rootfiles><rootfile full-path="&a;"/></rootfiles></container>'
    assert "entity" in refused(make.zipped({"META-INF/container.xml": bad, "score.xml": make.plain()}), "t.mxl")


def test_a_folder_and_a_device_are_no_scores(tmp_path):
    for path in (tmp_path, tmp_path / "missing.xml"):
        with pytest.raises(ScoreError, match="no such"):
            open_source(path)


def test_an_empty_score_is_refused_with_its_reason():
    empty = make.score([make.measure(1, "      <note><rest/><duration>4</duration></note>\n")])
    assert "no pitched notes" in refused(empty)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.musicxml", "a.mxl", "a.mscx", "a.mscz", "a.mid"]))
def test_random_bytes_give_a_clear_error(data, name):
    refused(data, name)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_in_a_zip_give_a_score_or_a_clear_error(flips):
    data = bytearray(make.zipped({"META-INF/container.xml": make.container(), "score.xml": make.plain(1)}))
    for position, value in flips:
        data[position % len(data)] = value
    try:
        parse(from_bytes(bytes(data), "t.mxl"))
    except ScoreError as e:
        assert "t.mxl" in str(e)
