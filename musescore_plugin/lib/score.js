// The only file that reads or changes a score. `ms` is what the plugin hands over of MuseScore:
//   score, Element, Placement, newElement(type), removeElement(element), cmd(name), fraction(n, d), version: [major, minor],
//   SymId (null before 3.5), DynamicType (null before 4.6)
//
// Marks of ours are recognised by their stacking order: its last two digits are 73, which no mark gets by itself. The
// value is kept in the file, and nothing is printed by it.

var OWN = 73;
var OWN_ACCENT_Z = 3173; // as in files that were marked without MuseScore
var SIGNS = ["", "pppppp", "ppppp", "pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "fffff", "ffffff",
             "fp", "pf", "sf", "sfz", "sff", "sffz", "sfp", "sfpp", "rfz", "rf", "fz"];
var GLYPHS = { p: "dynamicPiano", m: "dynamicMezzo", f: "dynamicForte", s: "dynamicSforzando", z: "dynamicZ",
               r: "dynamicRinforzando" };
var ACCENT_IN_3_2 = 552; // articAccentAbove, where the names of symbols are not told; the one for below is next
var START_REPEAT = 4;
var END_REPEAT = 8;
var END_START_REPEAT = 64;
var USER_VELOCITY = 1;
var DECLINED = "mezzoforteDeclined"; // the score's property that names the marks which its owner did not want

function isOurs(element) {
    return Math.round(element.z) % 100 === OWN;
}

function own(element) {
    element.z = Math.floor(element.z / 100) * 100 + OWN;
}

function ticksOf(fraction) {
    return Math.round(1920 * fraction.numerator / fraction.denominator);
}

// Everything that planning needs, as plain data; marks keep their element for a later removal.
function read(ms) {
    var score = ms.score;
    var table = { measures: readMeasures(score), staves: readStaves(score), notes: [], marks: [], tempos: [],
                  velocities: [], slots: {} };
    for (var s = 1; s <= score.nstaves; s++)
        table.slots[s] = [];
    var told = false; // whether chords tell their articulations
    var starts = {};
    var ends = {};
    table.measures.forEach(function (m, i) {
        starts[m.tick] = i;
        ends[m.tick + m.ticks] = i;
    });
    for (var segment = score.firstSegment(); segment; segment = segment.next) {
        for (var track = 0; track < score.ntracks; track++) {
            var element = segment.elementAt(track);
            if (!element)
                continue;
            if (element.type === ms.Element.CHORD || element.type === ms.Element.REST) {
                if (track % 4 === 0)
                    table.slots[track / 4 + 1].push(segment.tick);
                if (element.type === ms.Element.CHORD)
                    readChord(ms, table, element, segment.tick, track);
                if (element.articulations) {
                    told = true;
                    readAccents(ms, table, element.articulations, segment.tick, track);
                }
            } else if (track === 0 && element.type === ms.Element.BAR_LINE) {
                readBarLine(table, Number(element.barlineType), starts[segment.tick], ends[segment.tick]);
            }
        }
        readAnnotations(ms, table, segment);
    }
    readSelectable(ms, table, told);
    table.accents = accentSymbol(ms) !== null;
    table.declined = readDeclined(ms);
    return table;
}

function readDeclined(ms) {
    try {
        return JSON.parse(ms.score.metaTag(DECLINED) || "[]");
    } catch (e) {
        return [];
    }
}

// Kept with the score when it is saved; no mark and no step to undo.
function writeDeclined(ms, table, declined) {
    var text = declined.length ? JSON.stringify(declined) : "";
    if (text !== (table.declined.length ? JSON.stringify(table.declined) : ""))
        ms.score.setMetaTag(DECLINED, text);
}

function readMeasures(score) {
    var out = [];
    for (var m = score.firstMeasure; m; m = m.nextMeasure)
        out.push({
            tick: m.firstSegment.tick,
            ticks: ticksOf(m.timesigActual),
            time: [m.timesigNominal.numerator, m.timesigNominal.denominator],
            irregular: m.irregular === true,
            repeats: m.repeatCount
        });
    return out;
}

function readStaves(score) {
    var out = [];
    for (var p = 0; p < score.parts.length; p++) {
        var part = score.parts[p];
        for (var track = part.startTrack; track < part.endTrack; track += 4)
            out.push({ part: p, name: String(part.longName || part.partName || "") });
    }
    return out;
}

