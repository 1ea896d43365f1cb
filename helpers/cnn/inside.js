// W3.5 Inside: explanations of one digit above, maps and kernels of one layer below.
const [WIDE, HIGH] = [880, 402];
const TOP = { y: 38, size: 124, step: 226 };
const LOW = { y: 270, h: 130, maps: 440, chosen: 464, kernels: 660 };

function render({ model, el }) {
  const ui = frame(model, el, { adjust: (patch) => ({ patient: false, ...patch }) });
  const { labels, state } = ui;
  const now = () => model.get("result");
  const layers = ui.slider("layer", { min: 0, max: now().layers.length - 1, step: 1, show: (at) => now().layers[at] ?? "" });
  const maps = ui.slider("map", { min: 0, max: mapsOf(now()) - 1, step: 1, show: (at) => at + 1 });
  const shuffles = ui.slider("shuffle", { min: 0, max: now().shuffles.length - 1, step: 1, show: (at) => now().shuffles[at] ?? "" });
  ui.controls.append(
    ui.select("network", Object.entries(labels.networks)),
    ui.select("train", Object.entries(labels.trainings)),
    ui.slider("digit", { min: 0, max: 359, step: 1 }),
    make("div", { style: "flex-basis:100%; height:0" }), layers, maps, shuffles);
  const pen = ui.canvas(WIDE, HIGH);
  const note = noteLine(ui, model, labels.waiting);
  let places = null; // of the small maps, for the pointer
  ui.onResult((result) => {
    note.show("");
    layers.querySelector("input").max = result.layers.length - 1;
    maps.querySelector("input").max = mapsOf(result) - 1;
    shuffles.querySelector("input").max = result.shuffles.length - 1;
    ui.follow();
    places = paint(pen, result, ui);
    // what takes longer comes in a second answer, unless the next question has been asked meanwhile
    if (result.pending && (result.serial ?? 0) === state.serial) {
      requestAnimationFrame(() => { if (result === now()) ui.set({ patient: true }); });
    }
  });
  pen.canvas.addEventListener("click", (event) => {
    const box = pen.canvas.getBoundingClientRect();
    const at = places?.find((event.clientX - box.left) / box.width * WIDE, (event.clientY - box.top) / box.height * HIGH);
    if (at !== undefined && at >= 0) ui.set({ map: at });
  });
  return () => { note.end(); ui.end(); };
}

const mapsOf = (result) => result.stage?.values.shape[0] ?? 1;

function paint(pen, result, ui) {
  const look = { ...lookOf(ui), grad: ui.colour("grad"), plum: ui.colour("plum"), param: ui.colour("param") };
  pen.clearRect(0, 0, WIDE, HIGH);
  paintTop(pen, result, look, ui.labels);
  return result.stage ? paintLayer(pen, result, look, ui.labels)
    : write(pen, ui.labels.nothing, 0, LOW.y, look.soft, look, { size: 13 });
}

const percent = (part) => `${Math.round(100 * part)} %`;

/** The digit, and the three explanations over its shadow. */
function paintTop(pen, result, look, labels) {
  const { label, guess, share, state } = result;
  const grey = (look.ink.match(/\d+/g) ?? [0, 0, 0]).slice(0, 3).map(Number); // no style before it is on the page
  const digit = sheetOfMaps(result.image, false, { high: grey }, 0);
  const boxed = (x) => { pen.strokeStyle = look.soft; pen.lineWidth = 1; pen.strokeRect(x + 0.5, TOP.y + 0.5, TOP.size - 1, TOP.size - 1); };
  const below = (line) => TOP.y + TOP.size + 16 + 15 * line;
  paintMap(pen, digit, 0, 0, TOP.y, TOP.size, TOP.size);
  boxed(0);
  write(pen, labels.image.replace("{number}", state.digit).replace("{label}", label), 0, 14, look.ink, look, { weight: 600, size: 12 });
  const isRight = guess === label;
  write(pen, `${isRight ? "✓" : "✗"} ${labels.reads.replace("{k}", guess).replace("{share}", percent(share))}`, 0, below(0),
    css(isRight ? look.param : look.plum), look, { weight: 600 });
  result.heats.forEach((heat, at) => {
    const x = (at + 1) * TOP.step;
    const [title, meaning, other] = labels.methods[heat.name];
    write(pen, title, x, 14, look.ink, look, { weight: 600, size: 12 });
    write(pen, meaning.replace("{label}", label), x, 30, look.soft, look);
    pen.globalAlpha = 0.25;
    paintMap(pen, digit, 0, x, TOP.y, TOP.size, TOP.size);
    pen.globalAlpha = 1;
    boxed(x);
    if (heat.pending) return; // its second answer follows at once
    if (!heat.values) return write(pen, labels.nothing, x + 8, TOP.y + 20, look.soft, look);
    // blue: forward passes only; orange: made from gradients; pink: the other way round
    const high = heat.name === "occlusion" ? look.high : look.grad;
    paintMap(pen, sheetOfMaps(heat.values, heat.signed, { high, low: look.plum }, 0), 0, x, TOP.y, TOP.size, TOP.size, true);
    drawAgreement(pen, labels.agrees, heat.agrees, x, below(0), look);
    drawAgreement(pen, labels.ink, heat.ink, x, below(2) + 3, look);
    if (other) write(pen, other.replace("{label}", label), x, below(4) + 6, css(look.plum), look);
  });
}

