// W5.5 Queue and cost cockpit: latencies over time above the replicas, and five numbers beside them.
const PLOT = { x: 56, y: 24, w: 520, h: 180 };
const STRIP = { y: 230, h: 36 };
const DIALS = { x: 634, y: 14, w: 246, step: 56 };
const SPAN = [3, 20000]; // ms, logarithmic
const RATES = [1, 5, 10, 20, 30, 50, 75, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800, 900, 1000, 1100, 1200];
const BATCHES = [1, 2, 4, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128];
const WAITS = [0, 1, 2, 5, 10, 20, 50, 100, 200];

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  ui.controls.append(
    ui.slider("rate", { values: RATES }),
    ui.slider("replicas", { min: 1, max: 12, step: 1 }),
    ui.slider("batch", { values: BATCHES }),
    ui.slider("wait", { values: WAITS, show: (value) => `${value} ms` }),
    ui.select("rush", Object.entries(labels.rushes)),
    ui.slider("boot", { min: 0, max: 5, step: 1, show: (value) => `${value} s` }),
    ui.select("grid", Object.entries(labels.grids)));
  const svg = ui.picture(880, 286);
  const layer = shape("g");
  svg.append(layer);
  ui.onResult((result) => {
    layer.replaceChildren(...axes(result, labels), ...lines(result, labels),
      ...replicas(result, labels), ...dials(result, labels));
  });
  return () => ui.end();
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const END = { "text-anchor": "end" };
const MIDDLE = { "text-anchor": "middle" };
const across = (seconds, result) => PLOT.x + PLOT.w * seconds / result.edges[result.edges.length - 1];

/** The height of a latency in ms; what is beyond the axis stays at its end. */
function height(ms) {
  const part = Math.log(Math.min(Math.max(ms, SPAN[0]), SPAN[1]) / SPAN[0]) / Math.log(SPAN[1] / SPAN[0]);
  return PLOT.y + PLOT.h * (1 - part);
}

function axes(result, labels) {
  const end = result.edges[result.edges.length - 1];
  const parts = [text(PLOT.x, 18, labels.latency, { class: "soft" })];
  if (result.state.rush !== "1") {
    const x = across(end / 2, result);
    parts.push(shape("rect", { x, y: PLOT.y, width: PLOT.x + PLOT.w - x, height: PLOT.h, "data-part": "rush", style: "fill:var(--cw-lift)" }),
      text(x, 18, labels.begins, { class: "soft" }));
  }
  for (const [ms, words] of [[10, "10 ms"], [100, "100 ms"], [1000, "1 s"], [10000, "10 s"]]) {
    parts.push(shape("path", { d: `M${PLOT.x} ${height(ms)}h${PLOT.w}`, class: "rule" }),
      text(PLOT.x - 6, height(ms) + 4, words, { class: "soft", ...END }));
  }
  for (let second = 0; second <= end; second += 2) {
    parts.push(text(across(second, result), PLOT.y + PLOT.h + 15, second === end ? `${second} ${labels.time}` : String(second), { class: "soft", ...MIDDLE }));
  }
  const y = height(result.deadline);
  return [...parts, shape("path", { d: `M${PLOT.x} ${PLOT.y}v${PLOT.h}h${PLOT.w}`, class: "axis" }),
    shape("path", { d: `M${PLOT.x} ${y}h${PLOT.w}`, style: "stroke:var(--cw-param); stroke-width:1.5; stroke-dasharray:2 4; fill:none" }),
    text(PLOT.x + 6, y - 5, labels.deadline, { class: "halo", style: "fill:var(--cw-param)" })];
}

/** p50 and p99 of each half second, with their names where the lines end. */
function lines(result, labels) {
  const { edges } = result;
  const ends = {};
  const drawn = [["p99", "grad", "7 4"], ["p50", "data", "none"]].map(([key, colour, dash]) => {
    const points = result[`${key}_over_time`].map((ms, at) =>
      ms === null ? null : [across((edges[at] + edges[at + 1]) / 2, result), height(ms)]);
    ends[key] = [points.filter(Boolean).pop(), colour];
    return shape("path", { d: path(points), "data-line": key, style: `fill:none; stroke:var(--cw-${colour}); stroke-width:2.2; stroke-dasharray:${dash}` });
  });
  const [[low], [high]] = [ends.p50, ends.p99];
  const apart = Math.max(0, 14 - (low[1] - high[1])) / 2; // names must not lie on each other
  const names = ["p99", "p50"].map((key, at) => text(ends[key][0][0] + 16, ends[key][0][1] + 4 + (at ? apart : -apart), labels[key],
    { style: `font-weight:600; fill:var(--cw-${ends[key][1]})` }));
  return [...drawn, ...names];
}

/** A bar for each replica, from when it was ordered to when it was there, and on. */
function replicas(result, labels) {
  const end = result.edges[result.edges.length - 1];
  const high = Math.min(STRIP.h / result.ready.length, 10);
  const bars = result.ready.flatMap((ready, at) => {
    const y = STRIP.y + 16 + at * high;
    const bar = (from, to, colour, opacity, part) => shape("rect", { x: across(from, result), y, width: Math.max(across(to, result) - across(from, result), 0),
      height: Math.max(high - 1, 1), "data-part": part, style: `fill:var(--cw-${colour}); fill-opacity:${opacity}` });
    if (at < result.replicas) return [bar(0, end, "data", 0.75, "there")];
    const there = Math.min(ready, end);
    return [bar(end / 2, there, "grad", 0.35, "booting"), ...(there < end ? [bar(there, end, "data", 0.75, "there")] : [])];
  });
  const booting = result.ready.length > result.replicas && result.state.boot > 0;
  return [text(PLOT.x, STRIP.y + 10, labels.there, { style: "fill:var(--cw-data)" }),
    ...(booting ? [text(across(end / 2, result), STRIP.y + 10, labels.booting, { style: "fill:var(--cw-grad)" })] : []), ...bars];
}

/** Five numbers; what is promised, and what is wasted, stands beside them. */
function dials(result, labels) {
  const { words } = result;
  const verdict = result.kept ? labels.kept : result.overload ? labels.overload : labels.missed;
  const notes = {
    p99: [verdict, result.kept ? "param" : "plum"],
    busy: [labels.room.replace("{rate}", words.room), result.offered < 1 ? "soft" : "plum"],
  };
  return ["p50", "p99", "busy", "money", "carbon"].flatMap((key, row) => {
    const y = DIALS.y + row * DIALS.step;
    const parts = [
      text(DIALS.x, y, labels[key], { class: "soft" }),
      text(DIALS.x, y + 24, words[key], { style: "font-size:21px; font-weight:600", "data-dial": key }),
    ];
    if (key in notes) parts.push(text(DIALS.x + 84, y + 23, notes[key][0], { style: `font-weight:${key === "p99" ? 600 : 400}; fill:var(--cw-${notes[key][1]})` }));
    if (key === "busy") {
      parts.push(shape("rect", { x: DIALS.x, y: y + 31, width: 200, height: 6, rx: 3, style: "fill:var(--cw-line)" }),
        shape("rect", { x: DIALS.x, y: y + 31, width: 200 * Math.min(result.busy, 1), height: 6, rx: 3, "data-part": "busy", style: "fill:var(--cw-data)" }));
    }
    return parts;
  });
}

export default { render };