function readBarLine(table, type, starting, ending) {
    if ((type === START_REPEAT || type === END_START_REPEAT) && starting !== undefined)
        table.measures[starting].repeat_start = true;
    if ((type === END_REPEAT || type === END_START_REPEAT) && ending !== undefined)
        table.measures[ending].repeat_times = Math.max(2, Math.min(16, table.measures[ending].repeats || 2));
}

function readChord(ms, table, chord, tick, track) {
    var staff = Math.floor(track / 4) + 1 + (chord.staffMove || 0);
    var voice = track % 4 + 1;
    var ticks = ticksOf(chord.actualDuration || chord.duration);
    var graces = chord.graceNotes || [];
    for (var g = 0; g < graces.length; g++)
        for (var k = 0; k < graces[g].notes.length; k++)
            table.notes.push([tick, 0, graces[g].notes[k].pitch, staff, voice, 2]);
    for (var i = 0; i < chord.notes.length; i++) {
        table.notes.push([tick, ticks, chord.notes[i].pitch, staff, voice, chord.notes[i].tieBack ? 1 : 0]);
        if (hasOwnVelocity(ms, chord.notes[i]))
            table.velocities.push({ tick: tick, staff: staff, note: chord.notes[i] });
    }
}

// Notes of imported MIDI files carry velocities of their own and do not listen to dynamics.
function hasOwnVelocity(ms, note) {
    return ms.version[0] >= 4 ? Number(note.userVelocity) > 0 : Number(note.veloType) === USER_VELOCITY;
}

function readAnnotations(ms, table, segment) {
    var annotations = segment.annotations;
    for (var i = 0; i < annotations.length; i++) {
        var element = annotations[i];
        if (element.type === ms.Element.DYNAMIC)
            table.marks.push({ kind: "dynamic", value: signOf(ms, element), tick: segment.tick, end_tick: segment.tick,
                               staff: Math.floor(element.track / 4) + 1, ours: isOurs(element), element: element });
        else if (element.type === ms.Element.TEMPO_TEXT)
            table.tempos.push({ tick: segment.tick, bpm: 60 * element.tempo, staff: Math.floor(element.track / 4) + 1,
                                ours: isOurs(element), element: element });
    }
}

function signOf(ms, dynamic) {
    // a method of some versions only
    var name = typeof dynamic.subtypeName === "function" ? String(dynamic.subtypeName()) : "";
    if (SIGNS.indexOf(name) > 0)
        return name;
    var number = Number(dynamic.dynamicType !== undefined ? dynamic.dynamicType : dynamic.subtype);
    if (!ms.DynamicType)
        return SIGNS[number] || "other";
    for (var i = 1; i < SIGNS.length; i++)
        if (Number(ms.DynamicType[SIGNS[i].toUpperCase()]) === number)
            return SIGNS[i];
    return "other";
}

// The symbol of an accent above a note; null where it cannot be known.
function accentSymbol(ms) {
    if (ms.SymId)
        return Number(ms.SymId.articAccentAbove);
    return ms.version[0] === 3 && ms.version[1] === 2 ? ACCENT_IN_3_2 : null;
}

function readAccents(ms, table, articulations, tick, track) {
    var symbol = accentSymbol(ms);
    for (var i = 0; i < articulations.length; i++) {
        var number = Number(articulations[i].symbol);
        if (symbol !== null && (number === symbol || number === symbol + 1))
            table.marks.push({ kind: "accent", value: "accent", tick: tick, end_tick: tick, staff: Math.floor(track / 4) + 1,
                               ours: isOurs(articulations[i]), element: articulations[i] });
    }
}

// Hairpins hang on no segment: newer versions list them, in older ones everything is selected and looked through.
// So are accents where chords do not tell theirs.
function readSelectable(ms, table, told) {
    var seen = {};
    if (!told)
        everything(ms, ms.Element.ARTICULATION).forEach(function (accent) {
            if (accent.parent && accent.parent.parent && accent.parent.parent.tick !== undefined) // not on a grace note
                readAccents(ms, table, [accent], accent.parent.parent.tick, accent.track);
        });
    allHairpins(ms).forEach(function (hairpin) {
        var tick = ticksOf(hairpin.spannerTick);
        var end = tick + ticksOf(hairpin.spannerTicks);
        var type = hairpin.hairpinType;
        var key = [tick, end, hairpin.track, type].join(":"); // one over two lines is listed once per line
        if (seen[key])
            return;
        seen[key] = true;
        table.marks.push({ kind: "hairpin", value: type % 2 === 0 ? "crescendo" : "diminuendo", tick: tick, end_tick: end,
                           staff: Math.floor(hairpin.track / 4) + 1, ours: isOurs(hairpin), element: hairpin });
    });
}

