// A stand-in for MuseScore 4's score objects. Loaded by Node and by QML alike. Two bars of 4/4 on two staves in quarters.
// What a version does not have raises, and so does writing what it only shows: `members` is api_4.json. As in MuseScore,
// hairpins come from a command alone, which wants single notes selected and is not heard from 4.7 on while a window of a
// plugin is open; nor is undo, ever. Nothing can be selected while a command is open.

var members = null;
var version = 0;

// Asked only to find out whether they are there; a real object says undefined.
var PROBES = ["Score.spanners", "EngravingItem.dynamicType", "Chord.barlineType", "Chord.articulations", "Spanner.spanner",
              "EngravingItem.spanner"];

function note(kind, name, writes) {
    var member = kind + "." + name;
    var said = (members[kind] || {})[name];
    var there = said !== undefined && parseFloat(said.since) <= version && !(said.until && version >= parseFloat(said.until));
    if (!there && (writes || PROBES.indexOf(member) < 0))
        throw new Error("MuseScore " + version + " has no " + member);
    if (writes && said.read !== undefined && parseFloat(said.read) <= version)
        throw new TypeError("Cannot assign to read-only property " + member);
}

var targets = new Map(); // what MuseScore itself changes

function spied(kind, target) {
    var proxy = new Proxy(target, {
        get: function (object, name) {
            if (typeof name === "string" && name !== "toJSON" && name !== "toString" && name !== "valueOf")
                note(kind, name);
            return object[name];
        },
        set: function (object, name, value) {
            note(kind, name, true);
            object[name] = value;
            return true;
        }
    });
    targets.set(proxy, target);
    return proxy;
}

var ELEMENTS = { ARTICULATION: 8, CHORD: 1, REST: 2, BAR_LINE: 3, DYNAMIC: 4, TEMPO_TEXT: 5, HAIRPIN: 6, HAIRPIN_SEGMENT: 7 };

function fraction(numerator, denominator) {
    return spied("Fraction", { numerator: numerator, denominator: denominator, ticks: 1920 * numerator / denominator });
}

// As in 4.6: sfff and sfffz stand before sfp.
function dynamicTypes() {
    var names = ["OTHER", "PPPPPP", "PPPPP", "PPPP", "PPP", "PP", "P", "MP", "MF", "F", "FF", "FFF", "FFFF", "FFFFF", "FFFFFF",
                 "FP", "PF", "SF", "SFZ", "SFF", "SFFZ", "SFFF", "SFFFZ", "SFP", "SFPP", "RFZ", "RF", "FZ"];
    var out = {};
    names.forEach(function (name, number) { out[name] = number; });
    return out;
}

