// Runs the plugin's own code in a real program without a window: reads ~/script.json, does its steps, writes ~/report.json.
import QtQuick 2.9
import MuseScore 3.0
import FileIO 3.0
import "lib/table.js" as Table
import "lib/plan.js" as Plan
import "lib/client.js" as Client
import "lib/session.js" as Session
import "lib/score.js" as Score

MuseScore {
    id: plugin
    version: "1.0"
    description: "headless test"
    menuPath: "Plugins.headless"
    FileIO { id: file }
    property var report: []
    property var table: null

    function readText(path) { file.source = path; return file.exists() ? file.read() : ""; }
    function writeText(path, text) { file.source = path; file.write(text); }
    function ms() {
        return {
            SymId: typeof SymId === "undefined" ? null : SymId,
            score: curScore, Element: Element, Placement: Placement, version: [mscoreMajorVersion, mscoreMinorVersion],
            newElement: function (type) { return newElement(type); },
            removeElement: function (element) { removeElement(element); },
            cmd: function (name) { cmd(name); },
            fraction: function (n, d) { return fraction(n, d); }
        };
    }
    function exported() {
        var path = file.homePath() + "/exported.musicxml";
        return writeScore(curScore, path, "musicxml") ? readText(path) : "";
    }
    function look() {
        var t = Table.finish(Score.read(ms()), exported());
        report.push({ score: t.fingerprint, measures: t.measures, marks: t.marks.map(function (m) {
            return [m.kind, m.value, m.tick, m.end_tick, m.staff, m.ours]; }),
            tempos: t.tempos.map(function (x) { return [x.tick, Math.round(10 * x.bpm) / 10, x.ours]; }) });
    }
    function analyse(path, options) {
        var connection = Client.readConnection(readText(file.homePath() + "/.mezzoforte/bridge.json"));
        var session = Session.makeSession({
            connect: function () {
                return connection && Client.makeClient(function () { return new XMLHttpRequest(); }, connection, true);
            },
            read: function () { return Table.finish(Score.read(ms()), exported()); },
            apply: function (t, changes) { return Score.apply(ms(), t, changes); },
            undo: function (steps) { Score.undo(ms(), steps); },
            changed: function () { }
        }, { propose: Plan.propose, edits: Plan.edits, canTick: Plan.canTick, canRemove: Plan.canRemove,
             choiceOf: Plan.choiceOf, placeOf: Plan.placeOf, timeOf: Plan.timeOf, deaf: Plan.deaf,
             forBridge: Table.forBridge });
        session.policy = options.policy || "skip";
        session.start(path);
        if (options.earlier)
            session.set("earlier", options.earlier);
        (options.toggle || []).forEach(function (t) {
            session.proposal.rows.forEach(function (r, i) { if (r.key === t[0]) session.tick(i, t[1]); });
        });
        var rows = session.proposal ? session.proposal.rows.map(function (r) {
            return [r.key, r.status, r.checked || r.remove]; }) : [];
        var counts = session.counts();
        if (options.edit)
            change(options.edit);
        session.apply(options);
        report.push({ state: session.state, error: session.error, added: session.added, removed: session.removed,
                      steps: session.steps, rows: rows, counts: counts, tempos: session.tempos });
        return session;
    }
    // Somebody writes on the page while the plan is looked at: another pitch for the first note.
    function change() {
        curScore.startCmd();
        for (var segment = curScore.firstSegment(); segment; segment = segment.next) {
            var chord = segment.elementAt(0);
            if (chord && chord.type === Element.CHORD) {
                chord.notes[0].pitch += 1;
                break;
            }
        }
        curScore.endCmd();
    }
    function perform(step) {
        var kind = step[0];
        if (kind === "look")
            look();
        else if (kind === "analyse")
            plugin.last = analyse(step[1], step[2] || {});
        else if (kind === "undo")
            plugin.last.undo();
        else if (kind === "jump") {
            Score.jump(ms(), Table.finish(Score.read(ms()), ""), step[1], step[2]);
            report.push({ at: curScore.selection.elements[0].parent.parent.tick });
        } else if (kind === "remove")
            report.push(Score.removeOurs(ms(), Table.finish(Score.read(ms()), "")));
        else if (kind === "save")
            report.push({ saved: writeScore(curScore, step[1], step[2]) });
    }
    property var last: null

    onRun: {
        try {
            JSON.parse(readText(file.homePath() + "/script.json")).forEach(perform);
            report.push("finished");
        } catch (e) {
            report.push({ exception: String(e), stack: e.stack });
        }
        writeText(file.homePath() + "/report.json", JSON.stringify(report));
        Qt.quit();
    }
}
