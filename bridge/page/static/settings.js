// Language and colours, remembered by the browser.

import { $, app, render } from "./app.js";
import * as keys from "./keys.js";
import * as takeHome from "./take_home.js";
import { say } from "./tell.js";
import { show } from "./work.js";
import * as weights from "./weights.js";
import * as words from "./words.js";

const { t } = words;
const LANGUAGE = "mezzoforte-language", THEME = "mezzoforte-theme";
const NAMES = { en: "English", de: "Deutsch", fr: "Français", es: "Español", zh: "中文" };
const system = matchMedia("(prefers-color-scheme: dark)");

function language(code) {
    localStorage.setItem(LANGUAGE, words.choose(code));
    say("");
    $("language").value = words.current();
    for (const option of $("metre").options)
        option.textContent = option.value || t("as heard");
    for (const option of $("new-value").options)
        option.textContent = t(option.value);
    $("lane").setAttribute("aria-label", t("Place in the recording"));
    takeHome.draw();
    weights.draw();
    keys.draw();
    app.queue.draw();
    show(app.work);
    if (app.open?.model)
        render();
}

function theme(choice) {
    localStorage.setItem(THEME, choice);
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    $("theme").value = choice;
    app.lane.recolour();
}

export function colours() {
    theme(localStorage.getItem(THEME) ?? "auto");
    $("theme").addEventListener("change", () => theme($("theme").value));
    system.addEventListener("change", () => theme($("theme").value));
}

export function languages() {
    for (const code of words.all())
        $("language").append(new Option(NAMES[code] ?? code, code));
    language(localStorage.getItem(LANGUAGE) ?? navigator.language);
    $("language").addEventListener("change", () => language($("language").value));
}
