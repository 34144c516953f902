"use strict";
const test = require("node:test");
const assert = require("node:assert");
const { load, plain, table, dynamic, hairpin, mark, plan } = require("./load.js");
const Plan = load("plan.js");

function propose(t, marks, policy = "skip", wishes = {}) {
    return Plan.propose(t, plan(marks), { policy, step: 0, earlier: "keep", sort: "place", ...wishes }, Plan.placeOf);
}
const gone = (t, edits) => plain(edits.remove.map((m) => t.marks.indexOf(m)));
const statuses = (proposal) => plain(proposal.rows.map((r) => r.status));
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

test("everything that is proposed is ticked, however clear it is", () => {
    const p = propose(table(), [dynamic(0, "p", "slight"), dynamic(1920, "f", "clear")]);
    assert.deepStrictEqual(plain(p.rows.map((r) => r.checked)), [true, true]);
});

test("marks of ours that a new plan does not have stay, until they are taken away by name", () => {
    const t = table();
    t.marks = [mark("dynamic", "f", 3840, 3840, false), mark("hairpin", "crescendo", 0, 960, true)];
    const p = propose(t, [dynamic(0, "mf")]);
    assert.deepStrictEqual(statuses(p), ["add", "earlier"]);
    assert.deepStrictEqual([Plan.edits(p).add.length, Plan.edits(p).remove.length], [1, 0]);
    const said = propose(t, [dynamic(0, "mf")], "skip", { choices: { [Plan.choiceOf(p.rows[1])]: true } });
    assert.deepStrictEqual(gone(t, Plan.edits(said)), [1]);
});

test("a mark in the place of one of ours is shown and left, and all are brought up to date on demand", () => {
    const t = table();
    t.marks = [mark("dynamic", "p", 0, 0, true), mark("dynamic", "ff", 5760, 5760, true)];
    const kept = propose(t, [dynamic(0, "f")]);
    assert.deepStrictEqual(statuses(kept), ["instead", "earlier"]);
    assert.deepStrictEqual([Plan.edits(kept).add.length, Plan.edits(kept).remove.length], [0, 0]);
    const updated = Plan.edits(propose(t, [dynamic(0, "f")], "skip", { earlier: "update" }));
    assert.deepStrictEqual([plain(updated.add.map((r) => r.value)), gone(t, updated)], [["f"], [0, 1]]);
});

test("two marks of ours on one beat that both are proposed again are both there", () => {
    const t = table();
    t.slots[1].push(720);
    t.slots[1].sort((a, b) => a - b);
    t.marks = [mark("dynamic", "p", 480, 480, true), mark("dynamic", "f", 720, 720, true)];
    assert.deepStrictEqual(statuses(propose(t, [dynamic(480, "p"), dynamic(720, "f")])), ["there", "there"]);
});

test("a mark of ours that is still proposed stays, whatever its tick says, and goes when told", () => {
    const t = table();
    t.marks = [mark("dynamic", "p", 0, 0, true)];
    const p = propose(t, [dynamic(0, "p")]);
    assert.deepStrictEqual(statuses(p), ["there"]);
    assert.deepStrictEqual(gone(t, Plan.edits(p)), []);
    const told = propose(t, [dynamic(0, "p")], "skip", { choices: { [Plan.choiceOf(p.rows[0])]: true } });
    assert.deepStrictEqual(gone(t, Plan.edits(told)), [0]);
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
    assert.deepStrictEqual(gone(t, edits), [0]);
});

test("comparing changes nothing", () => {
    const t = table();
    t.marks = [mark("dynamic", "f", 480, 480, false)];
    const edits = Plan.edits(propose(t, [dynamic(480, "p"), dynamic(1920, "mf")], "compare"));
    assert.deepStrictEqual([edits.add.length, edits.remove.length], [0, 0]);
});

