// Files to take home.

import { $, app, heardNow, said } from "./app.js";
import * as bridge from "./bridge.js";
import { written } from "./save.js";
import { failed, say } from "./tell.js";
import { t } from "./words.js";

const NAMES = {
    score: "the marked score", html: "report", corrections: "corrections", midi: "MIDI", dawproject: "DAWproject", click: "click track",
    json: "JSON", csv: "CSV", rpp: "REAPER project", labels: "Audacity labels", jams: "JAMS", svl: "Sonic Visualiser", daw: "Ardour and REAPER", png: "picture",
};
const KEPT_MS = 60000;

// The button of every format that the bridge knows, the usual ones first.
export function draw() {
    const known = new Set(["score", "corrections", ...app.about.formats.map(f => f.name)]), usual = Object.keys(NAMES);
    const names = [...usual.filter(n => known.has(n)), ...[...known].filter(n => !usual.includes(n))];
    $("formats").replaceChildren(...names.map(name => {
        const made = document.createElement("button");
        made.dataset.format = name;
        made.textContent = t(NAMES[name] ?? name);
        made.addEventListener("click", () => take(name));
        return made;
    }));
}

async function take(format) {
    const { open } = app;
    say(t("Writing…"));
    try {
        await written();
        save(format === "corrections" ? corrections(open) : await made(open, format));
        say(t("Saved."));
    } catch (error) {
        failed(error);
    }
}

function corrections(open) {
    const data = new Blob([JSON.stringify(said(), null, 1)], { type: "application/json" });
    return { name: `${open.name.replace(/\.[^.]*$/, "")}.corrections.json`, data };
}

const made = (open, format) => bridge.file(`/v1/works/${open.id}/take`, {
    format, density: heardNow().planned ? open.model.densityName : "normal", policy: said().existing ?? "keep",
    with_audio: format === "html" && $("with-audio").checked,
});

function save({ name, data }) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(data);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
