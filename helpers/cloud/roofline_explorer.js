// W5.3 Roofline: both axes count powers of ten; the roof, a dot for each operation, the chosen one's trail.
const PLOT = { x: 52, y: 20, w: 520, h: 268 };
const SIDE = { x: 622, y: 30, w: 254 };
const COLOURS = { incoming: "data", weights: "param", outgoing: "grad" };
const POWERS = { 1: "1", 10: "10", 100: "100", 1000: "1000" };

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  const { dots, batches } = model.get("result");
  const shelf = ui.buttons(...dots.map(({ name }) => ui.button(name, () => ui.set({ operation: name }),
    { isOn: () => state.operation === name })));
  shelf.setAttribute("role", "group");
  shelf.setAttribute("aria-label", labels.operations);
  shelf.style.marginBottom = "10px";
  ui.controls.before(shelf);
  const times = (value) => `× ${brief(value)}`;
  ui.controls.append(
    ui.slider("batch", { values: batches }),
    ui.slider("processor", { values: [1, 2, 4, 8, 16, 32, 64], show: times }),
    ui.slider("memory", { values: [1, 2, 4, 8, 16, 32, 64], show: times }));
  const svg = ui.picture(880, 336);
  const layer = shape("g");
  svg.append(layer);
  ui.onResult((result) => {
    const place = placing(result);
    layer.replaceChildren(...axes(result, place, labels), ...roof(result, place, labels),
      ...operations(result, place, state, ui), ...side(result, labels));
  });
  return () => ui.end();
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const END = { "text-anchor": "end" };
const MIDDLE = { "text-anchor": "middle" };

/** From FLOP/byte and FLOP/s to places in the picture; what lies below the frame stays on its edge. */
function placing(result) {
  const part = (value, low, high) => Math.log(value / low) / Math.log(high / low);
  return {
    x: (intensity) => PLOT.x + PLOT.w * part(intensity, result.low, result.high),
    y: (speed) => PLOT.y + PLOT.h * (1 - Math.max(part(speed, result.floor, result.ceiling), 0)),
  };
}

/** The powers of ten between two numbers. */
function powers(low, high) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const count = Math.floor(Math.log10(high) + 1e-9) - first + 1;
  return [...Array(Math.max(count, 0)).keys()].map((at) => 10 ** (first + at));
}

function axes(result, place, labels) {
  const rows = powers(result.floor / 1e9, result.ceiling / 1e9);
  return [
    ...rows.flatMap((speed) => [
      shape("path", { d: `M${PLOT.x} ${place.y(speed * 1e9)}h${PLOT.w}`, class: "rule" }),
      text(PLOT.x - 7, place.y(speed * 1e9) + 4, POWERS[speed] ?? brief(speed), { ...END, class: "soft" })]),
    ...powers(result.low, result.high).flatMap((intensity) => [
      shape("path", { d: `M${place.x(intensity)} ${PLOT.y}v${PLOT.h}`, class: "rule" }),
      text(place.x(intensity), PLOT.y + PLOT.h + 17, POWERS[intensity] ?? brief(intensity), { ...MIDDLE, class: "soft" })]),
    shape("path", { d: `M${PLOT.x} ${PLOT.y}v${PLOT.h}h${PLOT.w}`, class: "axis" }),
    text(PLOT.x - 40, 11, labels.speed, { class: "soft" }),
    text(PLOT.x + PLOT.w / 2, PLOT.y + PLOT.h + 36, labels.intensity, { ...MIDDLE, class: "soft" }),
  ];
}

/** Slope and flat part; dashed the roof before anything was made faster. */
function roof(result, place, labels) {
  const corners = ({ flops, bandwidth }) => {
    const ridge = flops / bandwidth;
    const start = Math.max(result.low, result.floor / bandwidth);
    return [[start, start * bandwidth], [ridge, flops], [result.high, flops]].map(([i, s]) => [place.x(i), place.y(s)]);
  };
  const { ridge, flops, bandwidth } = result.roof;
  const same = flops === result.was.flops && bandwidth === result.was.bandwidth;
  const at = place.x(ridge);
  return [
    ...(same ? [] : [shape("path", { d: path(corners(result.was)), style: "fill:none; stroke:var(--cw-pred); stroke-width:1.6; stroke-dasharray:5 4" })]),
    shape("path", { d: `M${at} ${PLOT.y + PLOT.h}V${place.y(flops)}`, style: "stroke:var(--cw-soft); stroke-width:1; stroke-dasharray:3 4" }),
    shape("path", { d: path(corners(result.roof)), style: "fill:none; stroke:var(--cw-ink); stroke-width:2.6; stroke-linejoin:round" }),
    text(at, place.y(flops) - 9, labels.ridge.replace("{ridge}", result.words.ridge), { ...MIDDLE, class: "halo", style: "font-weight:600" }),
  ];
}

