// The note table: what a score holds, as plain data. Knows nothing of MuseScore; runs in Node for its tests.
// Ticks count from the start of the written score, 480 to a quarter; staves count from 1.

var TIED = 1;
var GRACE = 2;
var LONGEST_PAGE = 6000000; // the bridge takes 8 MiB in all
var LEVELS = ["pppppp", "ppppp", "pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "fffff", "ffffff"];
var STRESSES = ["sf", "sfz", "sff", "sffz", "sfp", "sfpp", "fz", "rf", "rfz", "fp", "pf", "n"];

// Fills in what is not read but follows: printed bar numbers, endings from a MusicXML export where there is one.
function finish(raw, musicxml) {
    var number = 0;
    for (var i = 0; i < raw.measures.length; i++) {
        var m = raw.measures[i];
        var full = 1920 * m.time[0] / m.time[1];
        var pickup = i === 0 && m.ticks < full;
        if (!pickup && !m.irregular)
            number += 1;
        m.number = String(number);
    }
    var endings = musicxml ? endingsOf(musicxml, raw.measures.length) : null;
    if (endings)
        for (var k = 0; k < endings.length; k++)
            if (endings[k].length)
                raw.measures[k].endings = endings[k];
    raw.musicxml = musicxml && musicxml.length < LONGEST_PAGE ? musicxml : "";
    raw.fingerprint = fingerprint(raw);
    return raw;
}

// The volta numbers of every measure of a MusicXML export's first part; null when the measures are not the same.
function endingsOf(musicxml, count) {
    var part = musicxml.split(/<part[ >]/)[1];
    if (part === undefined)
        return null;
    var pieces = part.split("</part>")[0].split(/<measure[ >]/).slice(1);
    if (pieces.length !== count)
        return null;
    var out = [];
    var open = [];
    for (var i = 0; i < pieces.length; i++) {
        var signs = pieces[i].match(/<ending [^>]*>/g) || [];
        var closes = false;
        for (var k = 0; k < signs.length; k++) {
            if (/type="start"/.test(signs[k]))
                open = ((/number="([^"]*)"/.exec(signs[k]) || [])[1] || "").match(/\d+/g) || [];
            else
                closes = true;
        }
        out.push(open.map(Number).filter(function (n) { return n >= 1 && n <= 16; }));
        if (closes)
            open = [];
    }
    return out;
}

// A name for the music as it stands (measures and notes, not marks): equal music, equal name.
function fingerprint(table) {
    var a = 5381;
    var b = 52711;
    function mix(n) {
        a = (a * 33 + n) % 4294967296;
        b = (b * 65599 + n) % 4294967291;
    }
    var i;
    for (i = 0; i < table.measures.length; i++) {
        var m = table.measures[i];
        mix(m.tick);
        mix(m.ticks);
        mix(m.time[0] * 256 + m.time[1]);
    }
    for (i = 0; i < table.notes.length; i++)
        for (var k = 0; k < 6; k++)
            mix(table.notes[i][k]);
    return [table.measures.length, table.notes.length, a.toString(16), b.toString(16)].join("-");
}

// What is sent: only the members that the bridge knows, and only marks that it has a name for.
function forBridge(table) {
    var sent = {
        measures: table.measures.map(function (m) {
            var out = { tick: m.tick, ticks: m.ticks, time: m.time, number: m.number };
            if (m.repeat_start)
                out.repeat_start = true;
            if (m.repeat_times)
                out.repeat_times = m.repeat_times;
            if (m.endings)
                out.endings = m.endings;
            return out;
        }),
        staves: table.staves.map(function (s) { return { part: s.part, name: s.name }; }),
        notes: table.notes,
        marks: table.marks.filter(isKnown).map(function (m) {
            return { kind: m.kind, value: m.value, tick: m.tick, end_tick: m.end_tick, staff: m.staff, ours: m.ours };
        }),
        tempos: table.tempos.filter(function (t) { return !t.ours && t.bpm >= 5 && t.bpm <= 1000; })
            .map(function (t) { return [t.tick, t.bpm]; })
    };
    if (table.musicxml)
        sent.musicxml = table.musicxml;
    return sent;
}

function isKnown(mark) {
    if (mark.kind === "hairpin")
        return mark.value === "crescendo" || mark.value === "diminuendo";
    if (mark.kind === "accent")
        return true;
    return LEVELS.indexOf(mark.value) >= 0 || STRESSES.indexOf(mark.value) >= 0;
}

// The index of the measure that holds a tick.
function measureAt(table, tick) {
    var low = 0;
    var high = table.measures.length - 1;
    while (low < high) {
        var middle = (low + high + 1) >> 1;
        if (table.measures[middle].tick <= tick)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

// Counted in the measure's beats from 1; compound metres count dotted beats, a pickup ends with its bar.
function beatTicks(measure) {
    var compound = measure.time[0] > 3 && measure.time[0] % 3 === 0 && measure.time[1] >= 8;
    return 1920 / measure.time[1] * (compound ? 3 : 1);
}
