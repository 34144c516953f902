// A stand-in for MuseScore 4's score objects that writes down every member that is asked for, as "Class.member".
// Loaded by Node and by QML alike. Two bars of 4/4 on two staves in quarters; hairpins come from a command.

var asked = {};
var strict = null; // {members: {Class: {member: since}}, version}: other members raise

// Asked only to find out whether they are there; a real object says undefined.
var PROBES = ["Score.spanners", "EngravingItem.dynamicType", "Chord.barlineType", "Chord.articulations"];

function note(kind, name) {
    var member = kind + "." + name;
    asked[member] = true;
    if (!strict || PROBES.indexOf(member) >= 0)
        return;
    var since = (strict.members[kind] || {})[name];
    if (since === undefined || parseFloat(since) > strict.version)
        throw new Error("MuseScore " + strict.version + " has no " + member);
}

function spied(kind, target) {
    return new Proxy(target, {
        get: function (object, name) {
            if (typeof name === "string" && name !== "toJSON" && name !== "toString" && name !== "valueOf")
                note(kind, name);
            return object[name];
        },
        set: function (object, name, value) {
            note(kind, name);
            object[name] = value;
            return true;
        }
    });
}

var ELEMENTS = { ARTICULATION: 8, CHORD: 1, REST: 2, BAR_LINE: 3, DYNAMIC: 4, TEMPO_TEXT: 5, HAIRPIN: 6, HAIRPIN_SEGMENT: 7 };

function fraction(numerator, denominator) {
    return spied("Fraction", { numerator: numerator, denominator: denominator, ticks: 1920 * numerator / denominator });
}

// options: {dynamicType: since 4.6, spanners: since 4.7, strict}
function makeMock(options) {
    strict = options.strict || null;
    var segments = [];
    var hairpins = [];
    var history = [];
    var tags = {};
    var selected = [];
    var range = null;

    function hairpin(tick, ticks, type) {
        return spied("Spanner", { type: ELEMENTS.HAIRPIN, spannerTick: fraction(tick, 1920), hairpinType: type, z: 7600,
            spannerTicks: fraction(ticks, 1920), track: 0, placement: 1, spannerTrack2: 0 });
    }
    function chord(tick, pitch, track) {
        var articulations = [];
        return spied("Chord", { articulations: articulations, add: function (e) { e.track = track; articulations.push(e); }, type: ELEMENTS.CHORD, duration: fraction(1, 4), actualDuration: fraction(1, 4), graceNotes: [],
            staffMove: 0, notes: [spied("Note", { pitch: pitch, tieBack: null, userVelocity: 64 })] });
    }
    for (var i = 0; i < 8; i++)
        (function (i) {
            var elements = { 0: chord(480 * i, 60 + i, 0), 4: chord(480 * i, 40 + i, 4) };
            segments.push({ tick: 480 * i, annotations: [], next: null, elementAt: function (track) { return elements[track] || null; } });
        })(i);
    var spiedSegments = segments.map(function (s) { return spied("Segment", s); });
    segments.forEach(function (s, k) { s.next = spiedSegments[k + 1] || null; });

    var measures = [0, 1].map(function (n) {
        return { firstSegment: spiedSegments[4 * n], timesigActual: fraction(4, 4), timesigNominal: fraction(4, 4),
                 irregular: false, repeatCount: 2, nextMeasure: null };
    });
    var spiedMeasures = measures.map(function (m) { return spied("Measure", m); });
    measures[0].nextMeasure = spiedMeasures[1];

    function arts(segment) { return segment.elementAt(0).articulations; }
    function put(segment, list) { arts(segment).splice.apply(arts(segment), [0, arts(segment).length].concat(list)); }
    function snapshot() {
        history.push({ articulations: segments.map(function (s) { return arts(s).slice(); }), annotations: segments.map(function (s) { return s.annotations.slice(); }), hairpins: hairpins.slice() });
    }
    function cursor() {
        var c = { track: 0, segment: null, tick: 0,
            get element() { return c.segment.elementAt(c.track); },
            rewind: function () { c.segment = spiedSegments[0]; c.tick = 0; },
            rewindToTick: function (tick) { c.segment = spiedSegments[tick / 480] || null; c.tick = tick; },
            next: function () { c.rewindToTick(c.tick + 480); },
            add: function (element) { element.track = c.track; segments[c.tick / 480].annotations.push(element); } };
        return spied("Cursor", c);
    }
    var score = {
        firstMeasure: spiedMeasures[0], nstaves: 2, ntracks: 8,
        parts: [spied("Part", { startTrack: 0, endTrack: 8, longName: "Piano", partName: "Piano" })],
        firstSegment: function () { return spiedSegments[0]; },
        metaTag: function (name) { return tags[name] || ""; }, setMetaTag: function (name, text) { tags[name] = text; },
        newCursor: cursor, startCmd: function () { snapshot(); }, endCmd: function () { },
        selection: spied("Selection", { elements: selected, selectRange: function (a, b) { range = [a, b]; return true; } })
    };
    if (options.spanners)
        score.spanners = hairpins;
    var ms = {
        SymId: { articAccentAbove: 552 },
        score: spied("Score", score), Element: ELEMENTS, Placement: { ABOVE: 0, BELOW: 1 }, version: [4, options.dynamicType ? 6 : 2],
        newElement: function (type) {
            var element = { type: type, text: "", z: 100 * type, track: 0, placement: 1, subtype: 0, visible: true, tempo: 2,
                            tempoFollowText: true, symbol: 0, subtypeName: function () { return ""; } };
            if (options.dynamicType)
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
            note("cmd", name);
            if (name === "select-all")
                selected.splice.apply(selected, [0, selected.length].concat(hairpins));
            else if (name === "escape")
                selected.splice(0, selected.length);
            else if (name === "add-hairpin" || name === "add-hairpin-reverse") {
                snapshot();
                hairpins.push(hairpin(range[0], range[1] - range[0], name === "add-hairpin" ? 0 : 1));
                selected.splice(0, selected.length, hairpins[hairpins.length - 1]);
            } else if (name === "undo") {
                var old = history.pop();
                old.annotations.forEach(function (a, k) { segments[k].annotations = a; put(segments[k], old.articulations[k]); });
                hairpins.splice.apply(hairpins, [0, hairpins.length].concat(old.hairpins));
            }
        }
    };
    return { ms: ms, asked: function () { return Object.keys(asked).sort(); } };
}