function allHairpins(ms) {
    var list = ms.score.spanners;
    return list === undefined ? everything(ms, ms.Element.HAIRPIN) : ofType(ms, list, ms.Element.HAIRPIN);
}

function everything(ms, type) {
    ms.cmd("select-all");
    var out = ofType(ms, ms.score.selection.elements, type);
    ms.cmd("escape");
    return out;
}

function ofType(ms, elements, type) {
    var out = [];
    for (var i = 0; i < elements.length; i++) {
        var element = elements[i];
        if (element.type === ms.Element.HAIRPIN_SEGMENT && element.spanner)
            element = element.spanner;
        if (element.type === type)
            out.push(element);
    }
    return out;
}

function atLeast(ms, major, minor) {
    return ms.version[0] > major || (ms.version[0] === major && ms.version[1] >= minor);
}

// Writes the changes; returns how many undo steps take them back, how many tempo marks of the score are silent from now
// on, and the hairpins that MuseScore did not add while a window of ours is open. Throws after it has taken back what it
// had begun.
function apply(ms, table, changes) {
    var hairpins = changes.add.filter(function (row) { return row.kind === "hairpin"; });
    var others = changes.add.filter(function (row) { return row.kind !== "hairpin"; });
    var deaf = changes.deaf || [];
    if (changes.declined)
        writeDeclined(ms, table, changes.declined);
    var silenced = 0;
    var made = addHairpins(ms, hairpins);
    var late = hairpins.filter(function (_, k) { return !made[k]; });
    var present = made.filter(function (hairpin) { return hairpin; });
    if (!present.length && !others.length && !changes.remove.length && !changes.tempos && !deaf.length)
        return { steps: 0, silenced: 0, late: late };
    ms.score.startCmd();
    try {
        made.forEach(function (hairpin, k) {
            if (hairpin)
                settle(ms, hairpin, hairpins[k].place);
        });
        changes.remove.forEach(function (mark) { ms.removeElement(mark.element); });
        others.forEach(function (row) { (row.kind === "accent" ? addAccent : addDynamic)(ms, row); });
        if (changes.tempos)
            silenced = writeTempos(ms, table, changes.tempos);
        deaf.forEach(function (i) { listenToMarks(ms, table.velocities[i].note); });
    } catch (e) {
        takeBack(ms, present);
        throw e;
    }
    ms.score.endCmd();
    return { steps: present.length + 1, silenced: silenced, late: late };
}

// Ends a command that failed as if it had not been begun, and takes away hairpins that were made for it.
function takeBack(ms, hairpins) {
    if (!atLeast(ms, 4, 0)) {
        ms.score.endCmd();
        repeat(ms, "undo", hairpins.length + 1);
        return;
    }
    ms.score.endCmd(true);
    removeAll(ms, hairpins);
}

function removeAll(ms, elements) {
    if (!elements.length)
        return;
    ms.score.startCmd();
    elements.forEach(function (element) { ms.removeElement(element); });
    ms.score.endCmd();
}

// Whether that many steps were taken back: newer versions let no window of an extension undo.
function undo(ms, steps) {
    if (!atLeast(ms, 4, 0)) {
        repeat(ms, "undo", steps);
        return true;
    }
    var before = trace(ms);
    repeat(ms, "undo", steps);
    return trace(ms) !== before;
}

function repeat(ms, name, times) {
    for (var i = 0; i < times; i++)
        ms.cmd(name);
}

// What is written, without the elements themselves.
function trace(ms) {
    var table = read(ms);
    return JSON.stringify([table.marks.map(function (m) { return [m.kind, m.value, m.tick, m.end_tick, m.staff, m.ours]; }),
                           table.tempos.map(function (t) { return [t.tick, t.bpm, t.staff, t.ours]; }), table.velocities.length]);
}

// Hairpins that could not be added while the window was open; returns the number of those that can be now.
function addLate(ms, rows) {
    var made = addHairpins(ms, rows);
    var present = made.filter(function (hairpin) { return hairpin; });
    if (!present.length)
        return 0;
    ms.score.startCmd();
    made.forEach(function (hairpin, k) {
        if (hairpin)
            settle(ms, hairpin, rows[k].place);
    });
    ms.score.endCmd();
    return present.length;
}

