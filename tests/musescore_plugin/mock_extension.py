"""Loads the extension in Qt 6 with a strict stand-in for MuseScore's `api`, walks through it, prints a line of JSON.

``python -m tests.musescore_plugin.mock_extension FOLDER VERSION RECORDING STEP…``; needs PySide6. Steps: ``add``,
``undo``, ``close`` (the dialog, and what waits for that), ``again`` (open it once more), ``remove``, ``restart``
(tell the caller on stdout, wait for a line, connect again).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent, QQmlEngine, QQmlExpression

HERE = Path(__file__).parent
_API = """(function (members, version) {
    var mock = makeMock(version, members);
    var known = { curScore: mock.ms.score, Element: mock.ms.Element, Placement: mock.ms.Placement, SymId: mock.ms.SymId,
                  DynamicType: mock.ms.DynamicType, newElement: mock.ms.newElement, cmd: mock.ms.cmd,
                  removeElement: mock.ms.removeElement, fraction: mock.ms.fraction,
                  mscoreMajorVersion: mock.ms.version[0], mscoreMinorVersion: mock.ms.version[1] };
    return { engraving: spied("api", known), window: mock.window, marks: mock.marks };
})"""


def main(folder: str, version: str, recording: str, *steps: str) -> int:
    app = QGuiApplication([])
    engine = QQmlEngine()
    warnings: list[str] = []
    engine.warnings.connect(lambda found: warnings.extend(w.toString() for w in found))
    members = json.loads((HERE / "api_4.json").read_text(encoding="utf-8"))
    engine.evaluate((HERE / "mock_score.js").read_text(encoding="utf-8"), "mock_score.js")
    make = engine.evaluate(_API)
    api = make.call([engine.toScriptValue(members), engine.toScriptValue(float(version))])
    assert not api.isError(), api.toString()
    engine.globalObject().setProperty("api", api)
    component = QQmlComponent(engine, QUrl.fromLocalFile(str(Path(folder) / "Mezzoforte.qml")))
    root = component.create()
    if root is None:
        print(json.dumps({"errors": [e.toString() for e in component.errors()]}))
        return 1
    panel: QObject = root.findChild(QObject, "panel")

    def evaluate(text: str) -> Any:
        expression = QQmlExpression(engine.contextForObject(panel), panel, text)
        value, undefined = expression.evaluate()
        assert not expression.hasError(), expression.error().toString()
        return None if undefined else value

    def until(condition: str) -> None:
        end = time.monotonic() + 30
        while not evaluate(condition) and time.monotonic() < end:
            app.processEvents()
            time.sleep(0.01)
        assert evaluate(condition), f"{condition}: {evaluate('JSON.stringify([phase, bridge, session.error])')}"

    def marks() -> Any:
        return json.loads(evaluate("JSON.stringify(api.marks())"))

    def visit() -> dict[str, Any]:
        if evaluate("session.state") == "closed":
            evaluate("api.window.open = true")
            evaluate("begin(port)")
            until('bridge === "up"')
        evaluate(f"session.start({json.dumps(recording)})")
        until('phase === "review"')
        return {
            "counts": json.loads(evaluate("JSON.stringify(session.counts())")),
            "rows": json.loads(
                evaluate("JSON.stringify(session.proposal.rows.map(function (r) { return r.status; }))")
            ),
        }

    told: list[Any] = []
    until('bridge === "up"')
    for step in steps:
        if step == "restart":
            print("restart", flush=True)
            sys.stdin.readline()
            evaluate("knock(true)")
            until('bridge === "up"')
        elif step == "undo":
            evaluate("undo()")
            told.append({"message": panel.findChild(QObject, "message").property("text"), "marks": marks()})
        elif step == "close":
            evaluate("api.window.open = false")  # as when MuseScore closes it
            evaluate("leave()")
            told.append(marks())
        elif step == "remove":
            evaluate("removeMine()")
            told.append(panel.findChild(QObject, "message").property("text"))
        else:
            seen = visit()
            if step == "add":
                evaluate("session.apply({ tempo: true })")
                until('phase === "applied"')
                seen["added"] = evaluate("session.added")
                seen["message"] = panel.findChild(QObject, "message").property("text")
            told.append(seen)
    print(json.dumps({"told": told, "warnings": warnings, "launch": evaluate("launch.shown")}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
