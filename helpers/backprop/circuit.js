// W2.1 Circuit: the graph, its leaves as number fields, and the loss after every pass.
const PLACES = {
  x1: [70, 46], w1: [70, 124], x2: [70, 202], w2: [70, 280], b: [326, 322], t: [592, 322],
  p1: [226, 85], p2: [226, 241], s: [330, 163], z: [438, 163], y: [550, 163], e: [662, 163],
  L: [784, 163],
};
const SIGNS = { p1: "×", p2: "×", s: "+", z: "+", y: "tanh", e: "−", L: "×" };
const NAMES = { p1: "", p2: "", s: "", z: "z", y: "ŷ", e: "e", L: "L" };
const PARAMETERS = ["w1", "w2", "b"];
const [WIDTH, HEIGHT] = [880, 372];
const PALE = { "fill-opacity": 0.75, "font-style": "italic" }; // gradients of numbers that are gone

function render({ model, el }) {
  // The notice answers the task: it waits until an update has been seen.
  const ui = frame(model, el, { seen: (now) => now.counts.update > 0 });
  const { labels, state } = ui;
  const act = (action) => () => ui.set({ action });
  const backward = ui.button(labels.backward, act("backward"), { main: true });
  const update = ui.button(labels.update, act("update"), { main: true });
  ui.onState(() => {
    backward.disabled = state.freeze;
    update.disabled = state.freeze || !state.backward;
  });
  ui.controls.append(
    ui.buttons(
      ui.button(labels.forward, act("forward"), { main: true }), backward, update,
      ui.button(labels.ten, act("ten")),
      ui.button(labels.reset, () => ui.set({ ...model.get("texts").initial, action: "forward" })),
    ),
    ui.slider("rate", { min: 0, max: 1, step: 0.05 }),
    ui.check("freeze"),
  );

  // The picture scales with the page; the fields lie on it at places given in per cent.
  const board = ui.board(WIDTH, 720);
  const svg = ui.picture(WIDTH, HEIGHT, board);
  for (const name of ["x1", "w1", "x2", "w2", "b", "t"]) board.append(leaf(ui, name));
  const layer = shape("g");
  const flash = shape("g");
  svg.append(layer, flash);
  ui.onResult((result) => {
    layer.replaceChildren(
      ...result.wires.flatMap((wire, at) => drawWire(wire, state.backward, old(state)?.[at])),
      ...Object.keys(SIGNS).flatMap((name) => drawNode(name)),
      drawLoss(result, state, labels), drawKey(state, labels), fork(result, state, labels));
  });
  return () => ui.end();
}

/** The gradients of the last Backward, once the numbers have moved on; null while they fit. */
function old(state) {
  return !state.backward && state.kept.length ? state.kept : null;
}

/** One editable number, lying on its place in the picture. */
function leaf(ui, name) {
  const [x, y] = PLACES[name];
  const box = ui.number(name, { min: -10, max: 10, step: 0.1 });
  const input = box.querySelector("input");
  const colour = PARAMETERS.includes(name) ? "var(--cw-param)" : "var(--cw-data)";
  box.setAttribute("style", `position:absolute; left:${100 * x / WIDTH}%; top:${100 * y / HEIGHT}%;`
    + "transform:translate(-50%,-50%); flex-direction:row; align-items:center; gap:5px; font-size:calc(13 * var(--unit))");
  const word = box.querySelector("span");
  word.textContent = ui.labels.names[name];
  word.setAttribute("style", `color:${colour}; font-size:1.077em; font-weight:600`);
  input.setAttribute("style", `border-color:${colour}; border-width:1.5px; width:7.08em; padding-right:0.3em`);
  input.setAttribute("aria-label", `${ui.labels.names[name]}, ${ui.labels.hint_leaf}`);
  // A number typed by hand makes the gradients stale: they belong to the old numbers.
  input.addEventListener("input", () => Object.assign(ui.state, { action: "edit" }), { capture: true });
  return box;
}

