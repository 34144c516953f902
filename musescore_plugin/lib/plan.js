// From the bridge's plan and the score as it is to what would be changed. Knows nothing of MuseScore.
//
// Policies for marks that a human wrote: "skip" leaves beats and spans that carry some alone, "replace" takes
// those away, "compare" changes nothing and only shows the differences.

var POLICIES = ["skip", "replace", "compare"];
var DENSITIES = ["sparse", "normal", "detailed"];
var LOWEST_CONFIDENCE = 0.5;

// rows: every planned mark with what would happen to it; stale: our marks from earlier that are in no row.
function propose(table, plan, policy, placeOf) {
    var rows = [];
    var seen = {};
    for (var i = 0; i < plan.marks.length; i++) {
        var row = rowOf(table, plan.marks[i], policy, placeOf);
        if (seen[row.key])
            continue;
        seen[row.key] = true;
        rows.push(row);
    }
    var stale = table.marks.filter(function (m) { return m.ours && !matched(rows, m); });
    return { rows: rows, stale: stale, displaced: policy === "replace" ? displacedIn(table, plan) : [] };
}

// Human marks that the whole plan replaces, beyond those that a single mark would overprint.
function displacedIn(table, plan) {
    return table.marks.filter(function (m) {
        return !m.ours && (plan.displaced || []).some(function (d) {
            return d.kind === m.kind && d.value === m.value && d.tick === m.tick && d.staff === m.staff;
        });
    });
}

function rowOf(table, mark, policy, placeOf) {
    var place = placeOf(table, mark);
    var row = {
        kind: mark.kind, value: mark.value, number: mark.number, beat: mark.beat, confidence: mark.confidence,
        reason: mark.reason, staff: mark.staff, status: "add", why: "", displaced: [], existing: null, place: place,
        checked: mark.confidence >= LOWEST_CONFIDENCE
    };
    if (!place) {
        row.key = [mark.kind, "nowhere", mark.tick, mark.staff].join(":");
        row.status = "skip";
        row.why = "there is no note or rest here";
        row.checked = false;
        return row;
    }
    row.key = keyOf(mark.kind, place);
    if (mark.kind === "accent" && !table.accents) {
        row.status = "skip";
        row.why = "this version cannot write accents";
        row.checked = false;
        return row;
    }
    row.existing = find(table.marks, function (m) { return m.ours && sameMark(m, row); });
    if (row.existing)
        row.status = "keep";
    var rivals = table.marks.filter(function (m) { return !m.ours && conflicts(table, m, row); });
    if (rivals.length) {
        row.why = rivals[0].kind !== "hairpin" && rivals[0].value === row.value ? "written already" : "a mark is here";
        if (policy === "replace" && row.why !== "written already")
            row.displaced = rivals;
        else
            row.status = "skip";
    }
    if (policy === "compare" && row.status === "add")
        row.status = "skip";
    if (row.status === "skip")
        row.checked = false;
    return row;
}

function keyOf(kind, place) {
    return [kind, place.tick, place.staff].join(":");
}

function sameMark(mark, row) {
    return mark.kind === row.kind && mark.value === row.value && mark.tick === row.place.tick
        && mark.staff === row.place.staff && (mark.kind !== "hairpin" || mark.end_tick === row.place.end_tick);
}

function matched(rows, mark) {
    return rows.some(function (row) { return row.existing === mark; });
}

// Marks of the same part on the same beat, or hairpins that share any time, would be printed over one another.
function conflicts(table, mark, row) {
    if (table.staves[mark.staff - 1].part !== table.staves[row.place.staff - 1].part || mark.kind !== row.kind)
        return false;
    if (mark.kind === "hairpin")
        return mark.tick < row.place.end_tick && row.place.tick < mark.end_tick;
    if (mark.kind === "accent")
        return mark.tick === row.place.tick && mark.staff === row.place.staff;
    var beat = row.place.beat_ticks;
    return Math.abs(mark.tick - row.place.tick) < beat;
}

function find(list, test) {
    for (var i = 0; i < list.length; i++)
        if (test(list[i]))
            return list[i];
    return null;
}

