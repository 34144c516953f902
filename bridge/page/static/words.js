// The page's words: keys are English, the table comes from the bridge.

let texts = {}, marks = null, languages = ["en"], language = "en";

export function setTable(table) {
    texts = table.texts;
    marks = table.marks;
    languages = table.languages;
}

export function choose(code) {
    const short = String(code).slice(0, 2).toLowerCase();
    language = languages.includes(short) ? short : "en";
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-text]")) {
        element.textContent = t(element.dataset.text);
        if (element.dataset.key) {
            element.title = `${t(element.dataset.text)} (${element.dataset.key})`;
            element.setAttribute("aria-keyshortcuts", element.dataset.key.replace("Ctrl", "Control").replace("Esc", "Escape")
                .replace("←", "ArrowLeft").replace("→", "ArrowRight"));
        }
    }
    return language;
}

export const current = () => language;
export const all = () => languages;

// A text with the values of its {names}.
export function t(text, values = {}) {
    const said = language === "en" ? text : texts[text]?.[language] ?? text;
    return said.replace(/{(\w+)}/g, (whole, name) => name in values ? String(values[name]) : whole);
}

// A sentence of the bridge, perhaps with its likely cause: keys of those with values have {} there, in the order of all languages.
export function told(text) {
    const [, what, cause] = /^(.*?)(?: \(likely cause: (.*)\))?$/s.exec(text);
    return cause ? `${sentence(what)} (${t("likely cause")}: ${sentence(cause)})` : sentence(what);
}

function sentence(text) {
    if (language === "en" || texts[text])
        return t(text);
    for (const [key, row] of Object.entries(texts)) {
        const values = key.includes("{}") && pattern(key).exec(text);
        if (values) {
            let said = 0;
            return row[language].replace(/{}/g, () => values[++said]);
        }
    }
    return text;
}

const pattern = key => RegExp(`^${key.split("{}").map(part => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&")).join("(.+)")}$`, "s");

// What was heard, as `runtime.words.marks.reason` says it.
export function reason(found) {
    const row = found && marks?.reasons[found.key];
    if (!row)
        return "";
    const values = found.values, parts = {};
    for (const name of row.values)
        parts[name] = String(values[name]);
    if ("steps" in parts)
        parts.steps = counted("steps", Number(values.steps), "little");
    if ("bars" in parts)
        parts.bars = counted("bars", Number(values.bars), "half");
    if ("db" in parts)
        parts.db = filled(marks.parts.db.many[language], { n: rounded(Number(values.db)) });
    if ("first_bar" in parts)
        parts.range = filled(marks.parts.range[parts.first_bar === parts.last_bar ? "one" : "many"][language],
                             { first: parts.first_bar, last: parts.last_bar });
    return filled(row[language], parts);
}

export const clearness = word => marks?.clearness[word]?.[language] ?? "";

function counted(name, number, small) {
    const n = rounded(number);
    return filled(marks.parts[name][number < 0.75 ? small : n === 1 ? "one" : "many"][language], { n });
}

const rounded = number => Math.max(1, Math.floor(number + 0.5));
const filled = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
