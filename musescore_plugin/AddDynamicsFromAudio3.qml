// Add dynamics from audio, for MuseScore 3.2 to 3.6: only what is special to this generation.
import QtQuick 2.9
import MuseScore 3.0
import FileIO 3.0
import "ui"
import "lib/client.js" as Client
import "lib/launch.js" as Launch

MuseScore {
    id: plugin
    menuPath: "Plugins." + qsTranslate("Mezzoforte", "Add dynamics from audio")
    description: qsTranslate("Mezzoforte", "Listens to a recording of this piece and proposes dynamics and hairpins")
    version: "1.0"
    requiresScore: true
    pluginType: "dialog"
    width: 880
    height: 690

    property string exported: ""

    FileIO { id: file }
    QProcess { id: process }

    function readText(path) {
        file.source = path.indexOf("/") >= 0 ? path : Launch.localPath(Qt.resolvedUrl(path));
        return file.exists() ? file.read() : "";
    }

    // The page's MusicXML tells what this generation's own interface does not: endings, ties, jumps.
    function exportScore() {
        file.source = "";
        exported = file.tempPath() + "/mezzoforte-" + Math.random().toString(36).slice(2) + ".musicxml";
        if (!writeScore(curScore, exported, "musicxml"))
            return "";
        var text = readText(exported);
        file.source = exported;
        file.remove();
        return text;
    }

    function openFile(done) {
        var dialog = Qt.createQmlObject('import QtQuick.Dialogs 1.2; FileDialog { }', plugin, "browse");
        dialog.nameFilters = [qsTranslate("Mezzoforte", "Audio files") + " (*.wav *.flac *.mp3 *.ogg *.oga *.opus *.aif *.aiff *.m4a *.m4b *.mp4"
                              + " *.mov *.3gp *.webm *.mkv *.wma *.aac *.amr *.caf *.wv)", qsTranslate("Mezzoforte", "All files") + " (*)"];
        dialog.accepted.connect(function () { done(String(dialog.fileUrl)); });
        dialog.open();
    }

    function startProgram(launch) {
        if (Qt.platform.os === "windows")
            process.start("cmd /c start \"\" /b \"" + launch.program + "\" " + launch.arguments.join(" "));
        else
            process.start(Launch.detachedLine(launch));
        return true;
    }

    function ms() {
        return {
            SymId: typeof SymId === "undefined" ? null : SymId,
            DynamicType: null,
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
        Qt.quit();
    }

    Panel { id: panel; anchors.fill: parent }

    onRun: {
        if (!curScore)
            return leave();
        panel.begin({ ms: ms, readText: readText, connection: connection, language: Qt.locale().name,
                      exportScore: exportScore, openFile: openFile, startProgram: startProgram, quit: leave });
    }
    Component.onDestruction: panel.end()
}
