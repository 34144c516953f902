import { clock, draw, ink, lowerBound, modelOf, sharpen } from "./view.js";

const ROW_S = 30, HEIGHT = 190;
const data = JSON.parse(document.getElementById("data").textContent);
const analysis = data.analysis, model = modelOf(analysis);
if (data.peaks) {
    const points = Int8Array.from(data.peaks.points);
    model.gain = 0.95;
    model.outline = () => ({ hop_s: data.peaks.hop_s, first: 0, points });
}
const audio = document.getElementById("audio");
const rows = document.getElementById("rows");
const canvases = [];

const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;
document.getElementById("about").textContent = [
    clock(analysis.source.duration_s), count(analysis.beats.length, "beat", "beats"),
    count(model.bars.length, "bar", "bars"), count(model.marks.length, "mark", "marks"),
    `model ${analysis.model.name} ${analysis.model.version}${analysis.model.licence ? ` (${analysis.model.licence})` : ""}`,
].join(" · ");
for (const warning of analysis.warnings) {
    const item = document.createElement("li");
    item.textContent = warning;
    document.getElementById("warnings").append(item);
}

for (let from = 0; from < Math.max(model.duration, 1); from += ROW_S) {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${clock(from)} – ${clock(Math.min(from + ROW_S, model.duration))}`);
    const row = document.createElement("div");
    row.className = "row";
    const cursor = document.createElement("div");
    cursor.className = "cursor";
    cursor.hidden = true;
    row.append(canvas, cursor);
    rows.append(row);
    canvases.push({ canvas, cursor, from });
    if (audio)
        canvas.addEventListener("click", event => {
            audio.currentTime = from + ROW_S * event.offsetX / canvas.clientWidth;
            audio.play();
        });
}

function drawAll() {
    for (const { canvas, from } of canvases) {
        const width = canvas.clientWidth || 800;
        const colours = ink(document.body);
        draw(sharpen(canvas, width, HEIGHT), width, HEIGHT, { from, to: from + ROW_S }, model, colours);
    }
}

const table = document.getElementById("marks");
for (const mark of model.marks) {
    const at = Math.max(0, lowerBound(analysis.beats, mark.time_s + 1e-6, b => b.time_s) - 1);
    const beat = analysis.beats[at], line = document.createElement("tr");
    const cells = [clock(mark.time_s, 2), beat.bar, beat.position, mark.value, `${Math.round(100 * mark.confidence)} %`];
    for (const text of cells) {
        const cell = document.createElement("td");
        cell.textContent = text;
        line.append(cell);
    }
    table.append(line);
}

if (audio) {
    const follow = () => {
        for (const { canvas, cursor, from } of canvases) {
            const share = (audio.currentTime - from) / ROW_S;
            cursor.hidden = !(share >= 0 && share < 1);
            cursor.style.left = `${share * canvas.clientWidth}px`;
        }
        if (!audio.paused)
            requestAnimationFrame(follow);
    };
    audio.addEventListener("play", follow);
    audio.addEventListener("seeked", follow);
}
addEventListener("resize", drawAll);
addEventListener("beforeprint", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
matchMedia("print").addEventListener("change", drawAll);
drawAll();
