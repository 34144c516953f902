// The dialog's content for all generations. `port` is what the surrounding plugin hands over of its program:
//   ms()            the object that lib/score.js works on
//   readText(path)  a file's text, "" when there is none          language, startProgram(launch) or null
//   connection()    how to reach the bridge, or null (lib/client.js)
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
    property string bridge: "absent"     // absent, starting, up, other
    property var launch: null
    property var counts: ({ add: 0, remove: 0, deaf: 0 })
    property int undoable: 0             // undo steps of a removal
    property string playing: ""          // the key of the row that is played
    property alias path: pathField.text

    function tr(text) {
        var translated = qsTranslate("Mezzoforte", text);
        return translated !== text ? translated : Texts.lookup(text, language());
    }

    function language() { return port ? port.language : "en"; }

    function words() {
        return { reason: function (key, values) { return Texts.reason(key, values, panel.language()); },
                 clearness: function (word) { return Texts.clearness(word, panel.language()); } };
    }

    // The bridge's own sentence, in the user's language where it is one that people often meet.
    function errorWords(error) {
        var parts = /^(.*?)(?: \(likely cause: (.*)\))?$/.exec(error.message);
        return tr(parts[1]) + (parts[2] ? " (" + tr("likely cause") + ": " + tr(parts[2]) + ")" : "")
            + (error.advice ? "\n" + tr(error.advice) : "");
    }

    function begin(given) {
        port = given;
        launch = Launch.read(port.readText(Launch.FILE));
        session = Session.makeSession({
            connect: connect,
            read: function (again) { return Table.finish(Score.read(port.ms()), again ? "" : port.exportScore()); },
            apply: function (table, changes) { return Score.apply(port.ms(), table, changes); },
            undo: function (steps) { return Score.undo(port.ms(), steps); },
            changed: refresh
        }, { propose: Plan.propose, edits: Plan.edits, canTick: Plan.canTick, canRemove: Plan.canRemove,
             choiceOf: Plan.choiceOf, placeOf: Plan.placeOf, timeOf: Plan.timeOf, deaf: Plan.deaf,
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
        var connection = port.connection();
        return connection && connection.port
            ? Client.makeClient(function () { return new XMLHttpRequest(); }, connection, false) : null;
    }

    // Is the bridge there? If not, and it can be started from here, start it once and look again.
    function knock(mayStart) {
        var connection = port.connection();
        var client = connect();
        if (!client) {
            bridge = connection && connection.other ? "other" : bridge;
            return absent(mayStart);
        }
        client.ping(function (error) {
            if (error)
                absent(mayStart);
            else
                bridge = "up";
        });
    }

    function absent(mayStart) {
        if (bridge === "other")
            return;
        if (mayStart && launch && port.startProgram && port.startProgram(launch)) {
            bridge = "starting";
            watch.tries = 0;
            watch.start();
        } else if (!watch.running) {
            bridge = "absent";
        }
    }

    Timer {
        id: watch
        interval: 700
        repeat: true
        property int tries: 0
        onTriggered: {
            tries += 1;
            if (panel.bridge === "up" || tries > 60) {
                stop();
                if (panel.bridge !== "up")
                    panel.bridge = "absent";
            } else {
                panel.knock(false);
            }
        }
    }

    function refresh(s) {
        phase = s.state;
        undoable = 0;
        progress.value = s.progress;
        counts = s.counts();
        var rows = s.proposal ? s.proposal.rows : [];
        while (list.count > rows.length)
            list.remove(list.count - 1);
        for (var i = 0; i < rows.length; i++) {
            var shown = Plan.describe(s.table, rows[i], tr, words());
            shown.key = rows[i].key;
            shown.checked = rows[i].checked;
            shown.away = rows[i].remove;
            shown.canTick = Plan.canTick(rows[i]);
            shown.canRemove = Plan.canRemove(rows[i]);
            if (i < list.count)
                list.set(i, shown);
            else
                list.append(shown);
        }
        curve.measures = s.table ? s.table.measures : [];
        curve.heard = s.plan ? s.plan.curve : null;
        curve.playback = s.plan ? s.plan.densities[s.step].playback_velocity : [];
        curve.rows = rows;
        density.to = s.plan ? Math.max(1, s.plan.densities.length - 1) : 1;
        density.value = s.step;
        message.text = messageOf(s, rows);
        message.color = s.state === "failed" ? "#a00000" : "#202020";
        warnings.text = s.plan && s.state !== "failed" ? s.plan.warnings.map(tr).join("\n") : "";
        if (s.state === "failed" && s.error.code === "no_bridge")
            absent(true);
    }

    function messageOf(s, rows) {
        if (s.state === "failed")
            return errorWords(s.error);
        if (s.state === "analysing" && s.waiting > 0)
            return tr("Waiting for other analyses") + ": " + s.waiting;
        if (s.state === "analysing")
            return tr("Listening") + " " + Math.round(100 * s.progress) + " %";
        if (s.state === "review" && s.policy === "compare")
            return tr("Only comparing: nothing is written.");
        if (s.state === "review" && !counts.add && !counts.remove)
            return nothing(s, rows);
        if (s.stuck)
            return tr("Press Ctrl+Z in the score to take this back.") + " (" + s.steps + "×)";
        if (s.state === "applied")
            return tr("Added") + ": " + s.added + ", " + tr("removed") + ": " + s.removed
                + (s.late.length ? "\n" + tr("Hairpins that are added when this window is closed") + ": " + s.late.length : "")
                + (s.tempos ? "\n" + tr("The score's own tempo marks stay but are silent until Mezzoforte's marks are removed.")
                    : "");
        return "";
    }

    // Why there is nothing to add.
    function nothing(s, rows) {
        if (rows.some(Plan.canTick))
            return tr("Nothing is ticked.");
        if (rows.some(function (r) { return r.status === "there"; }))
            return tr("Nothing to add: these marks are in the score already.");
        if (rows.some(function (r) { return r.status === "skip"; }))
            return tr("Nothing to add: marks stand at these places already.");
        return s.step + 1 < s.plan.densities.length ? tr("Nothing to add at this density: try more marks.")
            : tr("Nothing to add: the playing stays at one level.");
    }

    function removeMine() {
        var ms = port.ms();
        var result = Score.removeOurs(ms, Table.finish(Score.read(ms), ""));
        if (session.plan)
            session.again();
        undoable = result.steps;
        message.color = "#202020";
        message.text = result.removed ? tr("Mezzoforte's marks removed") + ": " + result.removed
            : tr("There are no marks of Mezzoforte in this score.");
    }

    function undo() {
        if (!undoable)
            return session.undo();
        var done = Score.undo(port.ms(), undoable);
        undoable = 0;
        message.text = done ? "" : tr("Press Ctrl+Z in the score to take this back.");
        if (session.plan)
            session.again();
    }

    // What is not done while the window is open is done when it is closed.
    function leave() {
        var late = session ? session.waitingHairpins() : [];
        port.quit();
        if (late.length)
            Score.addLate(port.ms(), late);
    }

    function show(tick, staff) {
        if (session.table)
            Score.jump(port.ms(), session.table, tick, staff);
    }

    // Plays the recording at a row, or stops it there.
    function listen(row) {
        silence.stop();
        if (playing === row.key) {
            playing = "";
            message.text = "";
            session.hush();
            return;
        }
        playing = row.key;
        session.listen(row, function (error, answer) {
            message.color = error ? "#a00000" : "#202020";
            message.text = error ? errorWords(error)
                : answer.page ? tr("The bridge finds no sound device here: the page plays the recording, in your browser.")
                : tr("Playing the recording at bar") + " " + row.number;
            if (!error && answer.page)
                Qt.openUrlExternally(answer.page);
            silence.interval = error || answer.page ? 1 : Math.max(1, 1000 * answer.playing_s);
            silence.start();
        });
    }

    Timer {
        id: silence
        onTriggered: {
            panel.playing = "";
            if (message.text.indexOf(panel.tr("Playing the recording at bar")) === 0)
                message.text = "";
        }
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
        spacing: 6

        RowLayout {
            Layout.fillWidth: true
            Words { text: panel.tr("Recording") }
            TextField {
                id: pathField
                objectName: "path"
                Layout.fillWidth: true
                selectByMouse: true
                placeholderText: panel.tr("Drop an audio file here, or write its path")
            }
            Button {
                objectName: "browse"
                text: panel.tr("Browse…")
                visible: panel.port !== null && panel.port.openFile !== null
                onClicked: panel.port.openFile(function (url) { pathField.text = Launch.localPath(url); })
            }
            Button {
                objectName: "analyse"
                text: panel.phase === "analysing" ? panel.tr("Cancel") : panel.tr("Listen and propose")
                enabled: panel.phase === "analysing" || (pathField.text.length > 0 && panel.bridge === "up")
                onClicked: panel.phase === "analysing" ? panel.session.cancel() : panel.session.start(pathField.text)
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Rectangle {
                width: 10; height: 10; radius: 5
                color: panel.bridge === "up" ? "#2e8b57" : panel.bridge === "starting" ? "#d0a000" : "#c04000"
            }
            Words {
                objectName: "bridge"
                text: panel.bridge === "up" ? panel.tr("The bridge is running")
                    : panel.bridge === "starting" ? panel.tr("The bridge is starting…")
                    : panel.bridge === "other" ? panel.tr("The bridge is of another version: install the plugin again.")
                    : panel.tr("The bridge is not running. Start it with:")
            }
            TextField {
                visible: panel.bridge === "absent"
                Layout.fillWidth: true
                readOnly: true
                selectByMouse: true
                text: panel.launch ? panel.launch.shown : Launch.DEFAULT_COMMAND
            }
            Button {
                visible: panel.bridge === "absent"
                text: panel.tr("Copy")
                onClicked: {
                    clipboard.text = panel.launch ? panel.launch.shown : Launch.DEFAULT_COMMAND;
                    clipboard.selectAll();
                    clipboard.copy();
                }
            }
            Button {
                visible: panel.bridge === "absent"
                text: panel.tr("Try again")
                onClicked: panel.knock(true)
            }
            Item { visible: panel.bridge !== "absent"; Layout.fillWidth: true }
        }

        ProgressBar { id: progress; Layout.fillWidth: true; visible: panel.phase === "analysing" }
        Words { id: message; objectName: "message"; Layout.fillWidth: true; Layout.minimumHeight: 18; wrapMode: Text.Wrap }
        Words {
            id: warnings
            objectName: "warnings"
            Layout.fillWidth: true
            wrapMode: Text.Wrap
            maximumLineCount: 3
            elide: Text.ElideRight
            font.pixelSize: 11
            visible: text.length > 0
        }

        RowLayout {
            Layout.fillWidth: true
            enabled: panel.phase === "review" || panel.phase === "applied"
            Words { text: panel.tr("Density") + ":  " + panel.tr("few marks") }
            Slider {
                id: density
                objectName: "density"
                Layout.fillWidth: true
                from: 0
                stepSize: 1
                snapMode: Slider.SnapAlways
                onMoved: panel.session.set("step", Math.round(value))
            }
            Words { text: panel.tr("many marks") }
            Button { objectName: "all"; text: panel.tr("All"); onClicked: panel.session.tickAll(true) }
            Button { objectName: "none"; text: panel.tr("None"); onClicked: panel.session.tickAll(false) }
        }

        RowLayout {
            Layout.fillWidth: true
            enabled: panel.phase === "review" || panel.phase === "applied"
            Words { text: panel.tr("Printed marks") }
            ComboBox {
                id: policy
                objectName: "policy"
                Layout.preferredWidth: 150
                model: [panel.tr("keep them"), panel.tr("replace them"), panel.tr("only compare")]
                onActivated: panel.session.setPolicy(Plan.POLICIES[currentIndex])
            }
            Words { text: panel.tr("Marks from earlier visits"); Layout.leftMargin: 12 }
            ComboBox {
                objectName: "earlier"
                Layout.preferredWidth: 190
                model: [panel.tr("keep them"), panel.tr("update to this recording")]
                onActivated: panel.session.set("earlier", currentIndex ? "update" : "keep")
            }
            Item { Layout.fillWidth: true }
            Words { text: panel.tr("Sort by") }
            ComboBox {
                objectName: "sort"
                Layout.preferredWidth: 120
                model: [panel.tr("bar"), panel.tr("clearness")]
                onActivated: panel.session.set("sort", currentIndex ? "clearness" : "place")
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.leftMargin: 40
            Repeater {
                model: [[panel.tr("Bar"), 170], [panel.tr("Mark"), 80], [panel.tr("Clearness"), 90], [panel.tr("What was heard"), 260]]
                Words { text: modelData[0]; font.bold: true; Layout.preferredWidth: modelData[1] }
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
            delegate: Rectangle {
                objectName: "row " + index
                width: preview.width
                height: 32
                color: index % 2 ? "#f4f4f4" : "#ffffff"
                MouseArea {
                    anchors.fill: parent
                    onClicked: {
                        var row = panel.session.proposal.rows[index];
                        panel.show(row.tick, row.staff);
                    }
                }
                RowLayout {
                    anchors.fill: parent
                    opacity: model.canTick || model.canRemove ? 1 : 0.55
                    CheckBox {
                        objectName: "tick " + index
                        visible: model.canTick
                        checked: model.checked
                        Layout.preferredWidth: 34
                        Layout.preferredHeight: 30
                        onClicked: panel.session.tick(index, checked)
                    }
                    Button {
                        objectName: "away " + index
                        visible: model.canRemove
                        text: model.away ? "↺" : "✕"
                        implicitHeight: 24
                        Layout.preferredWidth: 34
                        onClicked: panel.session.tick(index, !model.away)
                    }
                    Item { visible: !model.canTick && !model.canRemove; Layout.preferredWidth: 34 }
                    Words { text: model.place; Layout.preferredWidth: 170; elide: Text.ElideRight; font.strikeout: model.away }
                    Words {
                        text: model.mark
                        Layout.preferredWidth: 80
                        font.italic: true
                        font.bold: true
                        font.strikeout: model.away
                    }
                    Words { text: model.clearness; Layout.preferredWidth: 90 }
                    Words { text: model.heard; Layout.fillWidth: true; elide: Text.ElideRight }
                    Words { text: model.note; visible: text.length > 0; Layout.maximumWidth: 180; elide: Text.ElideRight; font.italic: true }
                    Button {
                        objectName: "listen " + index
                        text: model.key === panel.playing ? "■" : "▶"
                        implicitHeight: 24
                        Layout.preferredWidth: 34
                        Layout.rightMargin: 12
                        onClicked: panel.listen(panel.session.proposal.rows[index])
                    }
                }
            }
        }

        Curve {
            id: curve
            objectName: "curve"
            Layout.fillWidth: true
            Layout.preferredHeight: 110
            visible: heard !== null && heard.ticks.length > 0
            onChosen: panel.show(tick, 1)
        }
        RowLayout {
            visible: curve.visible
            Rectangle { width: 14; height: 10; color: "#c9d8e6" }
            Words { text: panel.tr("played"); font.pixelSize: 11 }
            Rectangle { width: 14; height: 2; color: "#b03030"; Layout.leftMargin: 10 }
            Words { text: panel.tr("what the proposed marks would play"); font.pixelSize: 11 }
        }

        RowLayout {
            Layout.fillWidth: true
            CheckBox { id: tempo; objectName: "tempo"; text: panel.tr("Also write the recording's tempo, invisibly") }
            CheckBox {
                id: velocities
                objectName: "velocities"
                visible: panel.counts.deaf > 0
                text: panel.tr("Let the notes with velocities of their own follow the marks") + " (" + panel.counts.deaf + ")"
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Button {
                objectName: "remove"
                text: panel.tr("Remove Mezzoforte's marks")
                enabled: panel.phase !== "analysing"
                onClicked: panel.removeMine()
            }
            Item { Layout.fillWidth: true }
            Button {
                objectName: "undo"
                text: panel.tr("Undo this")
                visible: panel.undoable > 0 || (panel.phase === "applied" && panel.session.steps > 0)
                onClicked: panel.undo()
            }
            Button {
                objectName: "apply"
                text: panel.tr("Add") + " " + panel.counts.add + ", " + panel.tr("remove") + " " + panel.counts.remove
                enabled: panel.phase === "review" && policy.currentIndex !== 2
                    && (panel.counts.add > 0 || panel.counts.remove > 0 || tempo.checked)
                onClicked: panel.session.apply({ tempo: tempo.checked, resetVelocities: velocities.visible && velocities.checked })
            }
            Button { objectName: "close"; text: panel.tr("Close"); onClicked: panel.leave() }
        }
    }
}
