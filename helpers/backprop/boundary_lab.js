// W2.4 Decision boundary lab: the network as a picture of itself, drawn on one canvas.
const [WIDE, HIGH] = [880, 408];
const CHUNK = 5; // epochs that one answer of Python may train
const CONFIGURATION = ["dataset", "hidden", "depth", "activation", "rate", "noise", "seed"];
const BIG = { x: 560, y: 22, size: 300 };
const TINY = 40;
const CURVE = { x: 560, y: 346, w: 300, h: 46 };

function render({ model, el }) {
  const ui = frame(model, el, {
    adjust: (patch, state) => adjust(patch, state, model.get("result")),
  });
  const { labels, state } = ui;
  const last = model.get("result").epochs;
  const train = ui.button(labels.train, () => ui.set({ goal: state.epoch < state.goal ? state.epoch : last }), { main: true });
  ui.onState(() => { train.textContent = state.epoch < state.goal ? labels.pause : labels.train; });
  ui.controls.append(
    ui.select("dataset", Object.entries(labels.datasets)),
    ui.select("activation", Object.entries(labels.activations)),
    ui.slider("hidden", { min: 1, max: 8, step: 1 }),
    ui.slider("depth", { min: 1, max: 3, step: 1 }),
    ui.slider("rate", { values: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3] }),
    ui.slider("noise", { min: 0, max: 0.5, step: 0.05 }),
    ui.number("seed", { min: 0, max: 9999, step: 1 }),
    ui.buttons(train, ui.button(labels.restart, () => ui.set({ goal: 0 }))),
    ui.slider("goal", { min: 0, max: last, step: 1 }));
  const pen = ui.canvas(WIDE, HIGH);
  ui.onResult((result) => {
    paint(pen, result, ui);
    // The picture runs after the slider: a few more epochs with every answer.
    if ((result.serial ?? 0) === state.serial && result.epoch < state.goal) {
      requestAnimationFrame(() => { if (result === model.get("result")) ui.set({ goal: state.goal }); });
    }
  });
  return () => ui.end();
}

/** What follows from a change: another network starts anew, the epoch moves towards its goal. */
function adjust(patch, state, result) {
  const isNew = CONFIGURATION.some((key) => key in patch);
  const goal = patch.goal ?? state.goal;
  const known = isNew ? 0 : result.trained;
  const from = isNew ? 0 : state.epoch;
  return { ...patch, epoch: goal <= known ? goal : Math.min(goal, Math.max(from, known) + CHUNK) };
}

/** Where the small maps stand: one column for the inputs, one for each hidden layer. */
function places(result) {
  const columns = [2, ...result.neurons.map((layer) => layer.shape[0])];
  const step = (BIG.x - 70) / columns.length;
  return columns.map((units, at) => [...Array(units).keys()].map((unit) =>
    ({ x: 22 + at * step, y: 208 + (unit - (units - 1) / 2) * 46 - TINY / 2 })));
}

function paint(pen, result, ui) {
  const look = {
    low: ui.colour("data"), high: ui.colour("plum"), param: ui.colour("param"),
    ink: getComputedStyle(ui.root).color, soft: getComputedStyle(ui.root.querySelector(".cw-task")).color,
    paper: getComputedStyle(ui.root).backgroundColor, font: getComputedStyle(ui.root).fontFamily,
  };
  pen.clearRect(0, 0, WIDE, HIGH);
  const columns = places(result);
  drawWeights(pen, result, columns, look);
  drawNeurons(pen, result, columns, look, ui.labels);
  drawPlane(pen, result, look, ui.labels);
  drawCurve(pen, result, look, ui.labels);
}

const css = ([r, g, b], alpha = 1) => `rgba(${r},${g},${b},${alpha})`;

function write(pen, words, x, y, colour, look, align = "left", size = 11) {
  pen.font = `${size}px ${look.font}`;
  pen.fillStyle = colour;
  pen.textAlign = align;
  pen.fillText(words, x, y);
}

/** Draw a picture of bytes: 128 is nothing, less is the low colour, more is the high one. */
function heat(pen, values, side, x, y, size, look) {
  const cells = new OffscreenCanvas(side, side);
  const inner = cells.getContext("2d");
  const picture = inner.createImageData(side, side);
  values.forEach((value, at) => {
    const away = value - 127.5;
    const [r, g, b] = away < 0 ? look.low : look.high;
    picture.data.set([r, g, b, Math.min(Math.abs(away) * 1.2, 138)], 4 * at);
  });
  inner.putImageData(picture, 0, 0);
  pen.fillStyle = look.paper;
  pen.fillRect(x, y, size, size);
  pen.drawImage(cells, x, y, size, size);
}

