// Everything that can be done, by button and by key.

import { $, app } from "./app.js";
import * as beats from "./beats.js";
import * as listen from "./listen.js";
import * as marks from "./marks.js";
import { travel } from "./save.js";
import { t } from "./words.js";

const BUTTONS = {
    play: listen.play, half: listen.half, loop: listen.loop, click: listen.clicks,
    "zoom-in": () => app.lane.zoom(0.5), "zoom-out": () => app.lane.zoom(2), "zoom-all": () => app.lane.all(),
    undo: () => travel(true), redo: () => travel(false), "bar-here": beats.barHere, tap: beats.tap, "taps-done": beats.takeTaps,
    earlier: () => beats.nudge(-beats.NUDGE_S), later: () => beats.nudge(beats.NUDGE_S), twice: beats.twice, halved: beats.halved,
    offbeat: beats.offbeat, shift: beats.shift, forget: beats.forget, accept: beats.accept, refuse: beats.refuse, "add-mark": marks.add,
};
const KEYS = {
    " ": "play", h: "half", l: "loop", k: "click", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "zoom-all", b: "bar-here",
    t: "tap", m: "add-mark",
};

export function wire() {
    for (const [id, act] of Object.entries(BUTTONS))
        $(id).addEventListener("click", () => {
            if (app.open?.model) {
                act();
                listen.follow(true);
            }
        });
    document.addEventListener("keydown", onKey);
}

// The list of keys, in the page's language.
export function draw() {
    const rows = [...document.querySelectorAll("button[data-key]")].map(b => [b.dataset.key, t(b.dataset.text)]);
    rows.push(["← →", t("beat by beat")], ["Shift+← →", t("bar by bar; or moves the chosen mark")], ["↑ ↓", t("the chosen mark louder or softer")],
              ["Delete", t("removes the chosen mark")]);
    $("keys").replaceChildren(...rows.flatMap(([key, what]) => {
        const dt = document.createElement("dt"), dd = document.createElement("dd");
        dt.textContent = key;
        dd.textContent = what;
        return [dt, dd];
    }));
}

function onKey(event) {
    if (!app.open?.model || $("open").hidden)
        return;
    const tag = event.target.tagName, control = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (control && (key === "z" || key === "y")) {
        event.preventDefault();
        travel(key === "z" && !event.shiftKey);
        return;
    }
    const typing = tag === "INPUT" || tag === "SELECT" || tag === "TEXTAREA";
    const pressing = ["BUTTON", "A", "SUMMARY", "LABEL"].includes(tag) && (key === " " || key === "Enter");
    if (typing || control || pressing || (event.repeat && key === "t"))
        return;
    if (act(key, event))
        event.preventDefault();
}

// Whether the key means something here.
function act(key, event) {
    const { open, player } = app, mark = open.selected, onLane = event.target === $("lane");
    const inSight = onLane || [document.body, $("work"), $("score")].includes(event.target);
    const sideways = { ArrowRight: 1, ArrowLeft: -1 }[key], upwards = { ArrowUp: 1, ArrowDown: -1 }[key];
    const turned = { PageDown: 1, PageUp: -1 }[key];
    if (key in KEYS && !event.altKey)
        BUTTONS[KEYS[key]]();
    else if (sideways && event.altKey)
        beats.nudge(sideways * beats.NUDGE_S);
    else if (sideways && inSight && mark && event.shiftKey)
        marks.step(mark, sideways);
    else if (sideways && inSight)
        listen.step(sideways, event.shiftKey);
    else if (upwards && inSight && mark)
        marks.louder(mark, upwards);
    else if (turned && onLane)
        listen.step(turned, true);
    else if ((key === "Home" || key === "End") && onLane)
        player.time = key === "Home" ? 0 : open.model.duration;
    else if ((key === "Delete" || key === "Backspace") && mark)
        marks.remove(mark);
    else if (key === "Enter" && open.proposal)
        beats.accept();
    else if (key === "Enter" && open.taps.length)
        beats.takeTaps();
    else if (key === "Escape")
        escape(open);
    else
        return false;
    return true;
}

function escape(open) {
    if (open.proposal)
        beats.refuse();
    else if (open.taps.length)
        beats.dropTaps();
    else if (open.selected)
        marks.select(null);
    else
        listen.range(null);
}
