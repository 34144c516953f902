// From the bridge's plan and the score as it is to what would be changed. Knows nothing of MuseScore.
//
// Policies for marks that a human wrote: "skip" leaves beats and spans that carry some alone, "replace" takes
// those away and names them, "compare" changes nothing and only shows the differences.
// Marks of ours from earlier visits stay, unless they are taken away by name or brought up to date all together.

var POLICIES = ["skip", "replace", "compare"];
var CLEARNESS = ["clear", "likely", "slight"];

// What a row stands for:
//   add       a new mark                                  goes     a human mark that the whole plan displaces
//   instead   a mark in the place of other ones of ours    skip     nothing can be done; `why` says why
//   there     a mark of ours that is still proposed        earlier  a mark of ours that is not proposed now
// `checked` (add, instead) and `remove` (there, earlier, goes) are what would be done.
function propose(table, plan, wishes, placeOf) {
    var marks = plan.densities[wishes.step].marks;
    var rows = [];
    var seen = {};
    for (var i = 0; i < marks.length; i++) {
        var row = rowOf(table, marks[i], placeOf);
        if (seen[row.key])
            continue;
        seen[row.key] = true;
        rows.push(row);
    }
    rows.forEach(function (row) { judge(table, row, rows, wishes); });
    var left = table.marks.filter(function (m) {
        return m.ours && !rows.some(function (r) { return r.existing === m || r.instead.indexOf(m) >= 0; });
    });
    left.forEach(function (m) { rows.push(standing(table, m, "earlier", wishes.earlier === "update")); });
    if (wishes.policy === "replace")
        displacedIn(table, plan.densities[wishes.step], rows).forEach(function (m) {
            rows.push(standing(table, m, "goes", true));
        });
    rows.forEach(function (row) { choose(row, wishes.choices || {}, table.declined || []); });
    return { rows: rows.sort(wishes.sort === "clearness" ? byClearness : byPlace) };
}

function rowOf(table, mark, placeOf) {
    var place = placeOf(table, mark);
    return {
        kind: mark.kind, value: mark.value, number: mark.number, beat: mark.beat, tick: mark.tick,
        end_tick: mark.end_tick, staff: mark.staff, clearness: mark.clearness, reason: mark.reason, time_s: mark.time_s,
        status: "add", why: "", displaced: [], instead: [], existing: null, place: place, checked: true, remove: false,
        key: (place ? [mark.kind, place.tick, place.staff] : [mark.kind, "nowhere", mark.tick, mark.staff]).join(":")
    };
}

// A mark that stands in the score as a row of its own.
function standing(table, mark, status, remove) {
    var measure = table.measures[measureOf(table, mark.tick)];
    return {
        kind: mark.kind, value: mark.value, number: measure.number, beat: null, tick: mark.tick, end_tick: mark.end_tick,
        staff: mark.staff, clearness: "", reason: null, time_s: null, status: status, why: "", displaced: [], instead: [],
        existing: mark, place: null, checked: false, remove: remove,
        key: [status, mark.kind, mark.tick, mark.staff].join(":")
    };
}

function measureOf(table, tick) {
    var i = 0;
    while (i + 1 < table.measures.length && table.measures[i + 1].tick <= tick)
        i += 1;
    return i;
}

function judge(table, row, rows, wishes) {
    if (!row.place)
        return skip(row, "there is no note or rest here");
    if (row.kind === "accent" && !table.accents)
        return skip(row, "this version cannot write accents");
    row.existing = find(table.marks, function (m) { return m.ours && sameMark(m, row); });
    if (row.existing) {
        row.status = "there";
        row.checked = false;
        return;
    }
    var rivals = table.marks.filter(function (m) { return conflicts(table, m, row); });
    var human = rivals.filter(function (m) { return !m.ours; });
    if (human.some(function (m) { return row.kind !== "hairpin" && m.value === row.value; }))
        return skip(row, "written already");
    if (human.length && wishes.policy !== "replace")
        return skip(row, "a mark is here");
    row.displaced = human;
    // Ours on the same beat that the plan still wants are no rivals: they are rows of their own.
    row.instead = rivals.filter(function (m) {
        return m.ours && !rows.some(function (r) { return r !== row && r.place && sameMark(m, r); });
    });
    if (row.instead.length) {
        row.status = "instead";
        row.checked = wishes.earlier === "update";
    }
    if (wishes.policy === "compare")
        skip(row, "");
}

function skip(row, why) {
    row.status = "skip";
    row.why = why;
    row.checked = false;
}

// What a user has said about a mark holds for it in every density; what was declined on an earlier visit stays unticked.
function choose(row, choices, declined) {
    var said = choices[choiceOf(row)];
    if (row.status === "add" && declined.indexOf(choiceOf(row)) >= 0) {
        row.declined = true;
        row.checked = false;
    }
    if (said === undefined)
        return;
    if (row.status === "add" || row.status === "instead")
        row.checked = said;
    else if (canRemove(row))
        row.remove = said;
}

function choiceOf(row) {
    return [row.key, row.value, canRemove(row) ? "remove" : "add"].join(":");
}

function canTick(row) {
    return row.status === "add" || row.status === "instead";
}

function canRemove(row) {
    return row.status === "there" || row.status === "earlier" || row.status === "goes";
}

// Human marks that the whole plan replaces, beyond those that a single mark would overprint.
function displacedIn(table, density, rows) {
    return table.marks.filter(function (m) {
        return !m.ours && !rows.some(function (r) { return r.displaced.indexOf(m) >= 0; })
            && !rows.some(function (r) { return r.why === "written already" && r.place && conflicts(table, m, r); })
            && (density.displaced || []).some(function (d) {
                return d.kind === m.kind && d.value === m.value && d.tick === m.tick && d.staff === m.staff;
            });
    });
}