// Returns {ms, window: {open}, marks()}.
function makeMock(given, table) {
    members = table;
    version = given;
    var newer = version >= 4.6;
    var window = { open: true };
    var commands = 0;
    var segments = [];
    var hairpins = [];
    var history = [];
    var tags = {};
    var selected = [];
    var chosen = [];
    var lists = []; // articulations by place
    var selectable = []; // {note, tick, track}

    function hairpin(tick, ticks, track, type) {
        return spied("Spanner", { type: ELEMENTS.HAIRPIN, spannerTick: fraction(tick, 1920), hairpinType: type, z: 7600,
            spannerTicks: fraction(ticks, 1920), track: track, placement: 1, spannerTrack2: track });
    }
    // What is selected is a hairpin's part on one line, and tells its whole since 4.6.
    function segmentOf(whole) {
        return newer ? spied("SpannerSegment", { type: ELEMENTS.HAIRPIN_SEGMENT, spanner: whole }) : whole;
    }
    function chord(tick, pitch, track) {
        var articulations = [];
        var note = spied("Note", { pitch: pitch, tieBack: null, userVelocity: 64, veloType: 0 });
        selectable.push({ note: note, tick: tick, track: track });
        var made = { type: ELEMENTS.CHORD, duration: fraction(1, 4), actualDuration: fraction(1, 4), graceNotes: [], staffMove: 0,
                     notes: [note], track: track };
        if (newer)
            made.articulations = articulations;
        lists.push({ tick: tick, track: track, list: articulations });
        var proxy = spied("Chord", made);
        made.add = function (element) {
            targets.get(element).parent = proxy;
            targets.get(element).track = track;
            articulations.push(element);
        };
        return proxy;
    }
    for (var i = 0; i < 8; i++)
        (function (i) {
            var elements = { 0: chord(480 * i, 60 + i, 0), 4: chord(480 * i, 40 + i, 4) };
            segments.push({ tick: 480 * i, annotations: [], next: null, elementAt: function (track) { return elements[track] || null; } });
        })(i);
    var spiedSegments = segments.map(function (s) { return spied("Segment", s); });
    segments.forEach(function (s, k) {
        s.next = spiedSegments[k + 1] || null;
        [0, 4].forEach(function (track) { targets.get(s.elementAt(track)).parent = spiedSegments[k]; });
    });

    var measures = [0, 1].map(function (n) {
        return { firstSegment: spiedSegments[4 * n], timesigActual: fraction(4, 4), timesigNominal: fraction(4, 4),
                 irregular: false, repeatCount: 2, nextMeasure: null };
    });
    var spiedMeasures = measures.map(function (m) { return spied("Measure", m); });
    measures[0].nextMeasure = spiedMeasures[1];

    function arts(segment) {
        return lists.filter(function (l) { return l.tick === segment.tick && l.track === 0; })[0].list;
    }
    function put(segment, list) { arts(segment).splice.apply(arts(segment), [0, arts(segment).length].concat(list)); }
    function snapshot() {
        history.push({ articulations: segments.map(function (s) { return arts(s).slice(); }), annotations: segments.map(function (s) { return s.annotations.slice(); }), hairpins: hairpins.slice() });
    }
    function cursor() {
        var c = { track: 0, segment: null, tick: 0,
            get element() { return c.segment && c.segment.elementAt(c.track); },
            rewind: function () { c.segment = spiedSegments[0]; c.tick = 0; },
            rewindToTick: function (tick) { c.segment = spiedSegments[tick / 480] || null; c.tick = tick; },
            next: function () { c.rewindToTick(c.tick + 480); return c.segment !== null; },
            add: function (element) {
                if (element.type === ELEMENTS.HAIRPIN)
                    return; // only its command makes one
                targets.get(element).track = c.track;
                segments[c.tick / 480].annotations.push(element);
            } };
        return spied("Cursor", c);
    }
    var score = {
        firstMeasure: spiedMeasures[0], nstaves: 2, ntracks: 8,
        parts: [spied("Part", { startTrack: 0, endTrack: 8, longName: "Piano", partName: "Piano" })],
        firstSegment: function () { return spiedSegments[0]; },
        metaTag: function (name) { return tags[name] || ""; }, setMetaTag: function (name, text) { tags[name] = text; },
        newCursor: cursor, startCmd: function () { snapshot(); commands += 1; },
        endCmd: function (rollback) { commands -= 1; if (rollback) back(); },
        showElementInScore: function (element) { if (!element) throw new Error("nothing to show"); },
        selection: spied("Selection", {
            elements: selected,
            selectRange: function () { if (!commands) chosen = []; return !commands; },
            select: function (element, add) {
                if (!commands)
                    chosen = (add ? chosen : []).concat([element]);
                return !commands;
            }
        })
    };
    if (version >= 4.7)
        score.spanners = hairpins;
    function placeOf(note) {
        var found = selectable.filter(function (s) { return s.note === note; });
        if (!found.length)
            throw new Error("only notes and rests can be selected");
        return found[0];
    }
    function back() {
        var old = history.pop();
        old.annotations.forEach(function (a, k) { segments[k].annotations = a; put(segments[k], old.articulations[k]); });
        hairpins.splice.apply(hairpins, [0, hairpins.length].concat(old.hairpins));
    }
    var ms = {
        SymId: { articAccentAbove: 552 }, DynamicType: newer ? dynamicTypes() : null,
        score: spied("Score", score), Element: ELEMENTS, Placement: { ABOVE: 0, BELOW: 1 },
        version: [Math.floor(version), Math.round(10 * (version - Math.floor(version)))],
        newElement: function (type) {
            var element = { type: type, text: "", z: 100 * type, track: 0, placement: 1, subtype: 0, visible: true, tempo: 2,
                            tempoFollowText: true, symbol: 0, subtypeName: function () { return ""; } };
            if (newer && type === ELEMENTS.DYNAMIC)
                element.dynamicType = 0;
            return spied("EngravingItem", element);
        },
        removeElement: function (element) {
            segments.forEach(function (s) {
                s.annotations = s.annotations.filter(function (a) { return a !== element; });
                put(s, arts(s).filter(function (a) { return a !== element; }));
            });
            var k = hairpins.indexOf(element);
            if (k >= 0)
                hairpins.splice(k, 1);
        },
        fraction: fraction,
        cmd: function (name) {
            if (version >= 4.7 && (window.open || name === "undo"))
                return; // not heard, and nobody says so
            note("cmd", name);
            if (name === "select-all")
                selected.splice.apply(selected, [0, selected.length].concat(hairpins.map(segmentOf), segments.reduce(
                    function (all, s) { return all.concat(arts(s)); }, [])));
            else if (name === "escape")
                selected.splice(0, selected.length);
            else if (name === "add-hairpin" || name === "add-hairpin-reverse") {
                if (chosen.length < 1 || chosen.length > 2 || commands)
                    return;
                snapshot();
                var from = placeOf(chosen[0]), to = placeOf(chosen[chosen.length - 1]);
                if (from.track !== to.track)
                    return;
                hairpins.push(hairpin(from.tick, to.tick + 480 - from.tick, from.track, name === "add-hairpin" ? 0 : 1));
            } else if (name === "undo") {
                back();
            }
        }
    };
    // What stands there: [kind, from, to, whether it is ours].
    function marks() {
        var out = [];
        function tell(kind, from, to, element) { out.push([kind, from, to, element.z % 100 === 73]); }
        segments.forEach(function (s) {
            s.annotations.concat(arts(s)).map(function (a) { return targets.get(a); }).forEach(function (a) {
                var kind = a.type === ELEMENTS.DYNAMIC ? "dynamic" : a.type === ELEMENTS.TEMPO_TEXT ? "tempo" : "accent";
                tell(kind, s.tick, s.tick, a);
            });
        });
        hairpins.map(function (h) { return targets.get(h); }).forEach(function (h) {
            var from = targets.get(h.spannerTick).ticks;
            tell("hairpin", from, from + targets.get(h.spannerTicks).ticks, h);
        });
        return out.sort();
    }
    return { ms: ms, window: window, marks: marks };
}
