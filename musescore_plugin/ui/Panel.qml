// The dialog's content for both generations. `port` is what the surrounding plugin hands over of its program:
//   ms()            the object that lib/score.js works on
//   readText(path)  a file's text, "" when there is none          homePath, language, startProgram (null: not possible)
//   exportScore()   the score as MusicXML text, "" when it cannot be exported
//   openFile(done)  a file dialog, or null                       quit()
import QtQuick 2.9
import QtQuick.Controls 2.2
import QtQuick.Layouts 1.3
import "../lib/table.js" as Table
import "../lib/plan.js" as Plan
import "../lib/client.js" as Client
import "../lib/session.js" as Session
import "../lib/score.js" as Score
import "../lib/texts.js" as Texts
import "../lib/launch.js" as Launch

Rectangle {
    id: panel
    objectName: "panel"
    color: "#f4f4f4"
    property var port: null
    property var session: null
    property string phase: "idle"
    property bool bridgeUp: false
    property var launch: null
    property int open: 0
    property int ticked: 0
    property alias path: pathField.text

    function tr(text) {
        var translated = qsTr(text);
        return translated !== text ? translated : Texts.lookup(text, port ? port.language : "en");
    }

    function begin(given) {
        port = given;
        launch = Launch.read(port.readText(Launch.FILE));
        session = Session.makeSession({
            connect: connect,
            read: function () { return Table.finish(Score.read(port.ms()), port.exportScore()); },
            apply: function (table, changes) { return Score.apply(port.ms(), table, changes); },
            undo: function (steps) { Score.undo(port.ms(), steps); },
            changed: refresh
        }, { propose: Plan.propose, edits: Plan.edits, carryOver: Plan.carryOver, placeOf: Plan.placeOf,
             forBridge: Table.forBridge });
        refresh(session);
        knock(true);
    }

    function end() {
        watch.stop();
        if (session)
            session.close();
    }

    function connect() {
        var connection = Client.readConnection(port.readText(port.homePath + "/.mezzoforte/bridge.json"));
        return connection ? Client.makeClient(function () { return new XMLHttpRequest(); }, connection, false) : null;
    }

    // Is the bridge there? If not, and it can be started from here, start it once and look again.
    function knock(mayStart) {
        var client = connect();
        if (!client)
            return absent(mayStart);
        client.ping(function (error) {
            if (error)
                absent(mayStart);
            else
                bridgeUp = true;
        });
    }

    function absent(mayStart) {
        bridgeUp = false;
        if (mayStart && launch && port.startProgram) {
            if (port.startProgram(launch))
                watch.start();
        }
    }

    Timer {
        id: watch
        interval: 700
        repeat: true
        property int tries: 0
        onTriggered: {
            tries += 1;
            if (panel.bridgeUp || tries > 40)
                stop();
            else
                panel.knock(false);
        }
    }

    function refresh(s) {
        phase = s.state;
        progress.value = s.progress;
        var rows = s.proposal ? s.proposal.rows : [];
        while (list.count > rows.length)
            list.remove(list.count - 1);
        open = 0;
        ticked = 0;
        for (var i = 0; i < rows.length; i++) {
            var shown = Plan.describe(rows[i], tr);
            shown.checked = rows[i].checked;
            shown.possible = rows[i].status !== "skip";
            shown.tick = rows[i].place ? rows[i].place.tick : -1;
            shown.staff = rows[i].place ? rows[i].place.staff : 1;
            if (shown.possible)
                open += 1;
            if (shown.checked)
                ticked += 1;
            if (i < list.count)
                list.set(i, shown);
            else
                list.append(shown);
        }
        message.text = messageOf(s);
        message.color = s.state === "failed" ? "#a00000" : "#202020";
        if (s.state === "failed" && s.error.code === "no_bridge")
            absent(true);
    }

    function messageOf(s) {
        if (s.state === "failed")
            return tr(s.error.message) + (s.error.advice ? "\n" + tr(s.error.advice) : "");
        if (s.state === "analysing" && s.waiting > 0)
            return tr("Waiting for other analyses") + ": " + s.waiting;
        if (s.state === "analysing")
            return tr("Analysing") + " " + Math.round(100 * s.progress) + " %";
        if (s.state === "review" && s.plan.warnings && s.plan.warnings.length)
            return s.plan.warnings.join("\n");
        if (s.state === "review" && !open)
            return tr("There is nothing to add.");
        if (s.state === "applied")
            return tr("Marks added") + ": " + s.added + "   " + tr("removed") + ": " + s.removed;
        return "";
    }

    function removeMine() {
        var ms = port.ms();
        var result = Score.removeOurs(ms, Table.finish(Score.read(ms), ""));
        message.color = "#202020";
        message.text = tr("Marks removed") + ": " + result.removed;
    }

    ListModel { id: list }
    TextEdit { id: clipboard; visible: false }

    DropArea {
        anchors.fill: parent
        onDropped: if (drop.hasUrls) pathField.text = Launch.localPath(String(drop.urls[0]))
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: 12
        spacing: 8

        RowLayout {
            Layout.fillWidth: true
            Label { text: panel.tr("Recording") }
            TextField {
                id: pathField
                objectName: "path"
                Layout.fillWidth: true
                selectByMouse: true
                placeholderText: panel.tr("Drop an audio file here, or write its path")
            }
            Button {
                text: panel.tr("Browse…")
                visible: panel.port !== null && panel.port.openFile !== null
                onClicked: panel.port.openFile(function (url) { pathField.text = Launch.localPath(url); })
            }
            Button {
                objectName: "analyse"
                text: panel.phase === "analysing" ? panel.tr("Cancel") : panel.tr("Analyse")
                enabled: panel.phase === "analysing" || pathField.text.length > 0
                onClicked: panel.phase === "analysing" ? panel.session.cancel() : panel.session.start(pathField.text)
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Rectangle { width: 10; height: 10; radius: 5; color: panel.bridgeUp ? "#2e8b57" : "#c06000" }
            Label { text: panel.bridgeUp ? panel.tr("The bridge is running") : panel.tr("The bridge is not running. Start it with:") }
            TextField {
                visible: !panel.bridgeUp
                Layout.fillWidth: true
                readOnly: true
                selectByMouse: true
                text: panel.launch ? panel.launch.shown : Launch.DEFAULT_COMMAND
            }
            Button {
                visible: !panel.bridgeUp
                text: panel.tr("Copy")
                onClicked: {
                    clipboard.text = panel.launch ? panel.launch.shown : Launch.DEFAULT_COMMAND;
                    clipboard.selectAll();
                    clipboard.copy();
                }
            }
            Button { visible: !panel.bridgeUp; text: panel.tr("Try again"); onClicked: panel.knock(true) }
            Item { visible: panel.bridgeUp; Layout.fillWidth: true }
        }

        ProgressBar { id: progress; Layout.fillWidth: true; visible: panel.phase === "analysing" }
        Label { id: message; objectName: "message"; Layout.fillWidth: true; wrapMode: Text.Wrap; visible: text.length > 0 }

        RowLayout {
            Layout.fillWidth: true
            enabled: panel.phase === "review"
            Label { text: panel.tr("Where marks stand already") }
            ComboBox {
                id: policy
                Layout.preferredWidth: 190
                model: [panel.tr("keep them"), panel.tr("replace them"), panel.tr("only compare")]
                onActivated: panel.session.setPolicy(Plan.POLICIES[currentIndex])
            }
            Label { text: panel.tr("Density") }
            Slider {
                Layout.fillWidth: true
                from: 0
                to: 2
                value: 1
                stepSize: 1
                snapMode: Slider.SnapAlways
                onMoved: panel.session.setDensity(Plan.DENSITIES[Math.round(value)])
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: 34
            Repeater {
                model: [[panel.tr("Bar"), 50], [panel.tr("Beat"), 50], [panel.tr("Mark"), 90], [panel.tr("Confidence"), 90],
                        [panel.tr("Why"), 200]]
                Label { text: modelData[0]; font.bold: true; Layout.preferredWidth: modelData[1] }
            }
        }

        ListView {
            id: preview
            objectName: "preview"
            Layout.fillWidth: true
            Layout.fillHeight: true
            clip: true
            model: list
            ScrollBar.vertical: ScrollBar { }
            delegate: RowLayout {
                width: preview.width
                height: 28
                opacity: model.possible ? 1 : 0.55
                CheckBox {
                    checked: model.checked
                    enabled: model.possible && panel.phase === "review"
                    Layout.preferredWidth: 30
                    onClicked: panel.session.tick(index, checked)
                }
                Label { text: model.bar; Layout.preferredWidth: 50 }
                Label { text: model.beat; Layout.preferredWidth: 50 }
                Label { text: model.mark; Layout.preferredWidth: 90; font.italic: true; font.bold: true }
                Label { text: model.confidence; Layout.preferredWidth: 90 }
                Label { text: model.why; Layout.fillWidth: true; elide: Text.ElideRight }
                Button {
                    text: panel.tr("Show")
                    visible: model.tick >= 0 && Score.canJump(panel.port.ms())
                    implicitHeight: 24
                    onClicked: Score.jump(panel.port.ms(), model.tick, model.staff)
                }
            }
        }

        RowLayout {
            Layout.fillWidth: true
            CheckBox { id: tempo; text: panel.tr("Also write the recording's tempo, invisibly") }
            CheckBox { id: velocities; text: panel.tr("Reset note velocities") }
        }

        RowLayout {
            Layout.fillWidth: true
            Button { text: panel.tr("Remove my marks"); enabled: panel.phase !== "analysing"; onClicked: panel.removeMine() }
            Item { Layout.fillWidth: true }
            Button {
                text: panel.tr("Undo this")
                visible: panel.phase === "applied"
                onClicked: panel.session.undo()
            }
            Button {
                objectName: "apply"
                text: panel.tr("Add") + " (" + panel.ticked + ")"
                enabled: panel.phase === "review" && policy.currentIndex !== 2
                onClicked: panel.session.apply({ tempo: tempo.checked, resetVelocities: velocities.checked })
            }
            Button { text: panel.tr("Close"); onClicked: panel.port.quit() }
        }
    }
}
