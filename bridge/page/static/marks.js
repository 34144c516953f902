// The marks: the list, and every change that can be made to it.

import { $, app, render, said, whenRendered } from "./app.js";
import * as models from "./model.js";
import { commit } from "./save.js";
import { say } from "./tell.js";
import { clock, lowerBound } from "./view.js";
import * as words from "./words.js";

const { t } = words;
export const VALUES = ["ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"];
const HAIRPINS = ["crescendo", "diminuendo"], SIGNS = { crescendo: "<", diminuendo: ">", accent: ">" };
const SHORTEST_S = 0.5, NEXT_S = 2;
export const CHOICES = [...VALUES, ...HAIRPINS];

const asRemoved = m => ({ do: "remove", kind: m.kind, value: m.value, time_s: models.rounded(m.time_s) });
const asAdded = (m, value = m.value, by = 0) => ({
    do: "add", kind: m.kind, value, time_s: models.rounded(Math.max(0, m.time_s + by)),
    ...(m.kind === "hairpin" ? { end_s: models.rounded(m.end_s + by) } : {}),
});
const editable = m => m && (m.kind === "hairpin" || VALUES.includes(m.value));

function edit(edits, then = null) {
    app.open.selected = then;
    commit(models.withMark(said(), edits));
}

export function louder(mark, by) {
    if (!editable(mark))
        return;
    const signs = app.open.model.places ? VALUES : app.about.levels;
    const value = mark.kind === "hairpin" ? HAIRPINS.find(h => h !== mark.value)
                                          : signs[Math.max(0, Math.min(signs.length - 1, signs.indexOf(mark.value) + by))];
    if (value && value !== mark.value)
        edit([asRemoved(mark), asAdded(mark, value)], { ...mark, value });
}

export function move(mark, by) {
    if (!editable(mark))
        return;
    const time_s = models.snapped(Math.max(0, mark.time_s + by), app.open.model);
    if (Math.abs(time_s - mark.time_s) > 1e-3)
        edit([asRemoved(mark), asAdded(mark, mark.value, time_s - mark.time_s)], { ...mark, time_s });
    else
        render();
}

// To the next place where a mark can stand: a struck note of the score, or a beat.
export function step(mark, by) {
    const { places, beats } = app.open.model;
    if (places) {
        const onsets = places.data.onsets, k = lowerBound(onsets, mark.written - 1e-6, o => o) + by;
        if (onsets[k] !== undefined)
            move(mark, places.timeNear(places.measureAt(onsets[k]), onsets[k], mark.time_s) - mark.time_s);
        return;
    }
    const k = lowerBound(beats, mark.time_s - 1e-6, b => b.time_s) + by;
    if (beats[k])
        move(mark, beats[k].time_s - mark.time_s);
}

export function remove(mark) {
    if (editable(mark))
        edit([asRemoved(mark)]);
    else if (mark)
        say(t("Accents and sforzati are changed in the score."));
}

export function add() {
    const value = $("new-value").value, { model, range } = app.open, time = app.player.time;
    if (!HAIRPINS.includes(value)) {
        edit([{ do: "add", kind: "dynamic", value, time_s: models.rounded(time) }],
             { kind: "dynamic", value, time_s: models.snapped(time, model) });
        return;
    }
    const next = models.nearestBeat(model.beats, time + NEXT_S)?.time_s ?? time + NEXT_S;
    const [a, b] = range ?? [time, Math.max(next, time + SHORTEST_S)];
    edit([{ do: "add", kind: "hairpin", value, time_s: models.rounded(a), end_s: models.rounded(b) }],
         { kind: "hairpin", value, time_s: models.snapped(a, model) });
}

export function select(mark) {
    app.open.selected = mark;
    app.lane.redraw();
    draw();
}

// ---- how many, and what becomes of those that are printed ----

const stepsNow = heard => heard.planned?.policies[said().existing ?? "keep"].densities;

// While the slider moves, its choice is tried; where it is let go, it is taken.
export function tryDensity(heard, index, taken) {
    const name = stepsNow(heard)[index].name;
    app.open.tried = taken ? null : name;
    if (taken && said().density !== name)
        commit({ ...said(), density: name });
    else
        render();
}