/** A wire with what it carries: forward above, backward (pale if old) and nudge below. */
function drawWire(wire, fresh, before) {
  const [x0, y0] = PLACES[wire.source];
  const [x1, y1] = PLACES[wire.node];
  const isFork = wire.node === "L";
  const bend = isFork ? (wire.slot ? 48 : -48) : 0;
  const start = wire.source in SIGNS ? x0 : (y0 > 300 ? x0 : x0 + 60);
  const middle = [(start + x1) / 2, (y0 + y1) / 2 + bend];
  const line = isFork
    ? `M${x0} ${y0} C${x0 + 34} ${y0 + 1.3 * bend} ${x1 - 34} ${y1 + 1.3 * bend} ${x1} ${y1}`
    : `M${start} ${y0}L${x1} ${y1}`;
  const along = y0 > 300 ? 0.36 : wire.source in SIGNS ? 0.5 : 0.38;
  const at = isFork ? [middle[0], y0 + bend] : [start + along * (x1 - start), y0 + along * (y1 - y0)];
  const parts = [shape("path", { d: line, class: "axis", "stroke-width": 1.5 })];
  const write = (dy, text, colour, more = {}) => parts.push(shape("text", {
    x: at[0], y: at[1] + dy, "text-anchor": "middle", class: "halo",
    style: `fill:var(--cw-${colour}); font-size:12px`, ...more }, text));
  if (wire.source in SIGNS) write(-7, `${brief(wire.value)} →`, "data", { "font-weight": 600 });
  if (fresh) {
    write(wire.source in SIGNS ? 14 : -1, `← ${brief(wire.grad)}`, "grad", { "font-weight": 600 });
    write(wire.source in SIGNS ? 28 : 13, `≈ ${brief(wire.nudge)}`, "pred");
  } else if (before !== undefined) {
    write(wire.source in SIGNS ? 14 : -1, `← ${brief(before)}`, "grad", PALE);
  }
  return parts;
}

function drawNode(name) {
  const [x, y] = PLACES[name];
  const radius = name === "y" ? 22 : 17;
  return [
    shape("circle", { cx: x, cy: y, r: radius, class: "axis", style: "fill:var(--cw-lift)" }),
    shape("text", { x, y: y + 5, "text-anchor": "middle", style: `font-size:${name === "y" ? 13 : 17}px` }, SIGNS[name]),
    shape("text", { x, y: y - radius - 6, "text-anchor": "middle", class: "soft", "font-style": "italic" }, NAMES[name]),
  ];
}

/** Where e forks: the two gradients and their sum. */
function fork(result, state, labels) {
  const grads = state.backward ? result.wires.map((wire) => wire.grad) : old(state);
  if (!grads) return shape("g");
  const [a, b] = grads.filter((_, at) => result.wires[at].node === "L");
  const text = labels.fork.replace("{a}", brief(a)).replace("{b}", brief(b)).replace("{sum}", brief(a + b));
  return shape("text", { x: 770, y: 268, "text-anchor": "middle", class: "halo",
    style: "fill:var(--cw-grad); font-size:12px", ...(state.backward ? {} : PALE) }, text);
}

/** The loss, the counters and one bar for the loss after each forward pass. */
function drawLoss(result, state, labels) {
  const [x, y, w, h] = [690, 352, 180, 52];
  const top = Math.max(...state.losses, 1e-9);
  const bars = state.losses.map((loss, at) => {
    const high = Math.max(1, h * loss / top);
    return shape("rect", { x: x + at * (w / 60), y: y - high, width: w / 60 - 0.8, height: high, style: "fill:var(--cw-pred)" });
  });
  const count = labels.count.replace(/\{(\w+)\}/g, (_, key) => state.counts[key]);
  return shape("g", {},
    shape("text", { x: 806, y: 160, style: "fill:var(--cw-data); font-size:12px" }, labels.loss),
    shape("text", { x: 806, y: 178, style: "fill:var(--cw-data); font-size:16px; font-weight:600" }, brief(result.values.L)),
    shape("line", { x1: x, x2: x + w, y1: y, y2: y, class: "rule" }), ...bars,
    shape("text", { x, y: y + 15, class: "soft" }, labels.history),
    shape("text", { x: 870, y: 20, "text-anchor": "end", class: "soft" }, count));
}

/** The key of colours and signs. */
function drawKey(state, labels) {
  const pale = old(state) ? PALE : {};
  const backward = old(state) ? `${labels.key_backward}, ${labels.since[state.since]}` : labels.key_backward;
  const rows = [["→", labels.key_forward, "data", {}], ["←", backward, "grad", pale],
    ["≈", labels.key_nudge, "pred", {}], ["▢", labels.key_param, "param", {}]];
  return shape("g", {}, ...rows.map(([sign, text, colour, more], at) =>
    shape("text", { x: 330, y: 22 + at * 17, style: `fill:var(--cw-${colour}); font-size:12px`, ...more }, `${sign}  ${text}`)));
}

export default { render };
