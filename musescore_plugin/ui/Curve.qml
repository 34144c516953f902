// How hard every beat was struck (filled), what the marks would play (line), and the marks under it. A click goes there.
import QtQuick 2.9

Canvas {
    id: canvas
    property var heard: null       // {ticks, heard_velocity}
    property var playback: []      // velocity at the same ticks
    property var rows: []          // of the list
    property var measures: []
    signal chosen(int tick)

    readonly property int foot: 18

    onHeardChanged: requestPaint()
    onPlaybackChanged: requestPaint()
    onRowsChanged: requestPaint()
    onWidthChanged: requestPaint()

    function ends() {
        var last = measures[measures.length - 1];
        return [0, last.tick + last.ticks];
    }

    function xOf(tick) { return 1 + (width - 2) * tick / ends()[1]; }

    // From below all but the softest twentieth (a last chord that dies away would flatten the rest) to the top.
    function range() {
        var sorted = heard.heard_velocity.concat(playback).sort(function (a, b) { return a - b; });
        var low = sorted[Math.floor(sorted.length / 20)] - 4, high = sorted[sorted.length - 1] + 2;
        return high - low < 16 ? [(high + low) / 2 - 8, (high + low) / 2 + 8] : [low, high];
    }

    onPaint: {
        var c = getContext("2d");
        c.reset();
        c.fillStyle = "#ffffff";
        c.fillRect(0, 0, width, height);
        if (!heard || !heard.ticks.length || !measures.length)
            return;
        var bounds = range();
        var floor = height - foot;
        function yOf(velocity) { return Math.min(floor, 12 + (floor - 14) * (bounds[1] - velocity) / (bounds[1] - bounds[0])); }
        bars(c, floor);
        c.beginPath();
        c.moveTo(xOf(heard.ticks[0]), floor);
        heard.ticks.forEach(function (tick, i) { c.lineTo(xOf(tick), yOf(heard.heard_velocity[i])); });
        c.lineTo(xOf(heard.ticks[heard.ticks.length - 1]), floor);
        c.closePath();
        c.fillStyle = "#c9d8e6";
        c.fill();
        c.beginPath();
        playback.forEach(function (velocity, i) {
            var x = xOf(heard.ticks[i]);
            if (i)
                c.lineTo(x, yOf(velocity));
            else
                c.moveTo(x, yOf(velocity));
        });
        c.strokeStyle = "#b03030";
        c.lineWidth = 1.5;
        c.stroke();
        rows.forEach(function (row) { sign(c, row, floor); });
    }

    function bars(c, floor) {
        c.font = "9px sans-serif";
        var apart = Math.max(1, Math.ceil(40 * measures.length / width));
        measures.forEach(function (m, i) {
            if (i % apart)
                return;
            c.fillStyle = "#e4e4e4";
            c.fillRect(xOf(m.tick), 0, 1, floor);
            c.fillStyle = "#909090";
            c.fillText(m.number, xOf(m.tick) + 2, 9);
        });
    }

    function sign(c, row, floor) {
        var stays = row.checked || (row.existing && !row.remove);
        c.fillStyle = stays ? "#202020" : "#b8b8b8";
        c.strokeStyle = c.fillStyle;
        if (row.kind !== "hairpin") {
            c.font = "italic bold 12px serif";
            c.fillText(row.kind === "accent" ? ">" : row.value, xOf(row.tick), height - 5);
            return;
        }
        var from = xOf(row.tick), to = Math.max(from + 4, xOf(row.end_tick)), y = floor + 4;
        var point = row.value === "crescendo" ? from : to, mouth = row.value === "crescendo" ? to : from;
        c.lineWidth = 1;
        c.beginPath();
        c.moveTo(mouth, y - 3);
        c.lineTo(point, y);
        c.lineTo(mouth, y + 3);
        c.stroke();
    }

    MouseArea {
        anchors.fill: parent
        onClicked: if (canvas.measures.length) canvas.chosen(Math.floor(canvas.ends()[1] * mouse.x / canvas.width))
    }
}
