// What the user is told: in the line at the top, and in the banner while the bridge is not there.

import { $ } from "./app.js";
import * as bridge from "./bridge.js";
import { t, told } from "./words.js";

const POLL_MS = 2000, COMMAND = "mezzoforte open";
let down = null, whenBack = async () => {};

export const isDown = () => down !== null;

export function say(text, isError = false) {
    $("status").textContent = text;
    $("status").classList.toggle("error", isError);
}

export function errorText(error) {
    if (!error)
        return t("the analysis failed");
    return [told(error.message), told(error.advice ?? "")].filter(Boolean).map(s => s.replace(/\.$/, "")).join(". ");
}

// `back` is called when the bridge answers again after it did not.
export function onReturn(back) {
    whenBack = back;
}

export const isGone = error => error.code === "gone" || error.code === "unauthorised";

// Tells an error; without one: that the bridge has just answered.
export function failed(error) {
    if (!error) {
        if (down)
            backAgain();
        return;
    }
    if (!isGone(error)) {
        say(errorText(error), true);
        return;
    }
    down ??= setInterval(check, POLL_MS);
    banner(error.code === "gone" ? t("The bridge is not running. Start it with:")
                                 : t("The bridge was started anew. Open its page again; this one then goes on, too:"));
}

export function banner(text) {
    $("banner").hidden = false;
    $("banner-text").textContent = text;
    $("banner-command").hidden = false;
    $("banner-command").textContent = COMMAND;
}

let asking = () => {};

// What is asked to find out whether the bridge is there.
export function askBy(question) {
    asking = question;
}

export async function check() {
    if (await bridge.alive())
        asking();
}

function backAgain() {
    clearInterval(down);
    down = null;
    $("banner").hidden = true;
    say(t("The bridge is there again."));
    whenBack().catch(failed);
}