export function choosePolicy(existing) {
    commit({ ...said(), existing });
}

function choices(heard) {
    const steps = stepsNow(heard);
    $("density-frame").hidden = $("policy-frame").hidden = !steps;
    if (!steps)
        return;
    const { density, marks } = app.open.model;
    $("policy").value = said().existing ?? "keep";
    $("density").max = steps.length - 1;
    $("density").value = density;
    $("density-name").textContent = marks.length === 1 ? t("1 mark") : t("{n} marks", { n: marks.length });
    $("density").setAttribute("aria-valuetext", $("density-name").textContent);
}

// ---- the list ----

export function draw() {
    const { open, sheet } = app;
    if (!open?.model)
        return;
    open.model.selected = open.selected;
    const focused = document.activeElement?.closest?.("#marks") ? document.activeElement.dataset.name : null;
    const marks = open.model.marks, reached = open.selected ?? marks[0];
    $("marks").replaceChildren(...marks.map(mark => row(mark, mark === reached)));
    if (focused)
        $("marks").querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
    if (sheet.told)
        sheet.show(marks, open.selected);
}

// Up and down the list; of all its rows one alone is reached by Tab.
function onKey(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key], { open } = app;
    if (!by || !open?.model || event.altKey || event.ctrlKey)
        return;
    event.preventDefault();
    event.stopPropagation();
    const rows = [...$("marks").rows], at = rows.findIndex(r => r.contains(event.target));
    const name = rows[at + by]?.querySelector("button").dataset.name;
    if (!name)
        return;
    go(open.model.marks[at + by]);
    $("marks").querySelector(`[data-name="${CSS.escape(name)}"]`).focus();
}

export const wire = () => $("marks").addEventListener("keydown", onKey);

function go(mark) {
    app.player.time = mark.time_s;
    app.lane.follow(mark.time_s);
    select(mark);
}

function row(mark, isReached) {
    const made = document.createElement("tr"), name = `${mark.kind} ${mark.time_s}`;
    made.classList.toggle("chosen", mark === app.open.selected);
    const where = `${mark.bar}${mark.beat ? ` · ${Math.round(mark.beat * 100) / 100}` : ""}`;
    const first = button(where, `${t("Bar")} ${where}: ${t(mark.value)}`, `go ${name}`, () => go(mark));
    const clear = mark.said ? t("by hand") : mark.clearness ? words.clearness(mark.clearness) : `${Math.round(100 * mark.confidence)} %`;
    const cells = [[first], [clock(mark.time_s, 2)], [sign(mark)], [clear], [words.reason(mark.reason)], editable(mark) ? buttons(mark, name) : []];
    made.append(...cells.map(content => {
        const cell = document.createElement("td");
        cell.append(...content);
        return cell;
    }));
    for (const each of made.querySelectorAll("button"))
        each.tabIndex = isReached ? 0 : -1;
    return made;
}

function sign({ value }) {
    const made = document.createElement("span");
    made.className = "sign";
    made.textContent = SIGNS[value] ?? value;
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", t(value));
    return made;
}

function buttons(mark, name) {
    const called = `${t(mark.value)}, ${t("Bar")} ${mark.bar}`;
    const levels = mark.kind === "hairpin" ? [["⇄", t("turn round"), () => louder(mark, 1)]]
                                           : [["▲", t("louder"), () => louder(mark, 1)], ["▼", t("softer"), () => louder(mark, -1)]];
    const rest = [["←", t("move to the left"), () => step(mark, -1)], ["→", t("move to the right"), () => step(mark, 1)],
                  ["✕", t("remove"), () => remove(mark)]];
    return [...levels, ...rest].map(([text, what, act]) => button(text, `${what}: ${called}`, `${text} ${name}`, act));
}

function button(text, label, name, act) {
    const made = document.createElement("button");
    made.textContent = text;
    made.dataset.name = name;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
}

whenRendered(heard => {
    choices(heard);
    draw();
});
