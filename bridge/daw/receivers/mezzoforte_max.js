// Mezzoforte receiver for Max, schema v1 (see docs/osc.md). In: messages of [udpreceive]. Out 0: answers for
// [udpsend]. Out 1: items and "complete rid". Out 2: live events.
autowatch = 1;
inlets = 1;
outlets = 3;

var KINDS = ["beat", "dynamic", "change", "tempo", "meter", "hairpin", "loudness"];
var listenPort = jsarguments.length > 1 ? jsarguments[1] : 7771;
var rid = 0, nChunks = 0, seen = {}, fresh = false, done = false, heard = 0;

// Bang it once a second: it says hello until a bridge answers, and again after three missed signs of life.
function bang() {
    if (Date.now() - heard > 6000) outlet(0, ["/piano/hello", "max", 2, listenPort]);
}

function anything() {
    var args = arrayfromargs(arguments);
    var name = messagename.replace("/piano/", "");
    if (name.indexOf("live/") === 0) outlet(2, [name.slice(5)].concat(args));
    else if (name === "welcome") welcome(args);
    else if (name === "alive") alive(args);
    else if (name === "begin") begin(args);
    else if (name === "chunk") chunk(args);
    else if (name === "end") end(args);
    else if (fresh && KINDS.indexOf(name) >= 0) outlet(1, [name].concat(args));
}

function get() { outlet(0, ["/piano/get", "all"]); }
get.local = 1;

function ack(seq) { outlet(0, ["/piano/ack", rid, seq]); }
ack.local = 1;

function welcome(args) {
    heard = Date.now();
    if (args[2] !== 0 && (args[2] !== rid || !done)) get();
}
welcome.local = 1;

function alive(args) {
    heard = Date.now();
    if (args[0] !== 0 && args[0] !== rid) get();
}
alive.local = 1;

// Anything may arrive at a port: a count that is absurd is not counted to.
function begin(args) {
    if (!(args[0] >= 1 && args[0] <= 9999 && args[4] >= 0 && args[4] <= 20000)) return;
    if (args[0] !== rid) { seen = {}; done = false; }
    rid = args[0];
    nChunks = args[4];
    ack(-1);
}
begin.local = 1;

function chunk(args) {
    if (args[0] !== rid) { fresh = false; get(); return; }
    fresh = !seen[args[1]];
    seen[args[1]] = true;
    ack(args[1]);
}
chunk.local = 1;

function end(args) {
    fresh = false;
    if (args[0] !== rid) { get(); return; }
    var missing = 0;
    for (var seq = 0; seq < nChunks; seq++) {
        if (!seen[seq]) { missing++; outlet(0, ["/piano/resend", rid, seq]); }
    }
    if (missing) return;
    ack(-2);
    if (!done) { done = true; outlet(1, ["complete", rid]); }
}
end.local = 1;
