// How the bridge is started: `start.json` beside the plugin, written by bridge.install_plugin, says with which program.

var FILE = "start.json";
var DEFAULT_COMMAND = "python -m bridge.serve";

// {program, arguments, folder, shown} or null.
function read(text) {
    try {
        var data = JSON.parse(text);
        if (typeof data.program === "string" && data.program && data.arguments instanceof Array)
            return { program: data.program, arguments: data.arguments.map(String), folder: String(data.folder || ""),
                     shown: String(data.shown || DEFAULT_COMMAND) };
    } catch (e) {
    }
    return null;
}

function quoted(text) {
    return "'" + text.replace(/'/g, "'\\''") + "'";
}

// The arguments of /bin/sh that start the bridge and leave it running when the notation program ends.
function detachedShell(launch) {
    var words = [launch.program].concat(launch.arguments).map(quoted).join(" ");
    var folder = launch.folder ? "cd " + quoted(launch.folder) + " && " : "";
    return ["-c", folder + "nohup " + words + " >/dev/null 2>&1 </dev/null &"];
}

// The same in one line, for versions whose process object takes a command line: there, only double quotes group words
// and a double quote is written as three.
function detachedLine(launch) {
    return "/bin/sh -c \"" + detachedShell(launch)[1].replace(/"/g, "\"\"\"") + "\"";
}

// The home folder's address, seen from a file in the program's own data folder; "" where it is not below a home.
function homeOf(url) {
    var at = /^(file:\/\/.*?)\/(\.local\/share|\.var\/app|Library\/Application( |%20)Support|AppData\/Local)\//.exec(url);
    return at ? at[1] : "";
}

// A file: address as a path of this computer.
function localPath(url) {
    var text = String(url);
    if (text.indexOf("file:") !== 0)
        return text;
    text = decodeURIComponent(text.replace(/^file:\/\/(localhost(?=\/))?/, ""));
    return /^\/[A-Za-z]:/.test(text) ? text.slice(1) : text;
}
