// W5.4 Preemption roulette: the overhead over the interval, nine trainings, and what they cost.
const CURVE = { x: 50, y: 26, w: 340, h: 186 };
const COST = { x: 124, y: 304, w: 220, row: 22, high: 14 };
const ROWS = { x: 440, y: 48, w: 388, step: 30, high: 17 };
const SAVING = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800];
const LIFE = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 36, 48];
const INTERVAL = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 22, 25, 30, 35, 40, 45, 50, 60, 75, 90, 120, 150, 180, 240, 360, 480, 720, 1440];
const TICKS = [[1, "1 min"], [5, "5 min"], [20, "20 min"], [60, "1 h"], [240, "4 h"], [1440, "24 h"]];
const MAX_COST = 1.5; // of on demand: where the axis ends

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  const young = () => model.get("result").young;
  ui.controls.append(
    ui.slider("saving", { values: SAVING, show: (s) => s < 120 ? `${s} s` : `${brief(s / 60)} min` }),
    ui.slider("life", { values: LIFE, show: (h) => h < 1 ? `${60 * h} min` : `${h} h` }),
    ui.slider("interval", { values: INTERVAL, show: (m) => m >= 1440 ? labels.at_end : span(m) }),
    ui.slider("ratio", { min: 5, max: 100, step: 5, show: (p) => `${p} %` }),
    ui.slider("restart", { min: 0, max: 30, step: 1, show: (m) => `${m} min` }),
    ui.buttons(
      ui.button(labels.young, () => ui.set({ interval: young() }), { isOn: () => Math.abs(state.interval / young() - 1) < 0.01 }),
      ui.button(labels.end, () => ui.set({ interval: 1440 }), { isOn: () => state.interval >= 1440 }),
      ui.button(labels.spin, () => ui.set({ seed: (state.seed + 1) % 10000 }))));
  const svg = ui.picture(880, 350);
  const layer = shape("g");
  svg.append(layer);
  ui.onResult((result) => layer.replaceChildren(...curve(result, labels), ...trainings(result, labels), ...cost(result, labels)));
  return () => ui.end();
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const END = { "text-anchor": "end" };
const MIDDLE = { "text-anchor": "middle" };
const percent = (part) => `${100 * part < 1000 ? (100 * part).toFixed(part < 0.1 ? 1 : 0) : brief(100 * part, 2)} %`;

/** Minutes in words. */
function span(minutes) {
  if (minutes < 1) return `${Math.round(60 * minutes)} s`;
  return minutes < 120 ? `${brief(minutes)} min` : `${brief(minutes / 60)} h`;
}

/** The mean overhead over the interval, with its two parts, the chosen interval and Young's. */
function curve(result, labels) {
  const { x, y, w, h } = CURVE;
  const { minutes } = result;
  const [first, last] = [minutes[0], minutes[minutes.length - 1]];
  const X = (at) => x + w * Math.log(at / first) / Math.log(last / first);
  const Y = (share) => y + h * (1 - share / result.top);
  const line = (values, name, colour, width, dash) => shape("path", { "data-line": name,
    d: path(values.map((value, at) => value === null || value > result.top ? null : [X(minutes[at]), Y(value)])),
    style: `fill:none; stroke:var(--cw-${colour}); stroke-width:${width}; stroke-dasharray:${dash}` });
  const parts = [text(x - 34, 14, labels.overhead, { class: "soft" })];
  for (let at = 0; at <= 5; at++) {
    const share = at / 5 * result.top;
    parts.push(shape("path", { d: `M${x} ${Y(share)}h${w}`, class: "rule" }),
      text(x - 6, Y(share) + 4, brief(100 * share), { class: "soft", ...END }));
  }
  for (const [at, words] of TICKS) {
    parts.push(shape("path", { d: `M${X(at)} ${y + h}v4`, class: "axis" }), text(X(at), y + h + 17, words, { class: "soft", ...MIDDLE }));
  }
  const rest = result.total.map((value, at) => value === null ? null : value - result.writing[at]);
  const beyond = result.overhead === null || result.overhead > result.top;
  const [cx, cy] = [X(Math.max(result.state.interval, first)), beyond ? y : Y(result.overhead)];
  parts.push(text(x + w / 2, y + h + 33, labels.axis, { class: "soft", ...MIDDLE }),
    shape("path", { d: `M${x} ${y}v${h}h${w}`, class: "axis" }),
    shape("path", { d: `M${X(result.young)} ${y}v${h}`, "data-part": "young", style: "stroke:var(--cw-pred); stroke-width:1.2" }),
    line(result.writing, "writing", "param", 1.6, "2 4"), line(rest, "rest", "grad", 1.6, "7 4"),
    line(result.total, "total", "data", 2.4, "none"),
    text(X(result.young) + 5, y + 11, labels.best, { class: "halo soft" }),
    shape("circle", { cx, cy, r: 6, "data-part": "here", style: `fill:var(--cw-${beyond ? "plum" : "data"}); stroke:var(--cw-paper); stroke-width:1.5` }),
    text(cx + (cx > x + w - 80 ? -11 : 11), cy + (beyond ? 16 : -9), result.overhead === null ? "∞" : percent(result.overhead),
      { class: "halo", ...(cx > x + w - 80 ? END : {}), style: "font-weight:600; font-size:14px" }));
  let left = x;
  for (const [words, colour, width, dash] of [[labels.all, "data", 2.4, "none"], [labels.writing, "param", 1.6, "2 4"], [labels.rest, "grad", 1.6, "7 4"]]) {
    parts.push(shape("path", { d: `M${left} ${y + h + 50}h22`, style: `fill:none; stroke:var(--cw-${colour}); stroke-width:${width}; stroke-dasharray:${dash}` }),
      text(left + 28, y + h + 54, words, { style: `fill:var(--cw-${colour})` }));
    left += 48 + 6.6 * words.length;
  }
  return parts;
}

