// W5.2 Ring stepper: workers as a ring, their chunks as a table, and the bytes sent so far.
const RING = { x: 176, y: 178, radius: 118, worker: 31 };
const TABLE = { x: 440, y: 46, w: 440, h: 262 };
const BYTES = { x: 440, y: 340, w: 440, high: 12 };

function render({ model, el }) {
  const ui = frame(model, el, { adjust });
  const { labels, state } = ui;
  const step = ui.slider("step", { min: 0, max: 6, step: 1 });
  const links = ui.select("broken", []);
  ui.controls.append(
    ui.slider("workers", { min: 2, max: 6, step: 1 }), step,
    ui.buttons(
      ui.button(labels.start, () => ui.set({ step: 0, broken: -1 })),
      ui.button(labels.back, () => ui.set({ step: Number(state.step) - 1 })),
      ui.button(labels.forward, () => ui.set({ step: Number(state.step) + 1 }), { main: true })),
    links);
  const svg = ui.picture(880, 372);
  const layer = shape("g");
  svg.append(layer);
  let listed = 0;
  ui.onResult((result) => {
    step.querySelector("input").max = result.steps;
    if (listed !== result.n) { // as many links as workers
      listed = result.n;
      links.querySelector("select").replaceChildren(make("option", { value: -1 }, labels.none),
        ...[...Array(listed).keys()].map((at) => make("option", { value: at }, `${at} → ${(at + 1) % listed}`)));
    }
    ui.follow();
    const focused = layer.contains(document.activeElement) ? document.activeElement.dataset.link : null;
    layer.replaceChildren(...ring(result, state, ui), ...table(result, labels), ...counter(result, labels));
    if (focused !== null) layer.querySelector(`[data-link="${focused}"]`)?.focus();
  });
  return () => ui.end();
}

/** Keep the step in its range; a link that breaks does so from the step that comes next. */
function adjust(patch, state) {
  const next = { ...patch };
  const workers = Number(next.workers ?? state.workers);
  if ("workers" in next) Object.assign(next, { step: 0, broken: -1 });
  next.step = Math.min(Math.max(Number(next.step ?? state.step), 0), 2 * (workers - 1));
  if ("broken" in next) Object.assign(next, { broken: Number(next.broken), since: next.step });
  return next;
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const MIDDLE = { "text-anchor": "middle" };
const END = { "text-anchor": "end" };

/** The place of worker `rank` (or between two, for a half) on the circle, the first at the top. */
function place(rank, n, radius = RING.radius) {
  const angle = 2 * Math.PI * rank / n - Math.PI / 2;
  return [RING.x + radius * Math.cos(angle), RING.y + radius * Math.sin(angle)];
}

/** Workers on a circle, the links between them, and what travels in this step. */
function ring(result, state, ui) {
  const { n, moves, workers } = result;
  const labels = ui.labels;
  const parts = [];
  for (let source = 0; source < n; source++) {
    const broken = Number(state.broken) === source;
    const gap = (RING.worker + 9) / RING.radius * n / (2 * Math.PI); // in workers, along the circle
    const [from, to] = [place(source + gap, n), place(source + 1 - gap, n)];
    const arc = `M${from.map((v) => v.toFixed(1)).join(" ")}A${RING.radius} ${RING.radius} 0 0 1 ${to.map((v) => v.toFixed(1)).join(" ")}`;
    const [tip, behind] = [to, place(source + 1 - gap - 0.07 * n / 4, n)];
    const angle = Math.atan2(tip[1] - behind[1], tip[0] - behind[0]);
    const wing = (side) => [tip[0] - 10 * Math.cos(angle + side * 0.5), tip[1] - 10 * Math.sin(angle + side * 0.5)];
    const colour = broken ? "var(--cw-grad)" : "var(--cw-soft)";
    const target = (source + 1) % n;
    const link = shape("g", { tabindex: 0, role: "button", "data-link": source, "aria-pressed": String(broken), style: "cursor:pointer",
      "aria-label": labels.link.replace("{source}", source).replace("{target}", target) },
    shape("path", { d: arc, style: "fill:none; stroke:transparent; stroke-width:26" }),
    shape("path", { d: arc, style: `fill:none; stroke:${colour}; stroke-width:2; stroke-dasharray:${broken ? "3 6" : "none"}` }),
    shape("path", { d: path([wing(1), tip, wing(-1)]), style: `fill:none; stroke:${colour}; stroke-width:2` }));
    const press = () => ui.set({ broken: broken ? -1 : source });
    link.addEventListener("click", press);
    link.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(); }
    });
    parts.push(link);
    const [x, y] = place(source + 0.5, n, RING.radius + (n > 4 ? 22 : n > 2 ? 6 : 0));
    const [middle, height] = place(source + 0.5, n);
    if (broken) parts.push(text(middle, height + 8, "✕", { ...MIDDLE, class: "halo", style: "font-size:24px; font-weight:700; fill:var(--cw-grad); pointer-events:none" }));
    const move = moves.find((one) => one.source === source && one.ok);
    if (move) {
      parts.push(shape("rect", { x: x - 29, y: y - 11, width: 58, height: 22, rx: 5,
        style: "fill:var(--cw-paper); stroke:var(--cw-data); stroke-width:2; pointer-events:none" }),
      text(x, y + 4.5, labels.chunk.replace("{chunk}", move.chunk), { ...MIDDLE, style: "pointer-events:none" }));
    }
  }
  for (const worker of workers) {
    const [x, y] = place(worker.rank, n);
    parts.push(shape("circle", { cx: x, cy: y, r: RING.worker, style: `fill:var(--cw-lift); stroke:var(--cw-${worker.waits ? "grad" : "soft"}); stroke-width:${worker.waits ? 2.4 : 1.4}` }),
      text(x, y + (worker.waits ? -1 : 4), labels.worker.replace("{rank}", worker.rank), MIDDLE));
    if (worker.waits) parts.push(text(x, y + 14, labels.waits, { ...MIDDLE, style: "fill:var(--cw-grad); font-weight:600" }));
  }
  parts.push(text(RING.x, RING.y - 2, `${result.step} / ${result.steps}`, { ...MIDDLE, style: "font-size:22px; font-weight:600" }),
    text(RING.x, RING.y + 18, labels.phases[result.phase], { ...MIDDLE, class: "soft" }));
  return parts;
}

