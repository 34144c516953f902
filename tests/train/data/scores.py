"""Small MusicXML scores made in the tests: one string per measure."""

from __future__ import annotations

from pathlib import Path


def score(measures: list[str], *, beats: int = 3) -> str:
    """A one-part score, one division per quarter; each entry is the XML inside a measure.

    The shorthand `q60` is a quarter note C4 (MIDI 60), `r` a quarter rest, anything starting with `<` stays.
    """
    bars = []
    for i, text in enumerate(measures):
        head = (
            f"<attributes><divisions>1</divisions><time><beats>{beats}</beats><beat-type>4</beat-type></time></attributes>"
            if i == 0
            else ""
        )
        bars.append(f'<measure number="{i + 1}">{head}{"".join(_element(t) for t in text.split())}</measure>')
    return f'<score-partwise version="3.1"><part id="P1">{"".join(bars)}</part></score-partwise>'.replace("~", " ")


def write_score(path: Path, measures: list[str], *, beats: int = 3) -> Path:
    path.write_text(score(measures, beats=beats), encoding="utf-8")
    return path


def _element(token: str) -> str:
    if token == "r":
        return "<note><rest/><duration>1</duration></note>"
    if token.startswith("q"):
        pitch = int(token[1:])
        step, alter = [
            ("C", 0), ("C", 1), ("D", 0), ("D", 1), ("E", 0), ("F", 0), ("F", 1), ("G", 0), ("G", 1), ("A", 0),
            ("A", 1), ("B", 0),
        ][pitch % 12]  # fmt: skip
        return (
            f"<note><pitch><step>{step}</step><alter>{alter}</alter><octave>{pitch // 12 - 1}</octave></pitch>"
            "<duration>1</duration></note>"
        )
    if token.startswith("!"):
        return f"<direction><direction-type><dynamics><{token[1:]}/></dynamics></direction-type></direction>"
    if token.startswith('"'):
        return f"<direction><direction-type><words>{token[1:]}</words></direction-type></direction>"
    if token.startswith("w:"):
        return f'<direction><direction-type><wedge~type="{token[2:]}"/></direction-type></direction>'
    simple = {
        "|:": '<barline~location="left"><repeat~direction="forward"/></barline>',
        ":|": '<barline~location="right"><repeat~direction="backward"/></barline>',
        "D.C.": '<sound~dacapo="yes"/>', "D.S.": '<sound~dalsegno="s"/>', "Segno": '<sound~segno="s"/>',
        "Fine": '<sound~fine="yes"/>', "ToCoda": '<sound~tocoda="c"/>', "Coda": '<sound~coda="c"/>',
    }  # fmt: skip
    if token in simple:
        return simple[token]
    if token.startswith("["):
        return f'<barline~location="left"><ending~number="{token[1:]}"~type="start"/></barline>'
    if token.startswith("]"):
        repeat = '<repeat~direction="backward"/>' if token.endswith(":") else ""
        number = token[1:].rstrip(":")
        return f'<barline~location="right"><ending~number="{number}"~type="stop"/>{repeat}</barline>'
    return token