// The new hairpins, null for those that MuseScore did not add. Before version 4 that is an error, and none is left.
function addHairpins(ms, rows) {
    var made = [];
    try {
        rows.forEach(function (row) { made.push(addHairpin(ms, row)); });
    } catch (e) {
        if (atLeast(ms, 4, 0))
            removeAll(ms, made.filter(function (hairpin) { return hairpin; }));
        else
            repeat(ms, "undo", made.length);
        throw e;
    }
    return made;
}

function cursorAt(ms, tick, staff) {
    var cursor = ms.score.newCursor();
    cursor.track = 4 * (staff - 1);
    cursor.rewind(0);
    cursor.track = 4 * (staff - 1);
    if (cursor.rewindToTick) {
        cursor.rewindToTick(tick);
        cursor.track = 4 * (staff - 1);
    } else {
        while (cursor.segment && cursor.tick < tick)
            cursor.next();
    }
    if (!cursor.segment || cursor.tick !== tick)
        throw new Error("no place at tick " + tick + " of staff " + staff);
    return cursor;
}

function addDynamic(ms, row) {
    var cursor = cursorAt(ms, row.place.tick, row.place.staff);
    var dynamic = ms.newElement(ms.Element.DYNAMIC);
    var number = SIGNS.indexOf(row.value);
    // Type and text both before the mark is added: then it sounds, and is exported as what it says.
    if (dynamic.dynamicType !== undefined)
        dynamic.dynamicType = ms.DynamicType ? Number(ms.DynamicType[row.value.toUpperCase()]) : number;
    else
        dynamic.subtype = number;
    if (dynamic.dynamicType === undefined && signOf(ms, dynamic) !== row.value)
        dynamic.subtype = number - 1; // 3.2 knows no pf, and counts the signs after it one less
    dynamic.text = row.value.split("").map(function (c) { return "<sym>" + GLYPHS[c] + "</sym>"; }).join("");
    cursor.add(dynamic);
    own(dynamic);
    if (row.place.above)
        dynamic.placement = ms.Placement.ABOVE;
}

// Handed to the chord itself: a cursor of 3.2 takes it without adding it.
function addAccent(ms, row) {
    var cursor = cursorAt(ms, row.place.tick, row.place.staff);
    var accent = ms.newElement(ms.Element.ARTICULATION);
    accent.symbol = accentSymbol(ms);
    cursor.element.add(accent);
    accent.z = OWN_ACCENT_Z;
}

// Adding a hairpin element made by hand ends MuseScore 3 and does nothing in 4; only its own command makes one. From 4.7
// on, that command is not heard while a window of a plugin is open; then there is none.
function addHairpin(ms, row) {
    var newer = atLeast(ms, 4, 0);
    var before = allHairpins(ms).map(identity);
    var command = row.value === "crescendo" ? "add-hairpin" : "add-hairpin-reverse";
    selectPlace(ms, row.place);
    ms.cmd(command);
    var made = newer ? [] : ofType(ms, ms.score.selection.elements, ms.Element.HAIRPIN); // 4 leaves others selected
    if (!made.length)
        made = beyond(allHairpins(ms), before);
    ms.cmd("escape");
    ms.cmd("escape");
    if (!made.length && !newer)
        throw new Error("MuseScore did not add the hairpin");
    return made.length ? made[made.length - 1] : null;
}

// The hairpins that were not there before.
function beyond(hairpins, before) {
    var left = before.slice();
    return hairpins.filter(function (hairpin) {
        var at = left.indexOf(identity(hairpin));
        if (at >= 0)
            left.splice(at, 1);
        return at < 0;
    });
}

function identity(hairpin) {
    return [ticksOf(hairpin.spannerTick), ticksOf(hairpin.spannerTicks), hairpin.track, hairpin.hairpinType].join(":");
}

function selectPlace(ms, place) {
    var selection = ms.score.selection;
    function select() {
        return selection.selectRange(place.tick, place.end_tick, place.staff - 1, place.staff);
    }
    // Version 4 wants the notes at both ends by themselves: its command takes no range. 3.5 and 3.6 select inside an empty
    // command.
    if (atLeast(ms, 4, 0)) {
        select();
        endsOf(ms, place).forEach(function (element, k) { selection.select(element, k > 0); });
        return;
    }
    if (atLeast(ms, 3, 5)) {
        ms.score.startCmd();
        select();
        ms.score.endCmd();
        return;
    }
    // No selection by ticks before 3.5: make it anywhere, it is put in its place afterwards.
    ms.cmd("escape");
    ms.cmd("first-element");
    ms.cmd("next-chord");
    ms.cmd("select-next-chord");
}

