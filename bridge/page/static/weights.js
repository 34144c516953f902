// The sets of weights: which of them hears what is dropped here, and under which licence they are.

import { $, app, whenRendered } from "./app.js";
import { t } from "./words.js";

export const chosen = () => $("weights").value;

// The choice is there when there is one.
export function wire() {
    const { models, default: usual } = app.about;
    $("weights").append(...models.map(model => new Option(model.name, model.name)));
    $("weights").value = usual;
    $("weights").addEventListener("change", draw);
    $("weights-frame").hidden = models.length < 2;
}

export function draw() {
    $("licence").textContent = terms(app.about.models.find(model => model.name === chosen()).licence);
}

// A licence as people write it, with what it allows where we know that.
function terms(spdx) {
    const name = spdx.replace(/^CC-(.+)-(\d\.\d)$/, "CC $1 $2");
    if (spdx.startsWith("CC-BY-4."))
        return `${name}: ${t("for any use, with credit")}`;
    return spdx.includes("-NC-") ? `${name}: ${t("not for commercial use")}` : name;
}

whenRendered(heard => {
    const { name, version, transcriber, borrowed, licence } = heard.analysis.model;
    const model = [`${name} ${version}`, transcriber, ...borrowed ?? []].filter(Boolean).join(", ");
    $("made").textContent = licence ? t("Heard with {model} ({licence})", { model, licence: terms(licence) }) : "";
});
