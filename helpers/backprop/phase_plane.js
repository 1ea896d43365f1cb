// W2.3 The (α, β) plane: a map to click in, the descent on its contours, the loss per step.
const MAP = { x: 46, y: 26, w: 386, h: 322 };
const BOWL = { x: 486, y: 26, w: 372, h: 176 };
const CURVE = { x: 486, y: 234, w: 372, h: 114 };
const FLOOR = 1e-12;
const OWN = Math.random().toString(36).slice(2); // names of patterns are shared by the whole page

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  const go = (point) => ui.set({ alpha: point.alpha, beta: point.beta });
  const now = () => model.get("result");
  const alphas = ui.slider("alpha", { min: 0, max: 1, step: 0.001 });
  ui.controls.append(
    alphas, ui.slider("beta", { min: 0, max: 0.98, step: 0.01 }),
    ui.slider("kappa", { values: [1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100] }),
    ui.buttons(
      ui.button(labels.plain, () => go(now().best_plain)),
      ui.button(labels.momentum, () => go(now().best)),
      ui.button(labels.over, () => go({ alpha: 1.02 * 2 * (1 + state.beta) / state.kappa, beta: state.beta })),
    ));

  const svg = ui.picture(880, 392);
  const heat = heatMap(svg, labels);
  const layer = shape("g");
  svg.append(layer);
  movable(heat.area, ui, now);
  const range = alphas.querySelector("input");
  ui.onResult((result) => {
    range.max = result.alpha_max;
    range.step = result.alpha_max / 200;
    ui.follow();
    heat.paint(result, ui);
    layer.replaceChildren(drawPlane(result, labels), drawBowl(result, labels), drawCurve(result, labels));
  });
  return () => ui.end();
}

/** The coloured map: a small canvas whose picture is stretched over the plane. */
function heatMap(svg, labels) {
  const image = shape("image", { x: MAP.x, y: MAP.y, width: MAP.w, height: MAP.h, preserveAspectRatio: "none" });
  const pattern = shape("pattern", { id: `cw-hatch-${OWN}`, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    shape("line", { x1: 0, y1: 0, x2: 0, y2: 7, style: "stroke:var(--cw-line); stroke-width:3" }));
  const cliff = shape("path", { style: `fill:url(#cw-hatch-${OWN})` });
  const area = shape("rect", { x: MAP.x, y: MAP.y, width: MAP.w, height: MAP.h, fill: "transparent", tabindex: 0,
    role: "application", "aria-label": labels.slider_hint, style: "cursor:crosshair", "data-control": "plane" });
  svg.append(shape("defs", {}, pattern), image, cliff, area);
  let painted = "";

  function paint(result, ui) {
    const edge = 2 / result.kappa / result.alpha_max;
    const [low, high] = [MAP.x + edge * MAP.w, MAP.x + edge * (1 + result.beta_max) * MAP.w];
    cliff.setAttribute("d", `M${low} ${MAP.y + MAP.h}L${high} ${MAP.y}H${MAP.x + MAP.w}V${MAP.y + MAP.h}Z`);
    const [red, green, blue] = ui.colour("data");
    const key = `${result.kappa} ${red}`;
    if (key === painted) return;
    painted = key;
    const [rows, columns] = result.map.shape;
    const canvas = make("canvas", { width: columns, height: rows });
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(columns, rows);
    bytes(result.map).forEach((value, at) => {
      const place = 4 * ((rows - 1 - Math.floor(at / columns)) * columns + at % columns);
      picture.data.set([red, green, blue, value === 255 ? 0 : 255 - value], place);
    });
    pen.putImageData(picture, 0, 0);
    image.setAttribute("href", canvas.toDataURL());
  }
  return { area, paint };
}

/** Let mouse and arrow keys move the point in the plane. */
function movable(area, ui, now) {
  const put = (alpha, beta) => {
    const result = now();
    const keep = (value, max) => Math.min(Math.max(value, 0), max);
    ui.set({ alpha: Number(keep(alpha, result.alpha_max).toPrecision(4)), beta: Number(keep(beta, result.beta_max).toFixed(3)) });
  };
  const toPoint = (event) => {
    const box = area.getBoundingClientRect();
    put((event.clientX - box.left) / box.width * now().alpha_max, (1 - (event.clientY - box.top) / box.height) * now().beta_max);
  };
  area.addEventListener("pointerdown", (event) => { area.setPointerCapture(event.pointerId); toPoint(event); });
  area.addEventListener("pointermove", (event) => { if (event.buttons) toPoint(event); });
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  area.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const far = event.shiftKey ? 5 : 1;
    put(ui.state.alpha + far * move[0] * now().alpha_max / 100, ui.state.beta + far * move[1] * 0.01);
  });
}

