"use strict";
const test = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { load, plain, dynamic, hairpin, plan } = require("./load.js");
const [Table, Plan, Score] = ["table", "plan", "score"].map((n) => load(n + ".js"));
const API = JSON.parse(fs.readFileSync(path.join(__dirname, "..", "api_4.json"), "utf8"));

function mock(options) {
    const context = vm.createContext({});
    vm.runInContext(fs.readFileSync(path.join(__dirname, "..", "mock_score.js"), "utf8"), context);
    return context.makeMock(options);
}
const PROBES = ["Score.spanners", "EngravingItem.dynamicType", "Chord.barlineType", "Chord.articulations"];
const marksOf = (ms) => plain(Table.finish(Score.read(ms), "").marks.map((m) => [m.kind, m.value, m.tick, m.end_tick, m.staff, m.ours]));
const PLAN = { ...plan([dynamic(0, "p"), dynamic(1920, "ff"), hairpin(480, 1440), { ...dynamic(960, "accent"), kind: "accent" }]),
               tempos: [{ tick: 0, bpm: 60 }, { tick: 1920, bpm: 72 }] };
const WISHES = { policy: "skip", step: 0, earlier: "keep", sort: "place" };

for (const [name, options, version] of [["4.0", {}, 4.0], ["4.6", { dynamicType: true }, 4.6], ["4.7", { dynamicType: true, spanners: true }, 4.7], ["5.0", { dynamicType: true, spanners: true }, 5.0]]) {
    test(`every member of MuseScore ${name} that is used exists there`, () => {
        const { ms, asked } = mock(options);
        const table = Table.finish(Score.read(ms), "");
        const edits = Plan.edits(Plan.propose(table, PLAN, WISHES, Plan.placeOf));
        edits.tempos = PLAN.tempos;
        edits.deaf = Plan.deaf(table, edits.add);
        Score.apply(ms, table, edits);
        Score.jump(ms, table, 0, 1);
        Score.removeOurs(ms, Table.finish(Score.read(ms), ""));
        const missing = asked().filter((member) => {
            const [kind, property] = [member.slice(0, member.indexOf(".")), member.slice(member.indexOf(".") + 1)];
            const since = (API[kind] || {})[property];
            return !PROBES.includes(member) && (since === undefined || parseFloat(since) > version);
        });
        assert.deepStrictEqual(plain(missing), []);
    });

    test(`marks are written, kept, undone and removed in the stand-in for ${name}`, () => {
        const { ms } = mock(options);
        const write = () => {
            const table = Table.finish(Score.read(ms), "");
            const edits = Plan.edits(Plan.propose(table, PLAN, WISHES, Plan.placeOf));
            edits.tempos = null;
            return Score.apply(ms, table, edits).steps;
        };
        const steps = write();
        assert.deepStrictEqual(marksOf(ms).map((m) => m[1]).sort(), ["accent", "crescendo", "ff", "p"]);
        assert.ok(marksOf(ms).every((m) => m[5]));
        assert.strictEqual(write(), 0);
        Score.undo(ms, steps);
        assert.deepStrictEqual(marksOf(ms), []);
        write();
        assert.strictEqual(Score.removeOurs(ms, Table.finish(Score.read(ms), "")).removed, 4);
        assert.deepStrictEqual(marksOf(ms), []);
    });
}

test("when a write fails in the middle, what was done is taken back", () => {
    const { ms } = mock({ dynamicType: true });
    const table = Table.finish(Score.read(ms), "");
    const edits = Plan.edits(Plan.propose(table, PLAN, WISHES, Plan.placeOf));
    let made = 0;
    const create = ms.newElement;
    ms.newElement = (type) => {
        made += 1;
        if (made === 2) throw new Error("refused");
        return create(type);
    };
    assert.throws(() => Score.apply(ms, table, edits), /refused/);
    assert.deepStrictEqual(marksOf(ms), []);
});