// Carry the ticks that a user set over to a fresh proposal for the same music.
function carryOver(fresh, shown) {
    var ticked = {};
    shown.forEach(function (r) { ticked[r.key] = r.checked; });
    fresh.forEach(function (r) {
        if (r.key in ticked && r.status !== "skip")
            r.checked = ticked[r.key];
    });
}

// The changes: marks to add, and elements to take away (ours that are no longer wanted, and displaced ones).
function edits(proposal) {
    var add = [];
    var remove = proposal.stale.slice();
    proposal.rows.forEach(function (row) {
        if (row.checked && row.status === "add") {
            add.push(row);
            row.displaced.forEach(function (m) {
                if (remove.indexOf(m) < 0)
                    remove.push(m);
            });
        } else if (!row.checked && row.existing) {
            remove.push(row.existing);
        }
    });
    if (add.length)
        proposal.displaced.forEach(function (m) {
            if (remove.indexOf(m) < 0)
                remove.push(m);
        });
    return { add: add, remove: remove };
}

// Where a mark can stand: a chord or rest of its own staff, else of another staff of its part, else the last one
// before it in the measure. A hairpin's ends must both be ticks where its own track has a chord or rest, or
// MuseScore loses it when it saves.
function placeOf(table, mark) {
    var measure = table.measures[mark.measure];
    if (!measure)
        return null;
    var end = measure.tick + measure.ticks;
    var beat = 1920 / measure.time[1];
    var part = table.staves[mark.staff - 1] && table.staves[mark.staff - 1].part;
    var staves = [mark.staff];
    for (var s = 1; s <= table.staves.length; s++)
        if (s !== mark.staff && table.staves[s - 1].part === part)
            staves.push(s);
    var tick = -1;
    var staff = 0;
    if (mark.kind === "accent") // only where its own staff strikes a note
        return hasNote(table, mark.tick, mark.staff) && has(table.slots[mark.staff], mark.tick)
            ? { tick: mark.tick, staff: mark.staff, above: false, beat_ticks: beat } : null;
    for (var i = 0; i < staves.length && tick < 0; i++)
        if (has(table.slots[staves[i]], mark.tick)) {
            tick = mark.tick;
            staff = staves[i];
        }
    if (tick < 0) {
        tick = last(table.slots[mark.staff], measure.tick, Math.min(mark.tick, end - 1));
        staff = mark.staff;
    }
    if (tick < 0)
        return null;
    var place = { tick: tick, staff: staff, above: staff !== mark.staff && staff > mark.staff, beat_ticks: beat };
    if (mark.kind === "hairpin") {
        var stop = mark.end_tick;
        var scoreEnd = table.measures[table.measures.length - 1];
        if (stop < scoreEnd.tick + scoreEnd.ticks && !has(table.slots[staff], stop))
            stop = last(table.slots[staff], tick + 1, stop);
        if (stop <= tick)
            return null;
        place.end_tick = Math.min(stop, scoreEnd.tick + scoreEnd.ticks);
    }
    return place;
}

// Whether the first voice of a staff strikes a note there: [tick, ticks, pitch, staff, voice, flags] without flags.
function hasNote(table, tick, staff) {
    return table.notes.some(function (n) { return n[0] === tick && n[3] === staff && n[4] === 1 && n[5] === 0; });
}

function position(ticks, tick) {
    var low = 0;
    var high = ticks.length;
    while (low < high) {
        var middle = (low + high) >> 1;
        if (ticks[middle] <= tick)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

function has(ticks, tick) {
    return !!ticks && ticks[position(ticks, tick)] === tick;
}

function last(ticks, from, to) {
    var i = ticks ? position(ticks, to) : -1;
    return i >= 0 && ticks[i] >= from ? ticks[i] : -1;
}

// One line of the preview.
function describe(row, tr) {
    var beat = Math.round(row.beat * 100) / 100;
    return {
        bar: row.number,
        beat: String(beat),
        mark: row.kind === "hairpin" ? (row.value === "crescendo" ? "cresc. <" : "dim. >")
            : row.kind === "accent" ? tr("accent") : row.value,
        confidence: Math.round(100 * row.confidence) + " %",
        why: row.why ? tr(row.why) : row.status === "keep" ? tr("ours, unchanged") : row.reason
    };
}