/** Axes, optimum and chosen point of the map. */
function drawPlane(result, labels) {
  const X = (alpha) => MAP.x + alpha / result.alpha_max * MAP.w;
  const Y = (beta) => MAP.y + MAP.h * (1 - beta / result.beta_max);
  const parts = [];
  const text = (x, y, words, more = {}) => parts.push(shape("text", { x, y, class: "soft", ...more }, words));
  const line = (d, style = "") => parts.push(shape("path", { d, class: "axis", style }));
  line(`M${MAP.x} ${MAP.y}V${MAP.y + MAP.h}H${MAP.x + MAP.w}`);
  for (const part of [0, 1, 2, 3, 4]) {
    const alpha = part / result.kappa;
    text(X(alpha), MAP.y + MAP.h + 22, brief(alpha), { "text-anchor": "middle" });
  }
  for (const beta of [0, 0.2, 0.4, 0.6, 0.8]) text(MAP.x - 7, Y(beta) + 4, brief(beta), { "text-anchor": "end" });
  text(MAP.x + MAP.w / 2, MAP.y + MAP.h + 38, labels.alpha, { "text-anchor": "middle" });
  text(14, MAP.y + MAP.h / 2, labels.beta, { "text-anchor": "middle", transform: `rotate(-90 14 ${MAP.y + MAP.h / 2})` });
  text(MAP.x, 14, labels.map);
  line(`M${X(2 / result.kappa)} ${MAP.y + MAP.h}L${X(2 * (1 + result.beta_max) / result.kappa)} ${MAP.y}`,
    "stroke:var(--cw-ink); stroke-width:1.5");
  // Both words stand deep in the hatched part, where neither point nor stars belong.
  text(X(3.95 / result.kappa), Y(0.18), labels.diverges, { "text-anchor": "end", class: "halo", "font-style": "italic" });
  text(X(3.95 / result.kappa), Y(0.11), labels.cliff, { "text-anchor": "end", class: "halo" });
  const star = (point) => shape("path", { d: starPath(X(point.alpha), Y(point.beta), 8),
    style: "fill:var(--cw-paper); stroke:var(--cw-ink); stroke-width:1.3" });
  parts.push(star(result.best), star(result.best_plain), shape("circle", { cx: X(result.alpha), cy: Y(result.beta), r: 7,
    style: "fill:var(--cw-param); stroke:var(--cw-paper); stroke-width:2.5" }));
  return shape("g", { style: "pointer-events:none" }, ...parts);
}

function starPath(x, y, size) {
  const corner = (at) => {
    const radius = at % 2 ? 0.42 * size : size;
    return [x + radius * Math.sin(at * Math.PI / 5), y - radius * Math.cos(at * Math.PI / 5)];
  };
  return `${path([...Array(10).keys()].map(corner))}Z`;
}

/** The descent on the contours of the quadratic. */
function drawBowl(result, labels) {
  const half = 1.25;
  const unit = BOWL.w / (2 * half);
  const [cx, cy] = [BOWL.x + BOWL.w / 2, BOWL.y + BOWL.h / 2];
  const tall = BOWL.h / (2 * 1.05);
  const to = ([a, b]) => [cx + a * unit, cy - b * tall];
  const rings = [0.02, 0.08, 0.2, 0.4, 0.7, 1.1].map((radius) => shape("ellipse", { cx, cy,
    rx: radius * unit * 1.25, ry: radius * 1.25 * tall / Math.sqrt(result.kappa), class: "rule" }));
  const points = result.path.map(to);
  return shape("g", {},
    shape("clipPath", { id: `cw-bowl-${OWN}` }, shape("rect", { x: BOWL.x, y: BOWL.y, width: BOWL.w, height: BOWL.h })),
    shape("text", { x: BOWL.x, y: 14, class: "soft" }, labels.paths),
    shape("g", { "clip-path": `url(#cw-bowl-${OWN})` }, ...rings,
      shape("path", { d: path(points), style: "fill:none; stroke:var(--cw-param); stroke-width:1.4; stroke-opacity:0.7" }),
      ...points.map(([x, y], at) => shape("circle", { cx: x, cy: y, r: at ? 2.6 : 5, style: "fill:var(--cw-param)" }))),
    shape("path", { d: `M${cx - 5} ${cy}h10M${cx} ${cy - 5}v10`, style: "stroke:var(--cw-ink); stroke-width:1.5" }),
    shape("rect", { x: BOWL.x, y: BOWL.y, width: BOWL.w, height: BOWL.h, class: "rule" }));
}

/** Loss against step, logarithmic; what leaves the frame is cut at its edge. */
function drawCurve(result, labels) {
  const [top, low] = [4, -12];
  const X = (step) => CURVE.x + step / (result.losses.length - 1) * CURVE.w;
  const Y = (power) => CURVE.y + (top - power) / (top - low) * CURVE.h;
  const powers = result.losses.map((loss) => Math.log10(Math.max(loss, FLOOR)));
  const outside = powers.findIndex((power) => power > top || power <= low);
  const shown = outside < 0 ? powers : [...powers.slice(0, outside), powers[outside] > top ? top : low];
  const ticks = [4, 0, -4, -8, -12].flatMap((power) => [
    shape("path", { d: `M${CURVE.x} ${Y(power)}h${CURVE.w}`, class: "rule" }),
    shape("text", { x: CURVE.x - 6, y: Y(power) + 4, "text-anchor": "end", class: "soft" }, power ? `1e${power}`.replace("-", "−") : "1")]);
  return shape("g", {},
    shape("text", { x: CURVE.x, y: CURVE.y - 10, class: "soft" }, labels.loss), ...ticks,
    ...[0, 20, 40, 60, 80].map((step) => shape("text", { x: X(step), y: CURVE.y + CURVE.h + 15, "text-anchor": "middle", class: "soft" }, step)),
    shape("path", { d: path(shown.map((power, step) => [X(step), Y(power)])), style: "fill:none; stroke:var(--cw-param); stroke-width:2" }));
}

export default { render };