test("what the whole plan displaces is named in a row of its own, can be kept, and goes only for marks that come", () => {
    const t = table();
    t.marks = [mark("dynamic", "ff", 5760, 5760, false), mark("dynamic", "f", 3840, 3840, false)];
    const wishes = { policy: "replace", step: 0, earlier: "keep", sort: "place" };
    const replacing = plan([dynamic(0, "p")]);
    replacing.densities[0].displaced = [{ kind: "dynamic", value: "ff", tick: 5760, staff: 1 }];
    const p = Plan.propose(t, replacing, wishes, Plan.placeOf);
    assert.deepStrictEqual(statuses(p), ["add", "goes"]);
    assert.deepStrictEqual(gone(t, Plan.edits(p)), [0]);
    p.rows[0].checked = false;
    assert.strictEqual(Plan.edits(p).remove.length, 0);
    const kept = Plan.propose(t, replacing, { ...wishes, choices: { [Plan.choiceOf(p.rows[1])]: false } }, Plan.placeOf);
    assert.deepStrictEqual([Plan.edits(kept).add.length, Plan.edits(kept).remove.length], [1, 0]);
    assert.strictEqual(Plan.edits(Plan.propose(t, replacing, { ...wishes, policy: "skip" }, Plan.placeOf)).remove.length, 0);
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

test("what a user said about a mark holds in every density, and for no other mark", () => {
    const t = table();
    const ladder = plan([dynamic(0, "p")], [dynamic(0, "p"), dynamic(1920, "f"), dynamic(3840, "p")], [dynamic(0, "mf")]);
    const shown = (step, choices) => Plan.propose(t, ladder, { policy: "skip", step, earlier: "keep", sort: "place", choices }, Plan.placeOf).rows;
    const choices = { [Plan.choiceOf(shown(0, {})[0])]: false };
    assert.deepStrictEqual(plain(shown(1, choices).map((r) => r.checked)), [false, true, true]);
    assert.deepStrictEqual(plain(shown(2, choices).map((r) => r.checked)), [true]);
});

test("what was declined on an earlier visit stays unticked until it is ticked, and is remembered past other densities", () => {
    const t = table();
    const p = propose(t, [dynamic(0, "p"), dynamic(1920, "f")]);
    p.rows[0].checked = false;
    const declined = plain(Plan.edits(p, ["elsewhere"]).declined);
    assert.deepStrictEqual(declined, [Plan.choiceOf(p.rows[0]), "elsewhere"]);
    t.declined = declined;
    const again = propose(t, [dynamic(0, "p"), dynamic(1920, "f")]);
    assert.deepStrictEqual(plain(again.rows.map((r) => r.checked)), [false, true]);
    const ticked = propose(t, [dynamic(0, "p")], "skip", { choices: { [declined[0]]: true } });
    assert.deepStrictEqual(plain(Plan.edits(ticked, declined).declined), ["elsewhere"]);
    assert.deepStrictEqual(plain(propose(t, [dynamic(0, "ff")]).rows.map((r) => r.checked)), [true]); // another mark
});

test("rows are sorted by place or by clearness", () => {
    const marks = [dynamic(0, "p", "slight"), dynamic(1920, "f", "clear"), dynamic(3840, "p", "likely"), dynamic(5760, "f", "clear")];
    assert.deepStrictEqual(plain(propose(table(), marks).rows.map((r) => r.tick)), [0, 1920, 3840, 5760]);
    assert.deepStrictEqual(plain(propose(table(), marks, "skip", { sort: "clearness" }).rows.map((r) => r.tick)), [1920, 5760, 3840, 0]);
});

test("places are said from where to where, in beats of the metre", () => {
    const t = load("table.js").finish(table(), "");
    const tr = (text) => text;
    const said = (from, to) => Plan.placeWords(t, to === undefined ? { kind: "dynamic", tick: from } : { kind: "hairpin", tick: from, end_tick: to }, tr);
    assert.deepStrictEqual([said(0), said(1920 + 720), said(480, 1920), said(1920, 7680)], ["1", "2 beat 2.5", "1 beat 2 to 2", "2 to the end"]);
    const pickup = table();
    pickup.measures.forEach((m, i) => { m.tick = Math.max(0, 1920 * i - 1440); m.ticks = i ? 1920 : 480; });
    assert.strictEqual(Plan.placeWords(load("table.js").finish(pickup, ""), { kind: "dynamic", tick: 0 }, tr), "0 beat 4");
});

test("a row says what happens with it and what was heard", () => {
    const t = load("table.js").finish(table(), "");
    t.marks = [mark("dynamic", "p", 0, 0, true)];
    const texts = load("texts.js");
    const words = { reason: (k, v) => texts.reason(k, v, "en"), clearness: (w) => texts.clearness(w, "en") };
    const row = Plan.describe(t, propose(t, [dynamic(0, "f", "likely")]).rows[0], (x) => x, words);
    assert.deepStrictEqual(plain(row), { place: "1", mark: "f", clearness: "likely", heard: "about one step softer than bars 1–2", note: "instead of p" });
});

test("only notes that a new mark has to move count as deaf", () => {
    const t = table();
    t.velocities = t.notes.map((n) => ({ tick: n[0], staff: n[3], note: {} }));
    t.marks = [mark("dynamic", "f", 3840, 3840, false)];
    const ticksOf = (marks) => [...new Set(Plan.deaf(t, Plan.edits(propose(t, marks)).add).map((i) => t.velocities[i].tick))].sort((a, b) => a - b);
    assert.deepStrictEqual(ticksOf([dynamic(1920, "p")]), [1920, 2400, 2880, 3360]);
    assert.deepStrictEqual(ticksOf([hairpin(4800, 5760)]), [4800, 5280]);
    assert.deepStrictEqual(ticksOf([]), []);
});

test("the curve tells when a tick is played", () => {
    const { curve } = plan([]);
    assert.deepStrictEqual([Plan.timeOf(curve, 0), Plan.timeOf(curve, 720), Plan.timeOf(curve, 7680), Plan.timeOf(curve, -1)], [0, 0.75, 7.5, null]);
});

test("an accent stands on a note of its own staff, is not written twice, and only where the program can", () => {
    const accent = (tick, staff = 1) => ({ ...dynamic(tick, "accent", "clear", staff), kind: "accent" });
    const t = table();
    t.accents = true;
    t.marks = [mark("accent", "accent", 480, 480, false)];
    const rows = plain(propose(t, [accent(0), accent(480), accent(960, 2), dynamic(480, "f")]).rows);
    assert.deepStrictEqual(rows.map((r) => [r.status, r.why]), [["add", ""], ["skip", "written already"],
        ["add", ""], ["skip", "there is no note or rest here"]]);
    const older = plain(propose(table(), [accent(0)]).rows);
    assert.deepStrictEqual(older.map((r) => [r.status, r.checked, r.why]), [["skip", false, "this version cannot write accents"]]);
});

// The same numbers every time; mulberry32.
function dice(seed) {
    return (n) => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
    };
}

function anyMark(roll, make) {
    const tick = 240 * roll(32);
    const place = roll(3);
    if (place === 0) return make("hairpin", ["crescendo", "diminuendo"][roll(2)], tick, tick + 240 * (1 + roll(12)));
    return place === 1 ? make("accent", "accent", tick, tick) : make("dynamic", ["pp", "p", "mf", "f", "sf"][roll(5)], tick, tick);
}

test("whatever stands there and is wished: marks of people stay unless replaced, and a second time there is nothing to do", () => {
    for (let seed = 0; seed < 3000; seed++) {
        const roll = dice(seed);
        const t = { ...table(8), accents: true };
        t.marks = [...Array(roll(6))].map(() => anyMark(roll, (k, v, a, b) => ({ ...mark(k, v, a, b, roll(2) === 0), staff: 1 + roll(2) })));
        const marks = [...Array(roll(10))].map(() => anyMark(roll, (k, v, a, b) =>
            ({ ...dynamic(a, v, "clear", 1 + roll(2)), kind: k, end_tick: b })));
        const policy = ["skip", "replace", "compare"][roll(3)];
        const wishes = { earlier: ["keep", "update"][roll(2)], sort: ["place", "clearness"][roll(2)] };
        const p = propose(t, marks, policy, wishes);
        const edits = Plan.edits(p);
        assert.strictEqual(new Set(edits.remove).size, edits.remove.length, `seed ${seed}`);
        assert.ok(edits.remove.every((m) => t.marks.includes(m)), `seed ${seed}`);
        if (policy !== "replace") assert.ok(edits.remove.every((m) => m.ours), `seed ${seed}`);
        if (wishes.earlier === "keep") assert.ok(edits.remove.every((m) => !m.ours), `seed ${seed}`);
        if (policy === "compare") assert.strictEqual(edits.add.length, 0, `seed ${seed}`);
        for (const { kind, place } of edits.add) { // a note or rest at both ends, so that nothing is lost when it is saved
            const slots = [...t.slots[place.staff], 8 * 1920];
            assert.ok(slots.includes(place.tick) && (kind !== "hairpin" || slots.includes(place.end_tick)), `seed ${seed}`);
        }
        const again = Plan.edits(propose(applied(t, p), marks, policy, wishes));
        assert.deepStrictEqual([again.add.length, again.remove.length], [0, 0], `seed ${seed}`);
    }
});