/** One row for each worker, one column for each chunk: its numbers as bars, and whose parts are in it. */
function table(result, labels) {
  const { n, cells, scale } = result;
  const wide = (TABLE.w - 62) / n;
  const high = Math.min(TABLE.h / n, 66);
  const parts = [text(TABLE.x, 14, labels.table, { style: "font-weight:600" })];
  cells.forEach((row, rank) => {
    const y = TABLE.y + rank * high;
    parts.push(text(TABLE.x + 54, y + high / 2 + 4, labels.worker.replace("{rank}", rank), END));
    row.forEach((cell, chunk) => {
      const x = TABLE.x + 62 + chunk * wide;
      if (!rank) parts.push(text(x + wide / 2, TABLE.y - 8, labels.chunk.replace("{chunk}", chunk), { ...MIDDLE, class: "soft" }));
      const [left, top, width, tall] = [x + 2, y + 2, wide - 4, high - 4];
      const ring = cell.arrived ? "data" : cell.sent ? "soft" : "line";
      parts.push(shape("rect", { x: left, y: top, width, height: tall, rx: 4, class: "cell", style: `fill:var(--cw-grad); fill-opacity:${(0.04 + 0.26 * cell.who.length / n).toFixed(2)};
        stroke:var(--cw-${ring}); stroke-width:${cell.arrived ? 2.4 : 1.2}; stroke-dasharray:${cell.sent && !cell.arrived ? "4 3" : "none"}` }));
      const middle = top + (tall - 15) / 2;
      const unit = ((tall - 15) / 2 - 2) / scale;
      const bar = Math.min((width - 12) / cell.values.length, 16);
      const start = left + (width - bar * cell.values.length) / 2;
      parts.push(shape("path", { d: `M${start} ${middle}h${bar * cell.values.length}`, class: "rule" }));
      cell.values.forEach((value, at) => parts.push(shape("rect", {
        x: start + at * bar + 1, y: value > 0 ? middle - value * unit : middle, width: bar - 2, height: Math.max(Math.abs(value) * unit, 0.5),
        style: "fill:var(--cw-grad)" })));
      parts.push(text(left + width / 2, top + tall - 4, cell.finished ? labels.all : cell.who.join(n > 5 ? "·" : "+"),
        { ...MIDDLE, style: cell.finished ? "font-weight:700" : "" }));
    });
  });
  return parts;
}

/** How much the busiest worker has sent, on a scale up to 2M; how much it will be is to be found out. */
function counter(result, labels) {
  const { sent, twice, words } = result.bytes;
  const { x, y, w, high } = BYTES;
  const stuck = result.workers.some((worker) => worker.waits);
  const said = labels[stuck ? "sent_stuck" : "sent"].replace("{sent}", words.sent);
  return [
    text(x, y - 8, said, { style: "font-weight:600" }),
    text(x + w, y - 8, labels.twice, { ...END, class: "soft" }),
    shape("rect", { x, y, width: w, height: high, rx: 3, style: "fill:var(--cw-lift); stroke:var(--cw-line)" }),
    shape("rect", { x, y, width: w * sent / twice, height: high, rx: 3, class: "sent", style: "fill:var(--cw-data)" }),
  ];
}

export default { render };
