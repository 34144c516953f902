"use strict";
const test = require("node:test");
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const { load, plain, table } = require("./load.js");
const Table = load("table.js");

test("bars are numbered as printed: a pickup is bar 0", () => {
    const t = table(3);
    t.measures[0].ticks = 480;
    assert.deepStrictEqual(plain(Table.finish(t, "").measures.map((m) => m.number)), ["0", "1", "2"]);
    const whole = table(2);
    assert.deepStrictEqual(plain(Table.finish(whole, "").measures.map((m) => m.number)), ["1", "2"]);
});

test("endings are read from an export of the same measures, and from no other", () => {
    const xml = fs.readFileSync(path.join(__dirname, "..", "small.musicxml"), "utf8");
    const endings = plain(Table.endingsOf(xml, 10));
    assert.deepStrictEqual(endings.map((e) => e.join()), ["", "", "", "", "1", "2", "", "", "", ""]);
    assert.strictEqual(Table.endingsOf(xml, 9), null);
    assert.strictEqual(Table.endingsOf("nonsense", 1), null);
});

test("the fingerprint changes with every note and measure, and with no mark", () => {
    const names = new Set();
    const plainName = Table.fingerprint(table());
    names.add(plainName);
    for (let column = 0; column < 6; column++) {
        const t = table();
        t.notes[5][column] += 1;
        names.add(Table.fingerprint(t));
    }
    const metre = table();
    metre.measures[2].time = [3, 4];
    names.add(Table.fingerprint(metre));
    assert.strictEqual(names.size, 8);
    const marked = table();
    marked.marks.push({ kind: "dynamic" });
    assert.strictEqual(Table.fingerprint(marked), plainName);
});

test("what is sent holds no element of the host and no mark without a name", () => {
    const t = Table.finish(table(), "");
    t.marks = [
        { kind: "dynamic", value: "p", tick: 0, end_tick: 0, staff: 1, ours: false, element: { huge: true } },
        { kind: "dynamic", value: "other", tick: 0, end_tick: 0, staff: 1, ours: false, element: {} },
    ];
    t.tempos = [{ tick: 0, bpm: 90, ours: false, element: {} }, { tick: 480, bpm: 91, ours: true, element: {} }];
    const sent = plain(Table.forBridge(t));
    assert.deepStrictEqual(sent.marks, [{ kind: "dynamic", value: "p", tick: 0, end_tick: 0, staff: 1, ours: false }]);
    assert.deepStrictEqual(sent.tempos, [[0, 90]]);
    assert.ok(!("slots" in sent));
});

test("measures are found by tick and beats by metre", () => {
    const t = table(40);
    for (const tick of [0, 1, 1919, 1920, 40000, 76799, 10 ** 9])
        assert.strictEqual(Table.measureAt(t, tick), Math.min(39, Math.floor(tick / 1920)));
    assert.strictEqual(Table.beatTicks({ time: [6, 8] }), 720);
    assert.strictEqual(Table.beatTicks({ time: [3, 8] }), 240);
    assert.strictEqual(Table.beatTicks({ time: [2, 2] }), 960);
});
