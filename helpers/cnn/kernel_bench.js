// W3.1 Kernel bench: photograph and result side by side, and below them the products of one pixel.
// So low that a projected page shows it together with its controls.
const [WIDTH, HEIGHT] = [880, 408];
const DOT = 2; // screen units for one pixel, the same in both pictures
const [LEFT, RIGHT, TOP] = [42, 464, 20];
const BENCH = 254; // where the row of tables begins
const SIDE = 5;

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  const first = model.get("result");
  const options = (keys, words) => keys.map((key) => [key, words[key] ?? words.own]);
  const kernelIs = (kernel) => Object.entries(kernel).every(([key, value]) => Math.abs(state[key] - value) < 1e-3);
  ui.controls.append(
    ui.select("photo", options(first.pictures, labels.photos)),
    ui.select("size", Object.entries(labels.sizes)),
    ui.select("padding", Object.entries(labels.paddings)),
    ui.slider("stride", { min: 1, max: 4, step: 1 }),
    ui.check("flip"));
  ui.stage.before(presetRow(ui, first.presets, kernelIs));

  // The picture scales with the page; the kernel's fields lie on it at places given in per cent.
  const board = ui.board(WIDTH, 720);
  board.append(make("style", {}, ".cw input[name^=k]::-webkit-inner-spin-button { display: none }"));
  const svg = ui.picture(WIDTH, HEIGHT, board);
  const photo = screen(svg, LEFT);
  const out = screen(svg, RIGHT);
  const layer = shape("g", { style: "pointer-events:none" });
  svg.append(layer);
  out.area.setAttribute("tabindex", 0);
  out.area.setAttribute("role", "application");
  out.area.setAttribute("aria-label", labels.plane);
  out.area.setAttribute("data-control", "plane");
  pointing(out.area, ui, model, (x, y) => [y, x]);
  pointing(photo.area, ui, model, (x, y, result) => {
    const half = (result.size - 1) / 2;
    const [up, side] = [result.top - result.row * result.stride, result.left - result.column * result.stride];
    return [(y - half - up) / result.stride, (x - half - side) / result.stride].map(Math.round);
  });
  const fields = kernelFields(ui, board);
  ui.onResult((result) => {
    photo.paint(result.photo, (value) => between(result.light, value / 255), result.light.join());
    const [low, high, paper] = [ui.colour("plum"), ui.colour("data"), paperOf(ui)];
    const shade = result.signed ? (value) => signed(value / 127.5 - 1, low, high, paper) : (value) => between(result.light, value / 255);
    out.paint(result.out, shade, `${result.signed} ${high} ${paper}`);
    fields(result.size);
    layer.replaceChildren(...titles(result, state, labels), ...windows(result), ...tables(result, state, labels, shade),
      ...scale(result, labels));
  });
  return () => ui.end();
}

/** One button for each kernel that has a name. */
function presetRow(ui, presets, kernelIs) {
  const nodes = Object.keys(presets).map((name) => ui.button(ui.labels.presets[name],
    () => ui.set(presets[name][ui.state.size]), { isOn: () => kernelIs(presets[name][ui.state.size]) }));
  const row = ui.buttons(...nodes);
  row.style.marginBottom = "10px";
  return row;
}

/** A place for a picture of pixels, with an area over it that the pointer can be asked for. */
function screen(svg, x) {
  const image = shape("image", { x, y: TOP, preserveAspectRatio: "none", style: "image-rendering:pixelated" });
  const area = shape("rect", { x, y: TOP, fill: "transparent", style: "cursor:crosshair" });
  svg.append(image, area);
  let shown = "";
  function paint(packed, shade, colours) {
    const [rows, columns] = packed.shape;
    for (const node of [image, area]) {
      node.setAttribute("width", columns * DOT);
      node.setAttribute("height", rows * DOT);
    }
    if (shown === colours + packed.bytes) return;
    shown = colours + packed.bytes;
    image.setAttribute("href", painted(packed, shade));
  }
  return { area, paint };
}

/** Pointing shows a pixel while the pointer is there; a click or the arrow keys choose it. */
function pointing(area, ui, model, toPixel) {
  let chosen = null;
  const put = ([row, column]) => {
    const [rows, columns] = model.get("result").out.shape;
    const keep = (value, size) => Math.min(Math.max(value, 0), size - 1);
    const [r, c] = [keep(row, rows), keep(column, columns)];
    if (r !== ui.state.row || c !== ui.state.column) ui.set({ row: r, column: c });
  };
  const under = (event) => {
    const box = area.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width * Number(area.getAttribute("width")) / DOT;
    const down = (event.clientY - box.top) / box.height * Number(area.getAttribute("height")) / DOT;
    return toPixel(Math.floor(across), Math.floor(down), model.get("result"));
  };
  area.addEventListener("pointermove", (event) => {
    chosen ??= [ui.state.row, ui.state.column];
    put(under(event));
    if (event.buttons) chosen = [ui.state.row, ui.state.column];
  });
  area.addEventListener("pointerdown", (event) => { put(under(event)); chosen = [ui.state.row, ui.state.column]; });
  area.addEventListener("pointerleave", () => { if (chosen) put(chosen); chosen = null; });
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  area.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    put([ui.state.row + far * move[0], ui.state.column + far * move[1]]);
    chosen = null;
  });
}