/** A line for every weight: its width the size, dashed where it is negative. */
function drawWeights(pen, result, columns, look) {
  const ends = [...columns.slice(1), [{ x: BIG.x, y: BIG.y + BIG.size / 2 - TINY / 2 }]];
  result.weights.forEach((matrix, layer) => {
    const isLast = layer === result.weights.length - 1;
    matrix.forEach((row, i) => ends[layer].forEach((to, j) => {
      const weight = isLast ? row[1] - row[0] : row[j]; // two classes: their difference decides
      const from = columns[layer][i];
      const [x0, y0, x1, y1] = [from.x + TINY, from.y + TINY / 2, to.x, to.y + TINY / 2];
      pen.beginPath();
      pen.setLineDash(weight < 0 ? [5, 4] : []);
      pen.lineWidth = Math.min(0.4 + 1.1 * Math.abs(weight), 6);
      pen.strokeStyle = css(look.param, 0.65);
      pen.moveTo(x0, y0);
      pen.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
      pen.stroke();
    }));
  });
  pen.setLineDash([]);
}

function drawNeurons(pen, result, columns, look, labels) {
  columns.forEach((column, at) => {
    const title = at ? labels.layer.replace("{k}", at) : labels.inputs;
    write(pen, title, column[0].x + TINY / 2, 14, look.soft, look, "center");
    const packed = at ? result.neurons[at - 1] : null;
    const all = packed ? bytes(packed) : null;
    column.forEach(({ x, y }, unit) => {
      const side = packed ? packed.shape[1] : 24;
      const values = all ? all.subarray(unit * side * side, (unit + 1) * side * side) : ramp(side, unit);
      heat(pen, values, side, x, y, TINY, look);
      pen.lineWidth = 1;
      pen.strokeStyle = look.soft;
      pen.strokeRect(x, y, TINY, TINY);
      if (!at) write(pen, unit ? "x₂" : "x₁", x - 5, y + TINY / 2 + 4, look.ink, look, "right", 12);
    });
  });
  write(pen, labels.key, 0, HIGH - 6, look.soft, look);
}

/** The map of an input itself: x₁ grows to the right, x₂ upwards. */
function ramp(side, unit) {
  return Uint8Array.from({ length: side * side }, (_, at) => {
    const part = unit ? 1 - Math.floor(at / side) / (side - 1) : at % side / (side - 1);
    return Math.round(255 * part);
  });
}

/** The decision map with the training points: ● class 0, ▲ class 1. */
function drawPlane(pen, result, look, labels) {
  write(pen, labels.output, BIG.x, 14, look.soft, look);
  heat(pen, bytes(result.map), result.map.shape[0], BIG.x, BIG.y, BIG.size, look);
  const to = (value) => (value + result.half) / (2 * result.half) * BIG.size;
  pen.save();
  pen.beginPath();
  pen.rect(BIG.x, BIG.y, BIG.size, BIG.size);
  pen.clip();
  result.x.forEach(([a, b], at) => {
    const [x, y] = [BIG.x + to(a), BIG.y + BIG.size - to(b)];
    pen.beginPath();
    if (result.y[at]) { pen.moveTo(x, y - 4.6); pen.lineTo(x + 4.2, y + 3.2); pen.lineTo(x - 4.2, y + 3.2); pen.closePath(); }
    else pen.arc(x, y, 3.5, 0, 7);
    pen.fillStyle = css(result.y[at] ? look.high : look.low);
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = look.paper;
    pen.stroke();
  });
  pen.restore();
  pen.strokeStyle = look.soft;
  pen.strokeRect(BIG.x, BIG.y, BIG.size, BIG.size);
}

/** Training and test loss per epoch, and where we stand. */
function drawCurve(pen, result, look, labels) {
  const top = Math.max(0.8, Math.min(3, Math.max(...result.loss.slice(0, 30))));
  const X = (epoch) => CURVE.x + epoch / result.epochs * CURVE.w;
  const Y = (loss) => CURVE.y + CURVE.h * (1 - Math.min(loss ?? top, top) / top);
  write(pen, labels.curve, CURVE.x, CURVE.y - 8, look.soft, look);
  pen.lineWidth = 1;
  pen.strokeStyle = look.soft;
  pen.beginPath();
  pen.moveTo(CURVE.x, CURVE.y);
  pen.lineTo(CURVE.x, CURVE.y + CURVE.h);
  pen.lineTo(CURVE.x + CURVE.w, CURVE.y + CURVE.h);
  pen.stroke();
  for (const [losses, dash] of [[result.loss, []], [result.test_loss, [4, 3]]]) {
    pen.beginPath();
    pen.setLineDash(dash);
    losses.forEach((loss, epoch) => pen.lineTo(X(epoch), Y(loss)));
    pen.lineWidth = 1.6;
    pen.strokeStyle = look.ink;
    pen.stroke();
  }
  pen.setLineDash([]);
  pen.beginPath();
  pen.arc(X(result.epoch), Y(result.loss[result.epoch]), 4, 0, 7);
  pen.fillStyle = css(look.param);
  pen.fill();
  write(pen, `${result.epoch}`, X(result.epoch), HIGH - 2, look.ink, look, "center");
}

export default { render };
