// Loads a QML library file as QML does: its functions become the properties of one object.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

exports.LIB = path.join(__dirname, "..", "..", "..", "musescore_plugin", "lib");
exports.load = function (name) {
    const context = vm.createContext({});
    const code = fs.readFileSync(path.join(exports.LIB, name), "utf8").replace(/^\.import "(.+)" as (\w+)$/gm, (_, file, as) => {
        context[as] = exports.load(file);
        return "";
    });
    vm.runInContext(code, context, { filename: name });
    return context;
};
// Objects from another context differ in prototype only.
exports.plain = (value) => JSON.parse(JSON.stringify(value));

// Four bars of 4/4 on two staves, right hand in quarters, left hand in whole notes.
exports.table = function (bars = 4) {
    const t = { measures: [], staves: [{ part: 0, name: "Piano" }, { part: 0, name: "Piano" }], notes: [], marks: [],
                tempos: [], velocities: [], slots: { 1: [], 2: [] } };
    for (let i = 0; i < bars; i++) {
        t.measures.push({ tick: 1920 * i, ticks: 1920, time: [4, 4] });
        t.slots[2].push(1920 * i);
        t.notes.push([1920 * i, 1920, 48, 2, 1, 0]);
        for (let k = 0; k < 4; k++) {
            t.slots[1].push(1920 * i + 480 * k);
            t.notes.push([1920 * i + 480 * k, 480, 60 + k, 1, 1, 0]);
        }
    }
    return t;
};
exports.dynamic = (tick, value, clearness = "clear", staff = 1) => ({
    kind: "dynamic", value, measure: Math.floor(tick / 1920), number: String(Math.floor(tick / 1920) + 1),
    beat: 1 + (tick % 1920) / 480, tick, staff, confidence: 0.9, clearness, time_s: tick / 960,
    reason: { key: "softer_than", values: { steps: 1, first_bar: "1", last_bar: "2" } },
});
exports.hairpin = (tick, end_tick, value = "crescendo", clearness = "clear") => ({
    ...exports.dynamic(tick, value, clearness), kind: "hairpin", end_tick,
});
// A plan with these sets of marks; the curve has a value per quarter of four bars, two quarters a second.
exports.plan = (...densities) => ({
    densities: densities.map((marks, n) => ({ name: String(n), marks, displaced: [], unmarked_measures: [], playback_velocity: [] })),
    default: 0, tempos: [], warnings: [],
    curve: { ticks: [...Array(16).keys()].map((i) => 480 * i), times_s: [...Array(16).keys()].map((i) => i / 2), heard_velocity: Array(16).fill(0) },
});
exports.mark = (kind, value, tick, end_tick, ours) => ({ kind, value, tick, end_tick, staff: 1, ours, element: {} });