// The first and the last note or rest of a place, as one element or two.
function endsOf(ms, place) {
    var cursor = cursorAt(ms, place.tick, place.staff);
    var first = cursor.element;
    var last = null;
    while (cursor.next() && cursor.segment && cursor.tick < place.end_tick)
        last = cursor.element || last;
    return (last ? [first, last] : [first]).map(function (element) {
        return element.type === ms.Element.CHORD ? element.notes[0] : element; // a chord cannot be selected
    });
}

function settle(ms, hairpin, place) {
    var track = 4 * (place.staff - 1);
    hairpin.spannerTick = ms.fraction(place.tick, 1920);
    hairpin.spannerTicks = ms.fraction(place.end_tick - place.tick, 1920);
    if (hairpin.track !== track) {
        hairpin.track = track;
        if (hairpin.spannerTrack2 !== undefined)
            hairpin.spannerTrack2 = track;
    }
    own(hairpin);
    if (place.above)
        hairpin.placement = ms.Placement.ABOVE;
}

// Invisible tempo marks that make playback follow the recording; ours from before are replaced. Tempo marks that people
// wrote stay as they are: one of ours on the same tick, after it, is what counts, and when it goes the other counts again.
// Returns the number of those.
function writeTempos(ms, table, tempos) {
    var human = table.tempos.filter(function (t) { return !t.ours; });
    table.tempos.forEach(function (t) {
        if (t.ours)
            ms.removeElement(t.element);
    });
    var silenced = 0;
    withHuman(tempos, human).forEach(function (t) {
        var rivals = human.filter(function (h) { return h.tick === t.tick; });
        var lowest = rivals.reduce(function (most, h) { return Math.max(most, h.staff); }, 1);
        var staff = 0;
        for (var s = lowest; s <= table.staves.length && !staff; s++)
            if (table.slots[s].indexOf(t.tick) >= 0)
                staff = s;
        if (!staff)
            return;
        silenced += rivals.length;
        var cursor = cursorAt(ms, t.tick, staff);
        var mark = ms.newElement(ms.Element.TEMPO_TEXT);
        mark.text = "<sym>metNoteQuarterUp</sym> = " + Math.round(t.bpm);
        cursor.add(mark);
        mark.tempo = t.bpm / 60; // only now: setting it before it is added ends MuseScore
        mark.tempoFollowText = false;
        mark.visible = false;
        own(mark);
    });
    return silenced;
}

// The tempos, and each again where a tempo mark within its bar would end it.
function withHuman(tempos, human) {
    var out = tempos.slice();
    human.forEach(function (h) {
        var before = tempos.filter(function (t) { return t.tick <= h.tick; });
        if (before.length && before[before.length - 1].tick < h.tick)
            out.push({ tick: h.tick, bpm: before[before.length - 1].bpm });
    });
    return out;
}

// From now on the note is as loud as the marks say.
function listenToMarks(ms, note) {
    if (ms.version[0] >= 4) {
        note.userVelocity = 0;
        return;
    }
    note.veloType = 0;
    note.veloOffset = 0;
}

// Takes away every mark of ours, nothing else; returns the number of marks and of undo steps.
function removeOurs(ms, table) {
    var ours = table.marks.concat(table.tempos).filter(function (m) { return m.ours; });
    writeDeclined(ms, table, []);
    if (!ours.length)
        return { removed: 0, steps: 0 };
    apply(ms, table, { add: [], remove: ours, tempos: null });
    return { removed: ours.length, steps: 1 };
}

// Shows a tick of a staff to the user. Before 3.5 nothing selects by tick: there, the cursor is sent bar by bar.
function jump(ms, table, tick, staff) {
    var selection = ms.score.selection;
    if (atLeast(ms, 4, 6)) {
        var at = table.slots[staff].filter(function (slot) { return slot <= tick; });
        ms.score.showElementInScore(cursorAt(ms, at.length ? at[at.length - 1] : table.slots[staff][0], staff).element, staff - 1);
        return;
    }
    if (typeof selection.selectRange === "function") {
        ms.score.startCmd();
        selection.selectRange(tick, tick + 1, staff - 1, staff);
        ms.score.endCmd();
        return;
    }
    ms.cmd("escape");
    ms.cmd("first-element");
    ms.cmd("next-chord");
    for (var i = 1; i < table.measures.length && table.measures[i].tick <= tick; i++)
        ms.cmd("next-measure");
}