/** A rank correlation: its words, its number, and a bar that begins at 0. */
function drawAgreement(pen, words, number, x, y, look) {
  const middle = x + TOP.size / 2;
  write(pen, words, x, y, look.soft, look);
  const text = number === null ? "–" : `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(2)}`;
  pen.fillStyle = css(look.high, 0.12);
  pen.fillRect(x, y + 5, TOP.size, 8);
  pen.fillStyle = css(look.high);
  const long = (number ?? 0) * TOP.size / 2;
  pen.fillRect(Math.min(middle, middle + long), y + 5, Math.abs(long), 8);
  pen.fillStyle = look.ink;
  pen.fillRect(middle - 0.5, y + 3, 1, 12);
  write(pen, text, x + TOP.size + 6, y + 13, look.ink, look, { weight: 600 });
}

/** The maps of the chosen layer, one of them in large, and its kernels. */
function paintLayer(pen, result, look, labels) {
  const { stage, state, kernels } = result;
  const maps = sheetOfMaps(stage.values, stage.signed, look);
  const { columns, step } = packed(maps.count, LOW.maps, LOW.h);
  const tile = step - 2;
  write(pen, labels.maps.replace("{layer}", stage.title).replace("{size}", stage.size), 0, LOW.y - 10, look.ink, look, { weight: 600, size: 12 });
  for (let at = 0; at < maps.count; at++) {
    const [x, y] = [at % columns * step, LOW.y + Math.floor(at / columns) * step];
    paintMap(pen, maps, at, x, y, tile, tile);
    if (at !== state.map) continue;
    pen.strokeStyle = look.ink;
    pen.lineWidth = 2;
    pen.strokeRect(x, y, tile, tile);
  }
  write(pen, labels.chosen.replace("{k}", state.map + 1), LOW.chosen, LOW.y - 10, look.ink, look, { weight: 600, size: 12 });
  paintMap(pen, maps, state.map, LOW.chosen, LOW.y, LOW.h, LOW.h);
  paintKernels(pen, kernels, look, labels);
  return { find: (x, y) => {
    const [column, row] = [Math.floor(x / step), Math.floor((y - LOW.y) / step)];
    const at = row * columns + column;
    return column >= 0 && column < columns && row >= 0 && at < maps.count ? at : -1;
  } };
}

/** In how many columns so many squares become largest in a box, and how large. */
function packed(count, wide, high) {
  const choices = [...Array(count).keys()].map((at) => at + 1)
    .map((columns) => ({ columns, step: Math.min(wide / columns, high / Math.ceil(count / columns)) }));
  return choices.reduce((best, choice) => choice.step > best.step ? choice : best);
}

function paintKernels(pen, kernels, look, labels) {
  const at = LOW.kernels;
  if (!kernels) return labels.pooled.forEach((line, row) => write(pen, line, at, LOW.y + 12 + 15 * row, look.soft, look));
  const sheet = sheetOfMaps(kernels, true, { high: look.param, low: look.plum }, 0.06);
  const lines = sheet.count === 1 ? [labels.kernel] : labels.kernels;
  lines.forEach((line, row) => write(pen, line, at, LOW.y - 10 - 15 * (lines.length - 1 - row), look.ink, look, { weight: 600, size: 12 }));
  const { columns, step } = packed(sheet.count, WIDE - at, LOW.h - 18);
  for (let one = 0; one < sheet.count; one++) {
    paintMap(pen, sheet, one, at + one % columns * step, LOW.y + Math.floor(one / columns) * step, step - 3, step - 3);
  }
  write(pen, labels.key, at, LOW.y + LOW.h - 2, look.soft, look);
}

export default { render };
