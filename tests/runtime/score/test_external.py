"""Other programs read what we write: the MusicXML schema, music21, partitura and a real MuseScore."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from runtime.score import read_musicxml, write, write_musicxml
from runtime.score.read import open_source, parse, read_score
from tests.runtime.score import make
from tests.runtime.score.test_write_musicxml import ALL, dense_plan, marked


def schema():
    """The MusicXML schema: 4.0 from the package ``musicxml``, else 3.1 from ``partitura``."""
    etree = pytest.importorskip("lxml.etree")
    for package, inside in (("musicxml", "generate_classes/musicxml_4_0.xsd"), ("partitura", "assets/musicxml.xsd")):
        spec = find_spec(package)
        if spec and spec.origin and (path := Path(spec.origin).parent / inside).exists():
            break
    else:
        pytest.skip("no MusicXML schema: install the package musicxml or partitura")
    text = path.read_text(encoding="utf-8")
    # Two imported schemas would be fetched; what they define is optional attributes that no mark of ours has.
    names = {"xml": ["lang", "space"], "xlink": ["href", "type", "role", "title", "show", "actuate"]}
    spaces = {"xml": "http://www.w3.org/XML/1998/namespace", "xlink": "http://www.w3.org/1999/xlink"}
    attributes = "".join(f'<xs:attribute name="{n}" type="xs:string"/>' for n in names["xlink"])

    class Offline(etree.Resolver):
        def resolve(self, url, _id, context):
            kind = "xlink" if "xlink" in url else "xml"
            inner = attributes if kind == "xlink" else "".join(
                f'<xs:attribute name="{n}" type="xs:string"/>' for n in names["xml"]
            )  # fmt: skip
            head = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{spaces[kind]}">'
            return self.resolve_string(f"{head}{inner}</xs:schema>", context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Offline())
    return etree, etree.XMLSchema(etree.fromstring(text.encode(), parser, base_url="memory:schema"))


def errors(etree, xsd, data: bytes) -> list[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    xsd.validate(etree.fromstring(data, parser))
    return [e.message for e in xsd.error_log]


def test_marked_music_is_valid_by_the_musicxml_schema():
    etree, xsd = schema()
    data = make.plain()
    assert errors(etree, xsd, data) == []
    assert errors(etree, xsd, marked(data, *ALL)) == []


def test_marking_real_scores_adds_no_schema_errors():
    etree, xsd = schema()
    for path in sorted(make.data_folder("asap").rglob("*.musicxml"))[5::120]:
        data = path.read_bytes()
        written = write_musicxml.apply(data, dense_plan(read_musicxml.read(data, path.name)), path.name)
        assert len(errors(etree, xsd, written)) == len(errors(etree, xsd, data)), path


def test_music21_reads_our_marks():
    music21 = pytest.importorskip("music21")
    score = music21.converter.parseData(marked(make.plain(), *ALL).decode(), format="musicxml")
    dynamics = [(d.value, float(d.getOffsetInHierarchy(score))) for d in score.recurse().getElementsByClass("Dynamic")]
    assert dynamics == [("p", 0.0), ("f", 16.0), ("sf", 23.0)]
    assert len(list(score.recurse().getElementsByClass("Crescendo"))) == 1


def test_partitura_reads_our_marks(tmp_path):
    partitura = pytest.importorskip("partitura")
    path = tmp_path / "t.musicxml"
    path.write_bytes(marked(make.plain(), *ALL))
    part = partitura.load_musicxml(str(path))[0]
    found = [type(d).__name__ for d in part.iter_all(partitura.score.LoudnessDirection, include_subclasses=True)]
    assert found.count("ConstantLoudnessDirection") >= 2
    assert "IncreasingLoudnessDirection" in found


def musescore(*arguments: str, home: Path) -> None:
    program = shutil.which("mscore3") or shutil.which("musescore3") or shutil.which("mscore")
    if program is None:
        pytest.skip("MuseScore 3 is not installed (apt-get install musescore3)")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
    subprocess.run([program, *arguments], env=environment, capture_output=True, timeout=300, check=True)


def places(path: Path) -> list[tuple]:
    return sorted((m.kind, m.value, m.start, m.end) for m in read_score(path).marks)


@pytest.mark.slow
def test_musescore_reads_our_musicxml_marks_where_they_are(tmp_path):
    written = tmp_path / "t.musicxml"
    written.write_bytes(marked(make.plain(), *ALL))
    musescore("-o", str(tmp_path / "t.mscz"), str(written), home=tmp_path)
    assert places(tmp_path / "t.mscz") == places(written)


@pytest.mark.slow
def test_musescore_saves_our_marks_in_its_own_files_and_they_are_still_known_as_ours(tmp_path):
    plain, made = tmp_path / "plain.musicxml", tmp_path / "made.mscz"
    plain.write_bytes(make.plain())
    musescore("-o", str(made), str(plain), home=tmp_path)
    source = open_source(made)
    score = parse(source)
    made.write_bytes(write.marked(source, dense_plan(score)))
    musescore("-o", str(tmp_path / "saved.mscz"), str(made), home=tmp_path)
    before, after = parse(open_source(made)), parse(open_source(tmp_path / "saved.mscz"))
    assert after.marks == before.marks and all(m.ours for m in after.marks) and len(after.marks) > 5
    assert parse(open_source(tmp_path / "saved.mscz")).notes == score.notes
