// W5.1 Speed-up explorer: curves over the number of workers, and the time that one run takes.
const PLOT = { x: 46, y: 22, w: 540, h: 256 };
const BARS = { x: 640, y: 46, w: 236, high: 30, step: 62 };
const SHARES = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1];
const COSTS = [0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512];
const COLOURS = { serial: "grad", parallel: "data", messages: "plum" };

function render({ model, el }) {
  const ui = frame(model, el, { adjust });
  const { labels, state } = ui;
  const percent = (value) => `${brief(100 * value)} %`;
  ui.controls.append(
    ui.slider("share", { values: SHARES, show: percent }),
    ui.slider("messages", { values: COSTS, show: percent }),
    ui.slider("workers", { values: COUNTS }),
    ui.select("most", model.get("result").axes.map((most) => [String(most), String(most)])),
    ui.check("gustafson"), ui.check("points"));
  const svg = ui.picture(880, 330);
  const layer = shape("g");
  const area = shape("rect", { x: PLOT.x, y: PLOT.y, width: PLOT.w, height: PLOT.h, fill: "transparent", tabindex: 0,
    role: "slider", "aria-label": labels.curve, "aria-valuemin": 1, "data-control": "curve", style: "cursor:ew-resize" });
  svg.append(layer, area);
  choosing(area, ui);
  ui.onResult((result) => {
    area.setAttribute("aria-valuemax", state.most);
    area.setAttribute("aria-valuenow", state.workers);
    layer.replaceChildren(...axes(result, state, labels), ...curves(result, state, labels), ...times(result, state, labels));
  });
  return () => ui.end();
}

/** A shorter axis takes the chosen number of workers with it; more workers stretch the axis. */
function adjust(patch, state) {
  if ("most" in patch) return { ...patch, workers: Math.min(state.workers, Number(patch.most)) };
  if (patch.workers > Number(state.most)) return { ...patch, most: patch.workers > 64 ? "512" : "64" };
  return patch;
}

/** The number of workers is chosen by a click or drag on the curves, or by the arrow keys. */
function choosing(area, ui) {
  const put = (value) => {
    const workers = Math.min(Math.max(Math.round(value), 1), Number(ui.state.most));
    if (workers !== ui.state.workers) ui.set({ workers });
  };
  const under = (event) => {
    const box = area.getBoundingClientRect();
    put(1 + (event.clientX - box.left) / box.width * (Number(ui.state.most) - 1));
  };
  area.addEventListener("pointerdown", (event) => { area.setPointerCapture(event.pointerId); under(event); });
  area.addEventListener("pointermove", (event) => { if (event.buttons) under(event); });
  const moves = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 8, PageDown: -8 };
  area.addEventListener("keydown", (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    put(ui.state.workers + moves[event.key]);
  });
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const END = { "text-anchor": "end" };
const MIDDLE = { "text-anchor": "middle" };
const line = (points, colour, dash, wide = 2) => shape("path", { d: path(points),
  style: `fill:none; stroke:var(--cw-${colour}); stroke-width:${wide}; stroke-dasharray:${dash}` });

const across = (n, state) => PLOT.x + (n - 1) / (Number(state.most) - 1) * PLOT.w;
const upwards = (gain, result) => PLOT.y + PLOT.h * (1 - gain / result.top);

/** Round numbers, four or so up to the top. */
function ticks(top) {
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= rough);
  return [...Array(Math.floor(top / step + 1e-9) + 1).keys()].map((at) => at * step);
}

function axes(result, state, labels) {
  const most = Number(state.most);
  const below = [1, ...[0.25, 0.5, 0.75, 1].map((part) => part * most)];
  return [
    ...ticks(result.top).flatMap((gain) => [
      shape("path", { d: `M${PLOT.x} ${upwards(gain, result)}h${PLOT.w}`, class: "rule" }),
      text(PLOT.x - 7, upwards(gain, result) + 4, brief(gain), { ...END, class: "soft" })]),
    ...below.map((n) => text(across(n, state), PLOT.y + PLOT.h + 17, n, { ...MIDDLE, class: "soft" })),
    shape("path", { d: `M${PLOT.x} ${PLOT.y}v${PLOT.h}h${PLOT.w}`, class: "axis" }),
    text(PLOT.x - 34, 12, labels.speedup, { class: "soft" }),
    text(PLOT.x + PLOT.w / 2, PLOT.y + PLOT.h + 36, labels.workers, { ...MIDDLE, class: "soft" }),
  ];
}