/** The editable kernel; returns what shows the fields of a size. */
function kernelFields(ui, board) {
  let shown = 0;
  let nodes = [];
  return (size) => {
    if (size === shown) return;
    shown = size;
    for (const node of nodes) node.remove();
    const { x, cell, high } = place("kernel", size);
    const edge = (SIDE - size) / 2;
    nodes = [...Array(size * size).keys()].map((at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      const box = ui.number(`k${(row + edge) * SIDE + column + edge}`, { min: -20, max: 20, step: 0.5 });
      const input = box.querySelector("input");
      box.querySelector("span").remove();
      const [cx, cy] = [x + (column + 0.5) * cell, BENCH + (row + 0.5) * high];
      box.setAttribute("style", `position:absolute; left:${100 * cx / WIDTH}%; top:${100 * cy / HEIGHT}%; transform:translate(-50%,-50%)`);
      input.setAttribute("aria-label", ui.labels.weight.replace("{row}", row).replace("{column}", column));
      input.setAttribute("style", `width:calc(${cell - 4} * var(--unit)); height:calc(${high - 4} * var(--unit)); padding:0 1px; text-align:center; border-color:var(--cw-param);`
        + `border-width:1.5px; appearance:textfield; -moz-appearance:textfield; font-size:calc(${size === 3 ? 13.5 : 11.5} * var(--unit))`);
      return box;
    });
    board.append(...nodes);
  };
}

// Width of a cell in each table, and the height of all, for either kernel.
const CELLS = {
  3: { patch: 52, kernel: 52, products: 68, high: 44, gap: 46, start: 42 },
  5: { patch: 33, kernel: 47, products: 41, high: 26.4, gap: 34, start: 34 },
};

