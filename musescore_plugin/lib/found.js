.pragma library
// Which of the bridge's connection scripts is next to be imported, for as long as the program runs.

var COUNT = 64;
var used = 0;
var connection = null;

// The name of the next script; "" when all have been used: then the last answer has to do.
function next() {
    if (used >= COUNT)
        return "";
    used += 1;
    return (used < 11 ? "0" : "") + (used - 1) + ".js";
}

function keep(told) {
    connection = told;
}

function last() {
    return connection;
}
