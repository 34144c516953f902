"use strict";
const test = require("node:test");
const assert = require("node:assert");
const { load, plain, table, dynamic, hairpin, mark } = require("./load.js");
const Plan = load("plan.js");

function propose(t, marks, policy = "skip") {
    return Plan.propose(t, { marks }, policy, Plan.placeOf);
}
// What the score would hold after the edits.
function applied(t, proposal) {
    const edits = Plan.edits(proposal);
    const kept = t.marks.filter((m) => !edits.remove.includes(m));
    return { ...t, marks: kept.concat(edits.add.map((r) => ({ ...mark(r.kind, r.value, r.place.tick, r.place.end_tick || r.place.tick, true), staff: r.place.staff }))) };
}

test("applying the same plan twice changes nothing the second time", () => {
    const marks = [dynamic(0, "p"), dynamic(1920, "f"), hairpin(480, 1440), dynamic(2000, "mf")];
    const once = applied(table(), propose(table(), marks));
    assert.strictEqual(once.marks.length, 3); // the last one falls on the place of the second
    const again = Plan.edits(propose(once, marks));
    assert.deepStrictEqual([again.add.length, again.remove.length], [0, 0]);
});

test("a new plan takes away our old marks and no human one", () => {
    const t = table();
    t.marks = [mark("dynamic", "p", 0, 0, true), mark("dynamic", "f", 3840, 3840, false), mark("hairpin", "crescendo", 0, 960, true)];
    const edits = Plan.edits(propose(t, [dynamic(0, "mf")]));
    assert.deepStrictEqual(plain(edits.add.map((r) => r.value)), ["mf"]);
    assert.deepStrictEqual(edits.remove.map((m) => t.marks.indexOf(m)).sort(), [0, 2]);
});

test("unticking a mark of ours takes it away", () => {
    const t = table();
    t.marks = [mark("dynamic", "p", 0, 0, true)];
    const p = propose(t, [dynamic(0, "p")]);
    assert.strictEqual(p.rows[0].status, "keep");
    p.rows[0].checked = false;
    assert.deepStrictEqual(plain(Plan.edits(p).remove.map((m) => m.value)), ["p"]);
});

test("by default beats and spans that a human marked are left alone", () => {
    const t = table();
    t.marks = [mark("dynamic", "f", 480, 480, false), mark("hairpin", "diminuendo", 1920, 3840, false)];
    const marks = [dynamic(480, "p"), dynamic(960, "p"), hairpin(3360, 4320), hairpin(3840, 4800)];
    const p = propose(t, marks);
    assert.deepStrictEqual(plain(p.rows.map((r) => r.status)), ["skip", "add", "skip", "add"]);
    assert.ok(Plan.edits(p).remove.length === 0);
});

test("replacing takes away exactly the marks in the way, and keeps one that says the same", () => {
    const t = table();
    t.marks = [mark("dynamic", "f", 480, 480, false), mark("dynamic", "p", 1920, 1920, false), mark("dynamic", "ff", 5760, 5760, false)];
    const p = propose(t, [dynamic(480, "p"), dynamic(1920, "p")], "replace");
    const edits = Plan.edits(p);
    assert.deepStrictEqual(plain(edits.add.map((r) => r.place.tick)), [480]);
    assert.deepStrictEqual(edits.remove, [t.marks[0]]);
});

test("comparing changes nothing", () => {
    const t = table();
    t.marks = [mark("dynamic", "f", 480, 480, false)];
    const edits = Plan.edits(propose(t, [dynamic(480, "p"), dynamic(1920, "mf")], "compare"));
    assert.deepStrictEqual([edits.add.length, edits.remove.length], [0, 0]);
});

test("a mark without confidence is shown but not ticked", () => {
    const p = propose(table(), [dynamic(0, "p", 0.3), dynamic(1920, "f", 0.7)]);
    assert.deepStrictEqual(plain(p.rows.map((r) => r.checked)), [false, true]);
});

test("replacing also takes what the whole plan displaces, if anything is added", () => {
    const t = table();
    t.marks = [mark("dynamic", "ff", 5760, 5760, false), mark("dynamic", "f", 3840, 3840, false)];
    const plan = { marks: [dynamic(0, "p")], displaced: [{ kind: "dynamic", value: "ff", tick: 5760, staff: 1 }] };
    const p = Plan.propose(t, plan, "replace", Plan.placeOf);
    assert.deepStrictEqual(Plan.edits(p).remove, [t.marks[0]]);
    p.rows[0].checked = false;
    assert.strictEqual(Plan.edits(p).remove.length, 0);
    assert.strictEqual(Plan.edits(Plan.propose(t, plan, "skip", Plan.placeOf)).remove.length, 0);
});

test("a mark stands on a note or rest: its own staff, another of the part, or the one before", () => {
    const t = table();
    t.slots[1] = t.slots[1].filter((tick) => tick !== 1920 && tick !== 480);
    const at = (mark) => plain(Plan.placeOf(t, mark));
    assert.deepStrictEqual([at(dynamic(960, "p")).tick, at(dynamic(960, "p")).staff], [960, 1]);
    const left = at(dynamic(1920, "p"));
    assert.deepStrictEqual([left.tick, left.staff, left.above], [1920, 2, true]);
    assert.strictEqual(at(dynamic(480, "p")).tick, 0);
    assert.strictEqual(at(dynamic(100, "p")).tick, 0);
    t.slots = { 1: [], 2: [] };
    assert.strictEqual(at(dynamic(0, "p")), null);
});

test("both ends of a hairpin are ticks of its own track, or the end of the score", () => {
    const t = table(2);
    for (const [from, to] of [[0, 700], [100, 3840], [480, 1919], [1440, 1920]]) {
        const place = Plan.placeOf(t, hairpin(from, to));
        const slots = t.slots[place.staff];
        assert.ok(slots.includes(place.tick));
        assert.ok(slots.includes(place.end_tick) || place.end_tick === 3840);
        assert.ok(place.end_tick > place.tick);
    }
    assert.strictEqual(Plan.placeOf(t, hairpin(0, 100)), null);
});

test("ticks set by the user survive a fresh look at the score", () => {
    const marks = [dynamic(0, "p"), dynamic(1920, "f")];
    const shown = propose(table(), marks).rows;
    shown[0].checked = false;
    const fresh = propose(table(), marks).rows;
    Plan.carryOver(fresh, shown);
    assert.deepStrictEqual(plain(fresh.map((r) => r.checked)), [false, true]);
});

test("an accent stands on a note of its own staff, is not written twice, and only where the program can", () => {
    const accent = (tick, staff = 1) => ({ ...dynamic(tick, "accent", 0.9, staff), kind: "accent" });
    const t = table();
    t.accents = true;
    t.marks = [mark("accent", "accent", 480, 480, false)];
    const rows = plain(propose(t, [accent(0), accent(480), accent(960, 2), dynamic(480, "f")]).rows);
    assert.deepStrictEqual(rows.map((r) => [r.status, r.why]), [["add", ""], ["skip", "written already"],
        ["skip", "there is no note or rest here"], ["add", ""]]);
    const older = plain(propose(table(), [accent(0)]).rows);
    assert.deepStrictEqual(older.map((r) => [r.status, r.checked, r.why]), [["skip", false, "this version cannot write accents"]]);
});
