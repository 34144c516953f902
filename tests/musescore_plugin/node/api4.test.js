"use strict";
const test = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { load, plain, dynamic, hairpin, plan } = require("./load.js");
const [Table, Plan, Score] = ["table", "plan", "score"].map((n) => load(n + ".js"));
const API = JSON.parse(fs.readFileSync(path.join(__dirname, "..", "api_4.json"), "utf8"));

function mock(version) {
    const context = vm.createContext({});
    vm.runInContext(fs.readFileSync(path.join(__dirname, "..", "mock_score.js"), "utf8"), context);
    return context.makeMock(version, API);
}
const marksOf = (ms) => plain(Table.finish(Score.read(ms), "").marks.map((m) => [m.kind, m.value, m.tick, m.end_tick, m.staff, m.ours]));
const PLAN = { ...plan([dynamic(0, "p"), dynamic(1920, "ff"), hairpin(480, 1440), { ...dynamic(960, "accent"), kind: "accent" }]),
               tempos: [{ tick: 0, bpm: 60 }, { tick: 1920, bpm: 72 }] };
const WISHES = { policy: "skip", step: 0, earlier: "keep", sort: "place" };

const tableOf = (ms) => Table.finish(Score.read(ms), "");
const proposed = (ms, table = tableOf(ms)) => Plan.edits(Plan.propose(table, PLAN, WISHES, Plan.placeOf));
function write(ms, more = {}) {
    const table = tableOf(ms);
    return Score.apply(ms, table, { ...proposed(ms, table), tempos: null, ...more });
}

for (const version of [4.0, 4.4, 4.6, 4.7, 5.0]) {
    test(`only members that MuseScore ${version} has are used, and none is written that can only be read`, () => {
        const { ms, window } = mock(version);
        const table = tableOf(ms);
        table.velocities = [{ tick: 0, staff: 1, note: ms.score.firstSegment().elementAt(0).notes[0] }];
        const done = write(ms, { tempos: PLAN.tempos, deaf: [] });
        Score.apply(ms, { ...table, marks: [], tempos: [] }, { add: [], remove: [], tempos: null, deaf: [0] });
        Score.jump(ms, tableOf(ms), 960, 1);
        window.open = false;
        Score.addLate(ms, done.late);
        Score.removeOurs(ms, tableOf(ms));
        assert.deepStrictEqual(marksOf(ms), []);
    });

    test(`marks are written, known again and removed in the stand-in for ${version}`, () => {
        const { ms, window } = mock(version);
        const done = write(ms);
        const late = version < 4.7 ? 0 : 1; // the hairpin waits until the window is closed
        assert.strictEqual(done.late.length, late);
        window.open = false;
        assert.strictEqual(Score.addLate(ms, done.late), late);
        assert.deepStrictEqual(marksOf(ms).map((m) => m[1]).sort(), ["accent", "crescendo", "ff", "p"]);
        assert.deepStrictEqual(marksOf(ms).filter((m) => m[0] === "hairpin"), [["hairpin", "crescendo", 480, 1440, 1, true]]);
        assert.ok(marksOf(ms).every((m) => m[5]));
        assert.strictEqual(write(ms).steps, 0);
        assert.strictEqual(Score.removeOurs(ms, tableOf(ms)).removed, 4);
        assert.deepStrictEqual(marksOf(ms), []);
    });

    test(`undo in ${version} takes everything back, or says that it did not`, () => {
        const { ms } = mock(version);
        const { steps } = write(ms, { tempos: PLAN.tempos });
        const there = marksOf(ms).length;
        assert.strictEqual(Score.undo(ms, steps), version < 4.7);
        assert.strictEqual(marksOf(ms).length, version < 4.7 ? 0 : there);
    });
}

test("a hairpin that MuseScore does not add is no other hairpin, whatever is selected", () => {
    const { ms, window } = mock(4.7);
    window.open = false;
    write(ms);
    window.open = true;
    const other = { ...PLAN, densities: plan([hairpin(2400, 3360, "diminuendo")]).densities };
    const table = tableOf(ms);
    const done = Score.apply(ms, table, Plan.edits(Plan.propose(table, other, WISHES, Plan.placeOf)));
    assert.strictEqual(done.late.length, 1);
    assert.deepStrictEqual(marksOf(ms).filter((m) => m[0] === "hairpin"), [["hairpin", "crescendo", 480, 1440, 1, true]]);
});

test("signs are told by their names where the numbers have changed", () => {
    const { ms } = mock(4.6);
    const sign = { ...PLAN, densities: plan([dynamic(0, "sfp"), dynamic(1920, "fz")]).densities };
    const table = tableOf(ms);
    Score.apply(ms, table, { ...Plan.edits(Plan.propose(table, sign, WISHES, Plan.placeOf)), tempos: null });
    const written = ms.score.firstSegment().annotations[0];
    assert.deepStrictEqual([written.dynamicType, marksOf(ms).map((m) => m[1])], [23, ["sfp", "fz"]]);
});

test("when a write fails in the middle, what was done is taken back", () => {
    const { ms, window } = mock(4.7);
    window.open = false;
    const table = tableOf(ms);
    const edits = proposed(ms, table);
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