/** Each training from its first machine to its last: what was kept, lost, and waited for. */
function trainings(result, labels) {
  const { x, y, w, step, high } = ROWS;
  const X = (hours) => x + w * Math.min(hours, result.until) / result.until;
  const boxes = { kept: [], lost: [], waiting: [], saves: [] };
  const box = (kind, from, to, top) => { // one path for all of a kind: there may be thousands
    const [a, b] = [X(from), X(to)];
    if (b - a > 0.05) boxes[kind].push(`M${a.toFixed(1)} ${top}H${b.toFixed(1)}v${high}H${a.toFixed(1)}z`);
  };
  const ends = [];
  result.trainings.forEach((training, row) => {
    const top = y + row * step;
    for (const [start, kept, saves, lost, restart] of training.machines) {
      box("kept", start, start + kept, top);
      box("lost", start + kept, start + kept + lost, top);
      box("waiting", start + kept + lost, start + kept + lost + restart, top + 6.5);
      if (w * kept / saves / result.until >= 4) {
        for (let at = 1; at <= saves; at++) {
          const place = start + kept * at / saves;
          if (place < result.until) boxes.saves.push(`M${X(place).toFixed(1)} ${top}v${high}`);
        }
      }
    }
    ends.push(text(x + w + 50, top + 13, training.done ? `${training.end.toFixed(1)} ${labels.hours}` : `> ${result.until} ${labels.hours}`,
      { ...END, class: "soft", "data-end": row }));
  });
  const fills = { kept: ["data", 0.7], lost: ["grad", 0.85], waiting: ["pred", 0.6] };
  const bars = Object.entries(fills).map(([kind, [colour, opacity]]) => shape("path", { "data-kind": kind,
    d: boxes[kind].join("").replaceAll(`v${high}`, kind === "waiting" ? "v4" : `v${high}`),
    style: `fill:var(--cw-${colour}); fill-opacity:${opacity}` }));
  const ticks = [0, 6, 12, 18, 24, 30, 36, 48, 60, 72].filter((at) => at <= result.until && (result.until <= 36 || at % 12 === 0));
  const low = y + result.trainings.length * step - 4;
  let left = x + 186;
  const legend = Object.entries(fills).flatMap(([kind, [colour]]) => {
    const at = left;
    left += 26 + 6.6 * labels[kind].length;
    return [shape("rect", { x: at, y: 6, width: 10, height: 10, rx: 2, style: `fill:var(--cw-${colour})` }), text(at + 14, 15, labels[kind], {})];
  });
  return [text(x, 14, labels.trainings, { class: "soft" }), ...legend, ...bars,
    shape("path", { d: boxes.saves.join(""), "data-kind": "saves", style: "stroke:var(--cw-paper); stroke-width:1; fill:none" }), ...ends,
    shape("path", { d: `M${X(result.work)} ${y - 14}V${low + 2}`, "data-part": "work", style: "stroke:var(--cw-ink); stroke-width:1.4; stroke-dasharray:3 3" }),
    shape("path", { d: `M${x} ${low}h${w}`, class: "axis" }),
    ...ticks.map((at) => text(X(at), low + 16, at, { class: "soft", ...MIDDLE })),
    text(x + w + 12, low + 16, labels.hours, { class: "soft" })];
}

/** Two bars: what it costs on demand, and expected on spot, with the middle 90 % of trainings. */
function cost(result, labels) {
  const { x, y, w, row, high } = COST;
  const X = (share) => x + w * Math.min(share, MAX_COST) / MAX_COST;
  const spot = result.cost === null ? MAX_COST : result.cost;
  const beyond = spot > MAX_COST;
  const bar = (at, share, colour, name) => shape("rect", { x, y: y + at * row, width: X(share) - x, height: high, rx: 2, "data-bar": name,
    style: `fill:var(--cw-${colour}); fill-opacity:${at ? beyond ? 1 : 0.7 : 0.5}` });
  const dear = spot > 1 ? "plum" : "data";
  const parts = [text(CURVE.x - 34, y - 11, labels.cost, { class: "soft" }),
    bar(0, 1, "pred", "on demand"), bar(1, spot, dear, "spot"),
    text(x - 8, y + 12, labels.on_demand, END), text(x - 8, y + row + 12, labels.spot, END),
    text(X(1) + 7, y + 12, "100 %", { class: "soft" })];
  const words = result.cost === null ? "∞" : percent(result.cost);
  let right = X(spot);
  if (result.spread && !beyond) {
    const [low, top] = result.spread.map(X);
    right = Math.max(right, top);
    parts.push(shape("path", { d: `M${low} ${y + row + high / 2}H${top}M${low} ${y + row + 3}v8M${top} ${y + row + 3}v8`, "data-part": "spread",
      style: "stroke:var(--cw-ink); stroke-width:1.6; fill:none" }), shape("title", {}, labels.most));
  }
  parts.push(text(beyond ? x + w - 8 : right + 8, y + row + 12, beyond ? `${words} →` : words,
    { ...(beyond ? END : {}), style: `font-weight:600; font-size:14px; fill:var(--cw-${beyond ? "paper" : dear})` }));
  return parts;
}

export default { render };