/** Where a table stands, or the sum. */
function place(what, size) {
  const cells = CELLS[size];
  const names = ["patch", "kernel", "products", "sum"];
  const before = names.slice(0, names.indexOf(what));
  const x = before.reduce((sum, name) => sum + cells[name] * size + cells.gap, cells.start);
  return { x, cell: cells[what], wide: cells[what] * size, high: cells.high, tall: cells.high * size, gap: cells.gap };
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const MIDDLE = { "text-anchor": "middle" };

function titles(result, state, labels) {
  const by = ({ shape: [rows, columns] }) => `${rows}×${columns}`;
  const pixel = labels.pixel.replace("{row}", result.row).replace("{column}", result.column);
  return [
    text(LEFT, 13, labels.input.replace("{size}", by(result.photo)), { style: "font-weight:600; fill:var(--cw-data)" }),
    text(RIGHT, 13, labels.output.replace("{size}", by(result.out)), { style: "font-weight:600; fill:var(--cw-data)" }),
    text(RIGHT + result.out.shape[1] * DOT, 13, pixel, { "text-anchor": "end", class: "soft" }),
  ];
}

/** The window on the photograph, its pixel in the result, and the way down to the tables. */
function windows(result) {
  const box = (x, y, side) => [["var(--cw-paper)", 4.5], ["var(--cw-param)", 2]].map(([colour, wide]) =>
    shape("rect", { x, y, width: side, height: side, style: `fill:none; stroke:${colour}; stroke-width:${wide}` }));
  const [x, y] = [LEFT + result.left * DOT, TOP + result.top * DOT];
  const side = result.size * DOT;
  const table = place("patch", result.size);
  const ray = (from, to) => shape("path", { d: `M${from} ${y + side}L${to} ${BENCH - 2}`, style: "stroke:var(--cw-param); stroke-opacity:0.55; fill:none" });
  const [px, py] = [RIGHT + result.column * DOT, TOP + result.row * DOT];
  const ring = [["var(--cw-paper)", 4.5], ["var(--cw-param)", 2]].map(([colour, wide]) =>
    shape("rect", { x: px - 3, y: py - 3, width: DOT + 6, height: DOT + 6, rx: 2, style: `fill:none; stroke:${colour}; stroke-width:${wide}` }));
  return [ray(x, table.x), ray(x + side, table.x + table.wide), ...box(x, y, side), ...ring];
}

/** patch · kernel → products → their sum. */
function tables(result, state, labels, shade) {
  const { size } = result;
  const most = Math.max(...result.products.flat().map(Math.abs), 1e-9);
  const parts = [];
  const grid = (what, values, paint) => {
    const { x, cell, high } = place(what, size);
    values.forEach((row, i) => row.forEach((value, j) => parts.push(...paint(value, x + j * cell, BENCH + i * high, cell, high, i, j))));
  };
  const fit = size === 3 ? 13.5 : 11;
  grid("patch", result.patch, (value, x, y, cell, high) => {
    const rgb = between(result.light, value);
    return [block(x, y, cell, high, `rgb(${rgb})`), text(x + cell / 2, y + high / 2 + 4.5, short(value),
      { ...MIDDLE, style: `font-size:${fit}px; fill:${isDark(rgb) ? "#fff" : "#111"}` })];
  });
  grid("products", result.products, (value, x, y, cell, high, i, j) => {
    const colour = value < 0 ? "plum" : "data";
    const weight = short(result.used[i][j]);
    const term = `${short(result.patch[i][j])}·${result.used[i][j] < 0 ? `(${weight})` : weight}`;
    return [shape("rect", { x: x + 1, y: y + 1, width: cell - 2, height: high - 2, rx: 4,
      style: `fill:var(--cw-${colour}); fill-opacity:${(0.06 + 0.5 * Math.abs(value) / most).toFixed(2)}` }),
    text(x + cell / 2, y + high / 2 + (size === 3 ? 0 : 4), short(value), { ...MIDDLE, style: `font-size:${fit}px; font-weight:600` }),
    ...(size === 3 ? [text(x + cell / 2, y + high / 2 + 15, term, { ...MIDDLE, class: "soft", style: "font-size:10.5px" })] : [])];
  });
  const end = place("sum", size);
  const middle = BENCH + end.tall / 2;
  const sign = (what, words) => text(place(what, size).x - end.gap / 2, middle + 7, words, { ...MIDDLE, style: "font-size:20px" });
  const rgb = shade(Math.max(0, Math.min(255, Math.round(result.signed ? 127.5 * (1 + result.total / result.most) : 255 * result.total / result.most))));
  const below = (what, words, colour) => text(place(what, size).x + place(what, size).wide / 2, BENCH + end.tall + 16, words,
    { ...MIDDLE, style: `fill:var(--cw-${colour}); font-weight:600` });
  return [...parts, sign("kernel", "·"), sign("products", "="), sign("sum", "Σ"),
    block(end.x, middle - 32, 88, 64, `rgb(${rgb})`, "var(--cw-soft)"),
    text(end.x + 44, middle + 6, brief(result.total), { ...MIDDLE, style: `font-size:17px; font-weight:600; fill:${isDark(rgb) ? "#fff" : "#111"}` }),
    below("patch", labels.patch, "data"), below("kernel", state.flip ? labels.turned : labels.weights, "param"),
    below("products", labels.products, "soft"),
    text(end.x + 44, BENCH + end.tall + 16, labels.sum, { ...MIDDLE, style: "fill:var(--cw-data); font-weight:600" })];
}

function block(x, y, wide, high, fill, stroke = "none") {
  return shape("rect", { x: x + 1, y: y + 1, width: wide - 2, height: high - 2, rx: 4, style: `fill:${fill}; stroke:${stroke}` });
}

/** What the result's colours mean. */
function scale(result, labels) {
  const y = TOP + result.out.shape[0] * DOT + 15;
  const words = (result.signed ? labels.signed : labels.light).replaceAll("{most}", brief(result.most)).split("|");
  if (words.length === 1) return [text(RIGHT, y, words[0], { class: "soft" })];
  const steps = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1];
  const wide = 14;
  const start = RIGHT + 52;
  return [...steps.map((step, at) => shape("rect", { x: start + at * wide, y: y - 9, width: wide, height: 10,
    style: `fill:var(--cw-${step < 0 ? "plum" : "data"}); fill-opacity:${Math.abs(step)}` })),
  text(start - 6, y, words[0], { "text-anchor": "end", class: "soft" }),
  text(start + steps.length * wide + 6, y, words[2], { class: "soft" })];
}

/** A number in a small cell: two decimals, none where there are none; what they would round to 0 keeps one digit. */
function short(value) {
  if (Math.abs(value) < 0.005) return brief(value, 1);
  return brief(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1)));
}

/** Zero is paper; negative and positive numbers have colours of their own. */
function signed(part, low, high, paper) {
  const colour = part < 0 ? low : high;
  const strength = Math.min(1, Math.abs(part)) ** 0.8;
  return paper.map((value, at) => Math.round(value + strength * (colour[at] - value)));
}

function paperOf(ui) {
  const channels = getComputedStyle(ui.root).backgroundColor.match(/\d+/g) ?? [255, 255, 255];
  return channels.slice(0, 3).map(Number); // off the page there is no colour yet
}

function isDark([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}

export default { render };