/** Curves inside the frame; their names stand where they leave it or end. */
function curves(result, state, labels) {
  const points = (key) => result.n.map((n, at) => [across(n, state), upwards(result[key][at], result)]);
  const clip = "cw-speedup-frame";
  const shown = [line(points("ideal"), "pred", "2 4", 1.6), line(points("amdahl"), "data", "none", 2.4)];
  if (state.gustafson) shown.push(line(points("gustafson"), "param", "8 3 2 3"));
  if (state.messages) shown.push(line(points("with_messages"), "grad", "6 4"));
  const limit = result.limit && result.limit < result.top ? result.limit : null;
  const [x, y] = [across(state.workers, state), upwards(result.speedup, result)];
  const names = key(result, state, labels);
  return [
    shape("clipPath", { id: clip }, shape("rect", { x: PLOT.x, y: PLOT.y - 2, width: PLOT.w, height: PLOT.h + 2 })),
    ...(limit ? [line([[PLOT.x, upwards(limit, result)], [PLOT.x + PLOT.w, upwards(limit, result)]], "data", "1 4", 1.4),
      text(PLOT.x + PLOT.w - 4, upwards(limit, result) - 5, labels.limit.replace("{limit}", result.words.limit),
        { ...END, class: "halo", style: "fill:var(--cw-data)" })] : []),
    shape("g", { "clip-path": `url(#${clip})` }, ...shown,
      line([[x, PLOT.y + PLOT.h], [x, y]], "ink", "3 3", 1)),
    ...(state.points ? result.measured.map(([n, gain]) => shape("circle", { cx: across(n, state), cy: upwards(gain, result), r: 5,
      style: "fill:var(--cw-plum); stroke:var(--cw-paper); stroke-width:1.5" })) : []),
    shape("path", { d: `M${x} ${y - 7}l7 7l-7 7l-7 -7Z`, style: "fill:var(--cw-ink); stroke:var(--cw-paper); stroke-width:1.5" }),
    ...names,
  ];
}

/** What the lines mean, in one row above them. */
function key(result, state, labels) {
  const entries = [["ideal", "pred", "2 4"], ["amdahl", "data", "none"],
    ...(state.messages ? [["with_messages", "grad", "6 4"]] : []),
    ...(state.gustafson ? [["gustafson", "param", "8 3 2 3"]] : []),
    ...(state.points && result.measured.length ? [["measured", "plum", null]] : [])];
  let x = PLOT.x + 52;
  return entries.flatMap(([name, colour, dash]) => {
    const mark = dash === null
      ? shape("circle", { cx: x + 10, cy: 8, r: 4.5, style: `fill:var(--cw-${colour})` })
      : line([[x, 8], [x + 20, 8]], colour, dash);
    const word = text(x + 25, 12, labels[name], { style: `font-size:11.5px; fill:var(--cw-${colour === "pred" ? "soft" : colour})` });
    x += 40 + 6.3 * labels[name].length;
    return [mark, word];
  });
}

/** What one run takes: with one worker, and with the chosen number. */
function times(result, state, labels) {
  const alone = { serial: state.share, parallel: 1 - state.share, messages: 0 };
  const whole = Math.max(1, Object.values(result.parts).reduce((sum, part) => sum + part, 0));
  const row = (title, parts, at) => {
    let x = BARS.x;
    const y = BARS.y + at * BARS.step;
    return [text(BARS.x, y - 6, title, { class: "soft" }),
      ...Object.entries(COLOURS).map(([part, colour]) => {
        const wide = parts[part] / whole * BARS.w;
        x += wide;
        return shape("rect", { x: x - wide, y, width: wide, height: BARS.high, style: `fill:var(--cw-${colour}); fill-opacity:0.72` });
      })];
  };
  let x = BARS.x;
  const low = BARS.y + 2 * BARS.step - 4;
  const names = Object.entries(COLOURS).flatMap(([part, colour]) => {
    const at = x;
    x += 26 + 7.2 * labels.parts[part].length;
    return [shape("rect", { x: at, y: low, width: 11, height: 11, style: `fill:var(--cw-${colour}); fill-opacity:0.72` }),
      text(at + 16, low + 10, labels.parts[part], { class: "soft" })];
  });
  return [text(BARS.x, 12, labels.time, { style: "font-weight:600" }),
    ...row(labels.one, alone, 0), ...row(labels.many.replace("{n}", state.workers), result.parts, 1), ...names,
    text(BARS.x, low + 62, result.words.speedup, { style: "font-size:24px; font-weight:600; fill:var(--cw-data)" }),
    text(BARS.x, low + 79, labels.faster, { class: "soft" }),
    text(BARS.x + 100, low + 62, result.words.efficiency, { style: "font-size:24px; font-weight:600" }),
    text(BARS.x + 100, low + 79, labels.efficiency, { class: "soft" }),
    ...(state.messages ? [text(BARS.x, low + 108, labels.best.replace("{n}", result.best), { style: "font-weight:600; fill:var(--cw-grad)" })] : [])];
}

export default { render };