/** All operations at this batch, on the roof; of the chosen one the other batches, and what was measured. */
function operations(result, place, state, ui) {
  const { labels } = ui;
  const chosen = result.dots.find(({ name }) => name === state.operation) ?? result.dots[0];
  const others = result.dots.filter((dot) => dot !== chosen).map((dot) => {
    const node = shape("circle", { cx: place.x(dot.intensity), cy: place.y(dot.speed), r: 5.5,
      style: "fill:var(--cw-paper); stroke:var(--cw-pred); stroke-width:1.8; cursor:pointer" }, shape("title", {}, dot.name));
    node.addEventListener("pointerdown", () => ui.set({ operation: dot.name }));
    return node;
  });
  const trail = result.trail.map(([intensity, speed]) => [place.x(intensity), place.y(speed)]);
  const reach = Math.abs(trail[trail.length - 1][0] - trail[0][0]);
  const measured = result.measured.flatMap(([batch, intensity, speed]) => {
    const [x, y] = [place.x(intensity), place.y(speed)];
    const now = batch === state.batch;
    return [...(now ? [shape("path", { d: `M${x} ${y}V${place.y(Math.min(result.was.flops, intensity * result.was.bandwidth))}`, style: "stroke:var(--cw-data); stroke-width:1.4; stroke-dasharray:2 3" })] : []),
      shape("circle", { cx: x, cy: y, r: now ? 6 : 3.6, style: `fill:var(--cw-data); fill-opacity:${now ? 1 : 0.55}` }, shape("title", {}, labels.measured.replace("{batch}", batch))),
      ...(now ? [text(x + 11, y + 4, labels.measured.replace("{batch}", batch), { class: "halo", style: "fill:var(--cw-data)" })] : [])];
  });
  const [x, y] = [place.x(chosen.intensity), place.y(chosen.speed)];
  return [
    ...(reach > 4 ? [shape("path", { d: path(trail), style: "fill:none; stroke:var(--cw-param); stroke-width:6; stroke-opacity:0.3; stroke-linecap:round; stroke-linejoin:round" })] : []),
    ...others, ...measured,
    shape("path", { d: `M${x} ${y - 8.5}l8.5 8.5l-8.5 8.5l-8.5 -8.5Z`, style: "fill:var(--cw-param); stroke:var(--cw-paper); stroke-width:1.5" }),
  ];
}

/** What has to move, and which of the two times is the longer one. */
function side(result, labels) {
  const { x, y, w } = SIDE;
  const total = Object.values(result.bytes).reduce((sum, part) => sum + part, 0);
  const moved = [];
  let at = x;
  Object.entries(COLOURS).forEach(([part, colour], row) => {
    const wide = result.bytes[part] / total * w;
    moved.push(shape("rect", { x: at, y: y + 10, width: wide, height: 22, style: `fill:var(--cw-${colour}); fill-opacity:0.72` }),
      shape("rect", { x, y: y + 42 + 19 * row, width: 11, height: 11, style: `fill:var(--cw-${colour}); fill-opacity:0.72` }),
      text(x + 18, y + 52 + 19 * row, labels.parts[part]),
      text(x + 170, y + 52 + 19 * row, result.words[part], END));
    at += wide;
  });
  const longest = Math.max(result.compute, result.fetch);
  const times = ["compute", "fetch"].flatMap((key, row) => {
    const top = y + 152 + 34 * row;
    const isBound = (result.bound === "compute") === (key === "compute");
    return [text(x, top, labels[key], { class: isBound ? "" : "soft", style: isBound ? "font-weight:600" : "" }),
      text(x + w, top, result.words[key], { ...END, class: isBound ? "" : "soft", style: isBound ? "font-weight:600" : "" }),
      shape("rect", { x, y: top + 5, width: Math.max(result[key] / longest * w, 1), height: 10, rx: 2,
        style: `fill:var(--cw-${isBound ? "param" : "pred"}); fill-opacity:${isBound ? 0.85 : 0.45}` })];
  });
  return [text(x, y, labels.moved.replace("{total}", result.words.total), { style: "font-weight:600" }), ...moved,
    text(x, y + 130, labels.least, { style: "font-weight:600" }), ...times,
    text(x, y + 246, labels.bounds[result.bound], { style: "font-size:19px; font-weight:600; fill:var(--cw-param)" })];
}

export default { render };
