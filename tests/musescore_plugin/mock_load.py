"""Loads the plugin for MuseScore 4 in Qt 6 with stand-ins and walks through it; prints one line of JSON.

``python -m tests.musescore_plugin.mock_load QML HOME MINOR RECORDING``; needs PySide6.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent, QQmlEngine, QQmlExpression


class Files(QObject):
    """The file object's side of the stand-in."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home

    @Slot(result=str)
    def home(self) -> str:
        return str(self._home)

    @Slot(str, result=bool)
    def exists(self, path: str) -> bool:
        return Path(path).is_file()

    @Slot(str, result=str)
    def read(self, path: str) -> str:
        return Path(path).read_text(encoding="utf-8")


def main(qml: str, home: str, minor: str, recording: str) -> int:
    app = QGuiApplication([])
    engine = QQmlEngine()
    warnings: list[str] = []
    engine.warnings.connect(lambda found: warnings.extend(w.toString() for w in found))
    engine.addImportPath(str(Path(__file__).parent / "mock4"))
    files = Files(Path(home))
    context = engine.rootContext()
    context.setContextProperty("files", files)
    context.setContextProperty("minorVersion", int(minor))
    context.setContextProperty(
        "members", json.loads(Path(__file__).with_name("api_4.json").read_text(encoding="utf-8"))
    )
    names = ("CHORD", "REST", "BAR_LINE", "DYNAMIC", "TEMPO_TEXT", "HAIRPIN", "HAIRPIN_SEGMENT", "ARTICULATION")
    context.setContextProperty("Element", {name: n for n, name in enumerate(names, 1)})
    context.setContextProperty("Placement", {"ABOVE": 0, "BELOW": 1})
    component = QQmlComponent(engine, QUrl.fromLocalFile(qml))
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

    def until(phase: str) -> None:
        end = time.monotonic() + 60
        while evaluate("phase") != phase and time.monotonic() < end:
            app.processEvents()
            time.sleep(0.01)

    root.run.emit()
    evaluate(f"session.start({json.dumps(recording)})")
    until("review")
    rows = json.loads(evaluate("JSON.stringify(session.proposal.rows.map(function (r) { return [r.key, r.status]; }))"))
    evaluate("session.apply({ tempo: true })")
    until("applied")
    told = {"phase": evaluate("phase"), "rows": rows, "added": evaluate("session.added"), "warnings": warnings}
    told["message"] = panel.findChild(QObject, "message").property("text")
    evaluate("leave()")
    told["left"], told["after"] = root.property("gone"), evaluate("session.state")
    told["marks"] = json.loads(evaluate("JSON.stringify(plugin.mock.marks())"))
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
