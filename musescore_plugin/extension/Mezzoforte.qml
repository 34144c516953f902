// Add dynamics from audio, as an extension for MuseScore 4.6 and later: only what is special to extensions.
import QtQuick
import QtQuick.Window
import "ui"
import "lib/client.js" as Client
import "lib/launch.js" as Launch
import "lib/found.js" as Found
import "start.js" as Start

Rectangle {
    id: root
    implicitWidth: 880
    implicitHeight: 690
    width: implicitWidth
    height: implicitHeight

    property var files: null

    // Later versions may offer the engraving as a module instead of a member of `api`.
    function engraving() {
        return typeof api !== "undefined" ? api.engraving
            : Qt.createQmlObject("import QtQuick; import MuseApi.Engraving; QtObject { property var it: Engraving }", root, "it").it;
    }

    function ms() {
        var e = engraving();
        return {
            SymId: e.SymId, DynamicType: e.DynamicType, score: e.curScore, Element: e.Element, Placement: e.Placement,
            version: [e.mscoreMajorVersion, e.mscoreMinorVersion],
            newElement: function (type) { return e.newElement(type); },
            removeElement: function (element) { e.removeElement(element); },
            cmd: function (name) { e.cmd(name); },
            fraction: function (n, d) { return e.fraction(n, d); }
        };
    }

    // Extensions read no files, but scripts can be imported from anywhere: the bridge leaves its connection as one. What was
    // imported once is never read again, so it leaves the same under many names, and each is used once.
    function connection() {
        var home = Launch.homeOf(String(Qt.resolvedUrl(".")));
        var name = Found.next();
        if (!home || !name)
            return Found.last();
        try {
            var script = 'import QtQuick; import "' + home + "/.mezzoforte/connection/" + name + '" as Told; '
                + "QtObject { property string text: JSON.stringify(Told.connection) }";
            var told = Qt.createQmlObject(script, root, "told");
            Found.keep(Client.readConnection(told.text));
            told.destroy();
        } catch (e) {
            Found.keep(null);
        }
        return Found.last();
    }

    function makeFileDialog() {
        try {
            return Qt.createQmlObject("import QtQuick.Dialogs; FileDialog { }", root, "browse");
        } catch (e) {
            return null; // not every build has it: the path is typed or dropped
        }
    }

    function openFile(done) {
        function accepted() {
            files.accepted.disconnect(accepted);
            done(String(files.selectedFile));
        }
        files.accepted.connect(accepted);
        files.open();
    }

    function leave() {
        panel.end();
        if (root.Window.window)
            root.Window.window.close();
    }

    Panel { id: panel; anchors.fill: parent }

    Component.onCompleted: {
        files = makeFileDialog();
        panel.begin({ ms: ms, readText: function (name) { return name === Launch.FILE ? JSON.stringify(Start.launch) : ""; },
                      connection: connection, language: Qt.locale().name, exportScore: function () { return ""; },
                      openFile: files ? openFile : null, startProgram: null, quit: leave });
    }
    Component.onDestruction: panel.end()
}
