//4.4 title: "Add dynamics from audio (4.0 to 4.5)"
//4.4 categoryCode: "composing-arranging-tools"
// Add dynamics from audio, for MuseScore 4.0 and later: only what is special to this generation.
import QtQuick 2.9
import MuseScore 3.0
import FileIO 3.0
import "ui"
import "lib/client.js" as Client
import "lib/launch.js" as Launch

MuseScore {
    id: plugin
    description: qsTranslate("Mezzoforte", "Listens to a recording of this piece and proposes dynamics and hairpins")
    version: "1.0"
    requiresScore: true
    pluginType: "dialog"
    width: 880
    height: 690

    property var process: null

    FileIO { id: file }

    Component.onCompleted: {
        if (mscoreMajorVersion === 4 && mscoreMinorVersion <= 3) {
            plugin.title = qsTranslate("Mezzoforte", "Add dynamics from audio");
            plugin.categoryCode = "composing-arranging-tools";
        }
    }

    function readText(path) {
        file.source = path.indexOf("/") >= 0 ? path : Launch.localPath(Qt.resolvedUrl(path));
        return file.exists() ? file.read() : "";
    }

    // This generation brings its own file dialog; where it does not, the path is typed or dropped.
    function openFile(done) {
        var dialog = Qt.createQmlObject('import MuseScore 3.0; FileDialog { type: "load" }', plugin, "browse");
        dialog.accepted.connect(function () { done(String(dialog.filePath || dialog.fileUrl)); });
        dialog.open();
    }

    // Starting programs came with 4.3, and not on every system.
    function startProgram(launch) {
        if (Qt.platform.os === "windows" || mscoreMajorVersion < 4 || (mscoreMajorVersion === 4 && mscoreMinorVersion < 3))
            return false;
        try {
            if (!process)
                process = Qt.createQmlObject("import MuseScore 3.0; QProcess { }", plugin, "process");
            process.startWithArgs("/bin/sh", Launch.detachedShell(launch));
        } catch (e) {
            return false;
        }
        return true;
    }

    function ms() {
        return {
            SymId: typeof SymId === "undefined" ? null : SymId,
            DynamicType: typeof DynamicType === "undefined" ? null : DynamicType,
            score: curScore, Element: Element, Placement: Placement, version: [mscoreMajorVersion, mscoreMinorVersion],
            newElement: function (type) { return newElement(type); },
            removeElement: function (element) { removeElement(element); },
            cmd: function (name) { cmd(name); },
            fraction: function (n, d) { return fraction(n, d); }
        };
    }

    function connection() { return Client.readConnection(readText(file.homePath() + "/.mezzoforte/bridge.json")); }

    function leave() {
        panel.end();
        (typeof quit === "undefined" ? Qt.quit : quit)();
    }

    Panel { id: panel; anchors.fill: parent }

    onRun: {
        if (!curScore)
            return leave();
        panel.begin({ ms: ms, readText: readText, connection: connection, language: Qt.locale().name,
                      exportScore: function () { return ""; }, openFile: openFile, startProgram: startProgram, quit: leave });
    }
    Component.onDestruction: panel.end()
}
