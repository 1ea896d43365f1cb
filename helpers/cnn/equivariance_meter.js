// W3.3 Equivariance meter: a digit to drag, and for each network a map of places and its meters.
const SIDE = 28;
const REACH = 6; // pixels that the digit may leave the middle
const PAD = { x: 0, y: 24, size: 252 };
const NETS = { x: 296, w: 584, cell: 11.5, top: 50 };
const METER = { top: 254, step: 18.5, name: 84, full: 1.5 };

function render({ model, el }) {
  // Of a new digit the maps come with a second answer: the first must not wait for them.
  const ui = frame(model, el, { adjust: (patch) => ({ patient: false, ...patch }) });
  const { labels, state } = ui;
  const pixels = (value) => `${value > 0 ? "+" : ""}${value}`.replace("-", "−");
  ui.controls.append(
    ui.slider("dx", { min: -REACH, max: REACH, step: 1, show: pixels }),
    ui.slider("dy", { min: -REACH, max: REACH, step: 1, show: pixels }),
    ui.slider("digit", { min: 0, max: 359, step: 1 }),
    ui.select("train", Object.entries(labels.trainings)),
    ui.buttons(ui.button(labels.home, () => ui.set({ dx: 0, dy: 0 })),
      ...[2, 3, 4].map((dx) => ui.button(labels.shift.replace("{k}", dx), () => ui.set({ dx, dy: 0 })))));
  const svg = ui.picture(880, 388);
  const pad = makePad(svg, ui);
  const layer = shape("g");
  svg.append(layer);
  const note = noteLine(ui, model, labels.waiting);
  ui.onResult((result) => {
    note.show("");
    pad.show(result.digit);
    layer.replaceChildren(...drawNetworks(result, ui));
    if (result.pending && (result.serial ?? 0) === state.serial) {
      requestAnimationFrame(() => { if (result === model.get("result")) ui.set({ patient: true }); });
    }
  });
  return () => { note.end(); ui.end(); };
}

/** The image with the digit on it, which pointer and arrow keys move. */
function makePad(svg, ui) {
  const zoom = PAD.size / SIDE;
  const digit = shape("g");
  const home = shape("rect", { x: REACH, y: REACH, width: 16, height: 16, class: "rule", "vector-effect": "non-scaling-stroke", "stroke-dasharray": "4 4" });
  const area = shape("rect", { x: PAD.x, y: PAD.y, width: PAD.size, height: PAD.size, rx: 6, tabindex: 0, role: "application",
    "aria-label": ui.labels.hint, "data-control": "digit",
    style: "fill:transparent; stroke:var(--cw-soft); stroke-width:1.5; cursor:move; touch-action:none; user-select:none" });
  svg.append(shape("text", { x: PAD.x, y: 14, class: "soft" }, ui.labels.pad),
    shape("g", { transform: `translate(${PAD.x} ${PAD.y}) scale(${zoom})` }, home, digit), area);
  const follow = () => digit.setAttribute("transform", `translate(${REACH + ui.state.dx} ${REACH + ui.state.dy})`);
  ui.onState(follow);
  follow();
  const go = (dx, dy) => {
    const keep = (value) => Math.min(Math.max(Math.round(value), -REACH), REACH);
    const next = { dx: keep(dx), dy: keep(dy) };
    if (next.dx !== ui.state.dx || next.dy !== ui.state.dy) ui.set(next);
  };
  let held = null; // where the digit was taken
  area.addEventListener("pointerdown", (event) => {
    area.setPointerCapture(event.pointerId);
    held = { x: event.clientX, y: event.clientY, dx: ui.state.dx, dy: ui.state.dy };
  });
  area.addEventListener("pointermove", (event) => {
    if (!event.buttons || !held) return;
    const pixel = area.getBoundingClientRect().width / SIDE;
    go(held.dx + (event.clientX - held.x) / pixel, held.dy + (event.clientY - held.y) / pixel);
  });
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  area.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move && event.key !== "Home") return;
    event.preventDefault();
    if (move) go(ui.state.dx + move[0], ui.state.dy + move[1]);
    else go(0, 0);
  });
  let painted = "";
  return {
    show(packed) {
      const name = packed.bytes + ui.colour("data");
      if (name === painted) return;
      painted = name;
      const { sheet } = sheetOfMaps(packed, false, lookOf(ui), 0.1);
      digit.replaceChildren(shape("image", { width: 16, height: 16, href: sheet.toDataURL(), style: "image-rendering:pixelated" }));
    },
  };
}

function drawNetworks(result, ui) {
  const wide = NETS.w / result.networks.length;
  const { dx, dy } = result.state;
  const parts = [
    shape("text", { x: NETS.x, y: METER.top - 14, class: "soft" }, ui.labels.gap)];
  result.networks.forEach((network, at) => {
    const x = NETS.x + at * wide;
    parts.push(...drawPlaces(network, x, result, ui.labels, dx, dy), ...drawMeters(network, x, wide));
  });
  return parts;
}

/** The network's name and answer, and how probable the truth is with the digit at each place. */
function drawPlaces(network, x, result, labels, dx, dy) {
  const { cell, top } = NETS;
  const words = labels.reads.replace("{k}", network.guess).replace("{share}", `${Math.round(100 * network.share)} %`);
  const map = network.map ?? Array(13).fill(Array(13).fill(0));
  const cells = map.flatMap((row, i) => row.map((chance, j) => shape("rect", {
    x: x + j * cell, y: top + i * cell, width: cell - 1, height: cell - 1, rx: 1.5,
    style: `fill:var(--cw-data); fill-opacity:${(0.08 + 0.92 * (chance ?? 0)).toFixed(3)}` },
    shape("title", {}, `${j - REACH}, ${i - REACH}: ${Math.round(100 * chance)} %`.replace(/-/g, "−")))));
  return [
    shape("text", { x, y: 14, style: "font-weight:600; font-size:13px" }, network.name),
    shape("text", { x, y: 36, style: `font-size:15px; font-weight:600; fill:var(--cw-${network.right ? "param" : "plum"})` },
      `${network.right ? "✓" : "✗"} ${words}`),
    ...cells,
    shape("rect", { x: x + (dx + REACH) * cell - 1.5, y: top + (dy + REACH) * cell - 1.5, width: cell + 2, height: cell + 2, rx: 2,
      "data-here": network.name, style: "fill:none; stroke:var(--cw-ink); stroke-width:2" }),
    shape("text", { x, y: top + 13 * cell + 16, class: "soft" },
      network.map ? labels.places.replace("{k}", network.good).replace("{n}", 169) : "…"),
  ];
}

/** One bar for each layer: how far it is from following. */
function drawMeters(network, x, wide) {
  const room = wide - METER.name - 50;
  return network.layers.flatMap(([name, gap], at) => {
    const y = METER.top + at * METER.step;
    const long = Math.min((gap ?? METER.full) / METER.full, 1) * room;
    return [
      shape("text", { x, y: y + 10, class: "soft" }, name),
      shape("rect", { x: x + METER.name, y: y + 1, width: Math.max(long, 1), height: 11, rx: 2, "data-gap": name,
        style: "fill:var(--cw-data)" }),
      shape("text", { x: x + METER.name + Math.max(long, 1) + 5, y: y + 10.5, class: "soft" },
        gap === null ? "–" : gap.toFixed(2)),
    ];
  });
}

export default { render };