function byPlace(a, b) {
    return a.tick - b.tick || a.staff - b.staff || (a.key < b.key ? -1 : 1);
}

function byClearness(a, b) {
    function rank(row) { return (CLEARNESS.indexOf(row.clearness) + CLEARNESS.length + 1) % (CLEARNESS.length + 1); }
    return rank(a) - rank(b) || byPlace(a, b);
}

function sameMark(mark, row) {
    return mark.kind === row.kind && mark.value === row.value && mark.tick === row.place.tick
        && mark.staff === row.place.staff && (mark.kind !== "hairpin" || mark.end_tick === row.place.end_tick);
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

// The changes: marks to add, elements to take away, and names of the marks that were declined. Human marks go only for
// marks that come.
function edits(proposal, declined) {
    var add = [];
    var remove = [];
    function away(m) {
        if (remove.indexOf(m) < 0)
            remove.push(m);
    }
    proposal.rows.forEach(function (row) {
        if (row.checked) {
            add.push(row);
            row.displaced.concat(row.instead).forEach(away);
        }
    });
    proposal.rows.forEach(function (row) {
        if (row.remove && (row.status !== "goes" || add.length))
            away(row.existing);
    });
    return { add: add, remove: remove, declined: declinedAfter(proposal.rows, declined || []) };
}

// What is unticked now, and what was declined before of which nothing is seen now.
function declinedAfter(rows, before) {
    var fresh = rows.filter(function (r) { return r.status === "add"; });
    var seen = rows.map(choiceOf);
    return before.filter(function (name) { return seen.indexOf(name) < 0; })
        .concat(fresh.filter(function (r) { return !r.checked; }).map(choiceOf)).sort();
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

// When a tick is played, in seconds of the recording; null where the curve does not reach.
function timeOf(curve, tick) {
    var i = position(curve.ticks, tick);
    if (i < 0)
        return null;
    var next = curve.ticks[i + 1];
    if (next === undefined || curve.times_s[i + 1] < curve.times_s[i])
        return curve.times_s[i];
    var share = (tick - curve.ticks[i]) / (next - curve.ticks[i]);
    return curve.times_s[i] + share * (curve.times_s[i + 1] - curve.times_s[i]);
}

// The own velocities of notes that marks to be added would have to move: indexes into table.velocities.
function deaf(table, add) {
    var spans = add.filter(function (row) { return row.kind !== "accent"; }).map(function (row) {
        var part = table.staves[row.place.staff - 1].part;
        return { part: part, from: row.place.tick,
                 to: row.kind === "hairpin" ? row.place.end_tick : nextLevel(table, add, part, row.place.tick) };
    });
    var out = [];
    table.velocities.forEach(function (v, i) {
        var part = table.staves[v.staff - 1].part;
        if (spans.some(function (s) { return s.part === part && s.from <= v.tick && v.tick < s.to; }))
            out.push(i);
    });
    return out;
}

function nextLevel(table, add, part, tick) {
    var next = Infinity;
    table.marks.concat(add).forEach(function (m) {
        if (m.kind === "dynamic" && m.tick > tick && table.staves[m.staff - 1].part === part)
            next = Math.min(next, m.tick);
    });
    return next;
}

// "10", "10 beat 4", "10 beat 4 to 12".
function placeWords(table, row, tr) {
    var words = spot(table, row.tick, tr);
    return row.kind === "hairpin" ? words + " " + tr("to") + " " + spot(table, row.end_tick, tr) : words;
}

function spot(table, tick, tr) {
    var end = table.measures[table.measures.length - 1];
    if (tick >= end.tick + end.ticks)
        return tr("the end");
    var measure = table.measures[measureOf(table, tick)];
    var compound = measure.time[0] > 3 && measure.time[0] % 3 === 0 && measure.time[1] >= 8;
    var full = 1920 * measure.time[0] / measure.time[1];
    var missing = measure.number === "0" ? full - measure.ticks : 0; // a pickup ends with its bar
    var beat = 1 + (tick - measure.tick + missing) / (1920 / measure.time[1] * (compound ? 3 : 1));
    return beat === 1 ? measure.number : measure.number + " " + tr("beat") + " " + Math.round(100 * beat) / 100;
}

function markWords(mark, tr) {
    return mark.kind === "hairpin" ? (mark.value === "crescendo" ? "<  cresc." : ">  dim.")
        : mark.kind === "accent" ? tr("accent") : mark.value;
}

// One line of the list. `words`: {reason(key, values), clearness(word)} in the user's language.
function describe(table, row, tr, words) {
    return {
        place: placeWords(table, row, tr),
        mark: markWords(row, tr),
        clearness: row.clearness ? words.clearness(row.clearness) : "",
        heard: row.reason ? words.reason(row.reason.key, row.reason.values) : "",
        note: noteOn(row, tr)
    };
}

function noteOn(row, tr) {
    function named(marks) { return marks.map(function (m) { return markWords(m, tr); }).join(", "); }
    if (row.status === "there")
        return row.remove ? tr("will be removed") : tr("there");
    if (row.status === "earlier")
        return row.remove ? tr("will be removed") : tr("there, not proposed now");
    if (row.status === "goes")
        return row.remove ? tr("printed, will be removed") : tr("printed, stays");
    if (row.status === "skip")
        return tr(row.why);
    var gone = row.displaced.concat(row.instead);
    if (row.declined && !row.checked)
        return tr("declined before");
    return gone.length ? tr("instead of") + " " + named(gone) : "";
}
