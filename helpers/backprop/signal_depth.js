// W2.5 Signal depth: two lines over the layers on a log scale, and the last layer's histogram.
const LINES = { x: 76, y: 26, w: 490, h: 258 };
const BARS = { x: 628, y: 26, w: 238, h: 258 };
const STEPS = [1, 2, 5, 10, 20, 50]; // powers of ten between two lines of the scale

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  const sigmas = [0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.125, 0.14,
    0.16, 0.177, 0.2, 0.225, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1];
  const preset = (key) => ui.button(labels.presets[key],
    () => ui.set({ sigma: model.get("result").presets[key] }),
    { isOn: () => Math.abs(state.sigma / model.get("result").presets[key] - 1) < 0.01 });
  ui.controls.append(
    ui.select("activation", Object.entries(labels.activations)),
    ui.slider("depth", { min: 2, max: 50, step: 1 }),
    ui.slider("sigma", { values: sigmas }),
    ui.buttons(...Object.keys(labels.presets).map(preset)));
  const svg = ui.picture(880, 330);
  ui.onResult((result) => svg.replaceChildren(drawLines(result, labels), drawBars(result, labels)));
  return () => ui.end();
}

/** log10 of a standard deviation; null, a gap in the line, where a logarithm has no place for it. */
function power(std) {
  return std > 0 ? Math.log10(std) : null;
}

function drawLines(result, labels) {
  const powers = [...result.forward, ...result.backward].map(power).filter((at) => at !== null);
  const top = Math.max(2, Math.ceil(Math.max(...powers) + 0.3));
  const low = Math.min(-2, Math.floor(Math.min(...powers) - 0.3));
  const every = STEPS.find((step) => (top - low) / step <= 8);
  const X = (layer) => LINES.x + layer / result.depth * LINES.w;
  const Y = (std) => LINES.y + (top - power(std)) / (top - low) * LINES.h;
  const parts = [];
  for (let at = Math.ceil(low / every) * every; at <= top; at += every) {
    const y = Y(10 ** at);
    parts.push(shape("path", { d: `M${LINES.x} ${y}h${LINES.w}`, class: "rule", style: at ? "" : "stroke:var(--cw-soft)" }),
      shape("text", { x: LINES.x - 8, y: y + 4, "text-anchor": "end", class: "soft" }, at ? `1e${at}`.replace("-", "−") : "1"));
  }
  const step = result.depth > 25 ? 10 : result.depth > 10 ? 5 : 1;
  for (let layer = 0; layer <= result.depth; layer += step) {
    parts.push(shape("text", { x: X(layer), y: LINES.y + LINES.h + 17, "text-anchor": "middle", class: "soft" }, layer));
  }
  parts.push(shape("text", { x: LINES.x + LINES.w / 2, y: LINES.y + LINES.h + 34, "text-anchor": "middle", class: "soft" }, labels.layer),
    shape("text", { x: 13, y: LINES.y + LINES.h / 2, "text-anchor": "middle", class: "soft",
      transform: `rotate(-90 13 ${LINES.y + LINES.h / 2})` }, labels.scale));
  const line = (stds, colour, dash, mark) => {
    const points = stds.map((std, layer) => std > 0 ? [X(layer), Y(std)] : null);
    parts.push(shape("path", { d: path(points), style: `fill:none; stroke:var(--cw-${colour}); stroke-width:2; stroke-dasharray:${dash}` }),
      ...points.filter(Boolean).map(([x, y]) => mark(x, y, `fill:var(--cw-${colour})`)));
  };
  line(result.backward, "grad", "6 4", (x, y, style) => shape("rect", { x: x - 2.6, y: y - 2.6, width: 5.2, height: 5.2, style }));
  line(result.forward, "data", "none", (cx, cy, style) => shape("circle", { cx, cy, r: 2.8, style }));
  parts.push(shape("text", { x: LINES.x, y: 14, style: "fill:var(--cw-data); font-weight:600" }, `● ${labels.forward}`),
    shape("text", { x: LINES.x + LINES.w, y: 14, "text-anchor": "end", style: "fill:var(--cw-grad); font-weight:600" }, `■ ${labels.backward}`));
  return shape("g", {}, ...parts);
}

function drawBars(result, labels) {
  const most = Math.max(...result.histogram);
  const wide = BARS.w / result.histogram.length;
  const bars = result.histogram.map((share, at) => {
    const high = share / most * (BARS.h - 12);
    return shape("rect", { x: BARS.x + at * wide + 0.5, y: BARS.y + BARS.h - high, width: wide - 1, height: high, rx: 1, style: "fill:var(--cw-data)" });
  });
  const span = result.edges[result.edges.length - 1];
  const text = (x, words, anchor) => shape("text", { x, y: BARS.y + BARS.h + 17, "text-anchor": anchor, class: "soft" }, words);
  return shape("g", {}, ...bars,
    shape("path", { d: `M${BARS.x} ${BARS.y + BARS.h}h${BARS.w}`, class: "axis" }),
    text(BARS.x, brief(-span, 2), "start"), text(BARS.x + BARS.w / 2, "0", "middle"), text(BARS.x + BARS.w, brief(span, 2), "end"),
    shape("text", { x: BARS.x, y: 14, style: "font-weight:600; fill:var(--cw-data)" }, labels.last));
}

export default { render };
