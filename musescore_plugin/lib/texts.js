// The words of dialog and marks in the user's language. Texts are looked up by their English.
.import "words.js" as Words

function lookup(text, locale) {
    var language = known(locale);
    if (language === "en")
        return text;
    return Words.TEXTS[text] ? Words.TEXTS[text][language] : sentence(text, language);
}

// A sentence of the bridge with values in it: keys have {} there, in the order of all languages.
function sentence(text, language) {
    for (var key in Words.TEXTS) {
        if (key.indexOf("{}") < 0)
            continue;
        var pattern = key.split("{}").map(function (part) { return part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"); });
        var values = RegExp("^" + pattern.join("(.+)") + "$").exec(text);
        if (values) {
            var said = 0;
            return Words.TEXTS[key][language].replace(/{}/g, function () { said += 1; return values[said]; });
        }
    }
    return text;
}

function known(locale) {
    var code = String(locale).slice(0, 2).toLowerCase();
    return Words.MARKS.languages.indexOf(code) >= 0 ? code : "en";
}

function filled(text, values) {
    return text.replace(/{(\w+)}/g, function (_, name) { return values[name]; });
}

// What was heard, as `runtime.words.marks.reason` says it.
function reason(key, values, locale) {
    var row = Words.MARKS.reasons[key];
    var language = known(locale);
    if (!row)
        return "";
    var said = Words.MARKS.parts;
    var parts = {};
    row.values.forEach(function (name) { parts[name] = String(values[name]); });
    if ("steps" in parts)
        parts.steps = counted("steps", Number(values.steps), "little", language);
    if ("bars" in parts)
        parts.bars = counted("bars", Number(values.bars), "half", language);
    if ("db" in parts)
        parts.db = filled(said.db.many[language], { n: rounded(Number(values.db)) });
    if ("first_bar" in parts)
        parts.range = filled(said.range[parts.first_bar === parts.last_bar ? "one" : "many"][language],
                             { first: parts.first_bar, last: parts.last_bar });
    return filled(row[language], parts);
}

function counted(name, number, small, language) {
    var n = rounded(number);
    return filled(Words.MARKS.parts[name][number < 0.75 ? small : n === 1 ? "one" : "many"][language], { n: n });
}

function rounded(number) {
    return Math.max(1, Math.floor(number + 0.5));
}

function clearness(word, locale) {
    var row = Words.MARKS.clearness[word];
    return row ? row[known(locale)] : "";
}
