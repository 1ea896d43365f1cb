// W3.2 Shape and cost calculator: the stack as blocks and as a table, and what one value sees.
const WIDTH = 880;
const BLOCKS = { x: 0, y: 4, w: 600, h: 132 };
const ROWS = { x: 0, y: 178, w: 600, step: 24 };
const IMAGE = { x: 640, y: 22, size: 240 };
const FIELDS = ["kind", "filters", "kernel", "stride", "padding"];
const WINDOWED = ["Conv2D", "MaxPooling2D", "AveragePooling2D", "Subsampling"];
const SIZES = [1, 2, 4, 6, 8, 10, 16, 24, 32, 48, 64, 84, 96, 120, 128, 153, 192, 256, 384, 512, 1000, 1024, 2048, 4096];
const COLUMNS = { output: 326, parameters: 466, macs: 600 };
const BAR = 118;

function render({ model, el }) {
  const ui = frame(model, el, { adjust });
  const { labels, state } = ui;
  const now = () => model.get("result");
  const presets = Object.keys(now().presets).map((name) => ui.button(labels.presets[name],
    () => ui.set(now().presets[name]), { isOn: () => state.preset === name }));
  const shelf = ui.buttons(...presets);
  shelf.style.marginBottom = "10px";
  ui.controls.before(shelf);
  ui.controls.append(
    ui.slider("side", { min: 4, max: 256, step: 1 }),
    ui.select("channels", Object.entries(labels.channel_names)));
  ui.stage.before(editor(ui, now));
  const svg = ui.picture(WIDTH, 400);
  const rows = shape("g");
  const image = shape("image", { x: IMAGE.x, y: IMAGE.y, width: IMAGE.size, height: IMAGE.size, style: "image-rendering:pixelated" });
  const list = shape("rect", { ...ROWS, width: ROWS.w, fill: "transparent", tabindex: 0, role: "application",
    "aria-label": labels.list, "data-control": "list", style: "cursor:pointer" });
  const layer = shape("g", { style: "pointer-events:none" });
  const blocks = shape("g");
  svg.append(rows, image, layer, blocks, list);
  let shown = "";
  choosing(list, ui);
  ui.onResult((result) => {
    const high = Math.max(IMAGE.y + IMAGE.size + 128, ROWS.y + (result.titles.length + 1) * ROWS.step + 10);
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${high}`);
    svg.setAttribute("height", high);
    list.setAttribute("height", result.titles.length * ROWS.step);
    if (shown !== result.image.bytes) image.setAttribute("href", painted(result.image, (value) => between(result.light, value / 255)));
    shown = result.image.bytes;
    rows.replaceChildren(...table(result, state, labels));
    layer.replaceChildren(...fields(result, state, labels), ...totals(result, labels));
    blocks.replaceChildren(...volumes(result, state, ui));
  });
  return () => ui.end();
}

/** A change of the chosen layer's settings goes into the stack; choosing another brings its own. */
function adjust(patch, state) {
  const stack = [...(patch.stack ?? state.stack)];
  const chosen = Math.min(patch.chosen ?? state.chosen, stack.length - 1);
  const changed = FIELDS.filter((key) => key in patch && !("stack" in patch));
  if (changed.length) {
    const { groups, pairs, ...layer } = stack[chosen];
    const keeps = !("kind" in patch || "filters" in patch); // special wiring belongs to its maps
    stack[chosen] = { ...layer, ...(keeps && groups ? { groups } : {}), ...(keeps && pairs ? { pairs } : {}) };
    for (const key of changed) stack[chosen][key] = patch[key];
  }
  return { ...patch, ...stack[chosen], stack, chosen };
}

/** The controls of the chosen layer, as far as its kind has them, and of its place in the stack. */
function editor(ui, now) {
  const { labels, state } = ui;
  const kind = ui.select("kind", Object.entries(labels.kinds));
  const filters = ui.slider("filters", { values: SIZES });
  const word = filters.querySelector("span").firstChild;
  const windowed = [ui.slider("kernel", { min: 1, max: 11, step: 1 }), ui.slider("stride", { min: 1, max: 4, step: 1 }),
    ui.select("padding", Object.entries(labels.paddings))];
  const put = (stack, chosen) => ui.set({ stack, chosen });
  const swap = (by) => () => {
    const stack = [...state.stack];
    [stack[state.chosen], stack[state.chosen + by]] = [stack[state.chosen + by], stack[state.chosen]];
    put(stack, state.chosen + by);
  };
  const add = ui.button(labels.add, () => {
    const { rows, fresh } = now();
    const isRow = rows[Math.min(state.chosen, rows.length - 1)]?.shape.length === 1;
    put(state.stack.toSpliced(state.chosen + 1, 0, isRow ? fresh.row : fresh.image), state.chosen + 1);
  });
  const remove = ui.button(labels.remove, () => put(state.stack.toSpliced(state.chosen, 1), Math.max(state.chosen - 1, 0)));
  const [earlier, later] = [ui.button(labels.earlier, swap(-1)), ui.button(labels.later, swap(1))];
  const row = make("div", { class: "cw-controls", style: "padding-top:2px" });
  const show = () => {
    word.textContent = state.kind === "Dense" ? labels.units : labels.filters;
    const nodes = [kind, ...(["Conv2D", "Dense"].includes(state.kind) ? [filters] : []),
      ...(WINDOWED.includes(state.kind) ? windowed : [])];
    if (nodes.some((node, at) => row.children[at] !== node) || row.children.length !== nodes.length) {
      const focus = document.activeElement;
      row.replaceChildren(...nodes);
      if (row.contains(focus)) focus.focus();
    }
    add.disabled = state.stack.length >= now().most_layers;
    remove.disabled = state.stack.length < 2;
    earlier.disabled = state.chosen === 0;
    later.disabled = state.chosen >= state.stack.length - 1;
  };
  ui.controls.append(ui.buttons(add, remove, earlier, later));
  ui.onState(show);
  show();
  return row;
}

/** A layer is chosen by a click on its row or by the arrow keys. */
function choosing(list, ui) {
  const put = (at) => {
    const many = ui.state.stack.length;
    const chosen = (at + many) % many;
    if (chosen !== ui.state.chosen) ui.set({ chosen });
  };
  const under = (event) => {
    const box = list.getBoundingClientRect();
    put(Math.min(Math.max(Math.floor((event.clientY - box.top) / box.height * ui.state.stack.length), 0), ui.state.stack.length - 1));
  };
  list.addEventListener("pointerdown", (event) => { list.setPointerCapture(event.pointerId); under(event); });
  list.addEventListener("pointermove", (event) => { if (event.buttons) under(event); });
  const moves = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 };
  list.addEventListener("keydown", (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    put(ui.state.chosen + moves[event.key]);
  });
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const END = { "text-anchor": "end" };

/** One line for each layer; parameters and work also as bars. */
function table(result, state, labels) {
  const { x, y, w, step } = ROWS;
  const most = (key) => Math.max(...result.rows.map((row) => row[key]), 1);
  const top = { parameters: most("parameters"), macs: most("macs") };
  const head = Object.entries(COLUMNS).map(([key, at]) => text(x + at, y - 8, labels[key], { class: "soft", ...END }));
  const lines = result.titles.flatMap((title, at) => {
    const row = result.rows[at];
    const base = y + at * step;
    const isBad = result.illegal?.at === at;
    const ink = isBad ? "fill:var(--cw-plum)" : row ? "" : "fill:var(--cw-soft); opacity:0.6";
    const bar = (key, colour) => {
      const wide = Math.max(BAR * row[key] / top[key], 1);
      return row[key] ? [shape("rect", { x: x + COLUMNS[key] - wide, y: base + 4, width: wide, height: step - 8, rx: 3,
        style: `fill:var(--cw-${colour}); fill-opacity:0.3` })] : [];
    };
    return [
      ...(at === state.chosen ? [shape("rect", { x: x - 6, y: base, width: w + 12, height: step, rx: 5,
        style: "fill:var(--cw-lift); stroke:var(--cw-data); stroke-width:1.5" })] : []),
      text(x + 16, base + 16, at + 1, { class: "soft", ...END }),
      text(x + 24, base + 16, title, { style: `${ink}; font-weight:${at === state.chosen ? 600 : 400}` }),
      ...(row ? [...bar("parameters", "param"), ...bar("macs", "data"),
        text(x + COLUMNS.output, base + 16, row.output, END),
        text(x + COLUMNS.parameters - 4, base + 16, row.words.parameters, END),
        text(x + COLUMNS.macs - 4, base + 16, row.words.macs, END)] : []),
      ...(isBad ? [text(x + COLUMNS.macs - 4, base + 16, `✗ ${result.illegal.reason.split(";")[0]}`, { ...END, style: "fill:var(--cw-plum); font-size:11.5px" })] : []),
    ];
  });
  return [text(x + 24, y - 8, labels.layer, { class: "soft" }), ...head, ...lines];
}

/** The maps as blocks: height and depth are the sides of the map, width its channels. */
function volumes(result, state, ui) {
  const shapes = [result.input, ...result.rows.map((row) => row.shape)];
  const side = (size) => 3 + 80 * Math.sqrt(size / result.input[0]);
  const thick = (channels) => 2.5 + 5 * Math.log2(channels);
  const boxes = shapes.map((size) => size.length === 3
    ? { high: Math.min(side(size[0]), 84), wide: thick(size[2]) }
    : { high: 12 + 6 * Math.log2(size[0]), wide: 6 });
  const needed = boxes.reduce((sum, box) => sum + box.wide + 0.42 * box.high + 13, 0);
  const squeeze = Math.min(1.5, BLOCKS.w / needed);
  let x = BLOCKS.x;
  return boxes.flatMap((box, at) => {
    const isMap = shapes[at].length === 3;
    const [w, h] = [box.wide * squeeze, box.high];
    const d = isMap ? 0.42 * h * squeeze : 3;
    const up = isMap ? 0.42 * h : 3;
    const y = BLOCKS.y + BLOCKS.h / 2 + 18 + h / 2;
    const isChosen = at - 1 === state.chosen;
    const colour = `var(--cw-${isChosen ? "param" : "data"})`;
    const side = (points, strength) => shape("path", { d: `${path(points)}Z`,
      style: `fill:${colour}; fill-opacity:${strength}; stroke:${colour}; stroke-width:${isChosen ? 1.6 : 0.9}; stroke-linejoin:round` });
    const x0 = x;
    x += w + d + 13 * squeeze;
    const group = shape("g", { style: "cursor:pointer" }, shape("title", {}, shapes[at].join("×")),
      side([[x0, y], [x0 + w, y], [x0 + w, y - h], [x0, y - h]], isChosen ? 0.45 : 0.28),
      side([[x0, y - h], [x0 + w, y - h], [x0 + w + d, y - h - up], [x0 + d, y - h - up]], 0.12),
      side([[x0 + w, y], [x0 + w + d, y - up], [x0 + w + d, y - h - up], [x0 + w, y - h]], 0.6),
      text(x0 + w / 2, BLOCKS.y + BLOCKS.h + 8, at || "", { "text-anchor": "middle", class: "soft" }));
    if (at) group.addEventListener("pointerdown", () => { if (!isChosen) ui.set({ chosen: at - 1 }); });
    return [group];
  });
}

/** The receptive fields of all layers down to the chosen one, on the image. */
function fields(result, state, labels) {
  const { x, y, size } = IMAGE;
  const unit = size / result.input[0];
  const last = result.boxes.length - 1;
  const boxes = result.boxes.flatMap(([top, left, high, wide], at) => {
    const place = { x: x + left * unit, y: y + top * unit, width: wide * unit, height: high * unit };
    const line = (colour, width, opacity) => shape("rect", { ...place, style: `fill:none; stroke:${colour}; stroke-width:${width}; stroke-opacity:${opacity}` });
    return at === last ? [line("#fff", 5, 0.9), line("var(--cw-param)", 2.6, 1)] : [line("#fff", 1.2, 0.75)];
  });
  const clip = `cw-field-${Math.round(size)}`;
  const row = result.rows[last];
  const words = row ? labels.sees.replace("{who}", `${labels.layer} ${last + 1}`).replace("{field}", row.field) : "";
  return [
    text(x, 13, `${labels.input} ${result.input.join("×")}`, { style: "font-weight:600; fill:var(--cw-data)" }),
    shape("clipPath", { id: clip }, shape("rect", { x: x - 14, y: y - 14, width: size + 28, height: size + 28 })),
    shape("g", { "clip-path": `url(#${clip})` }, ...boxes),
    text(x, y + size + 22, words, { style: "fill:var(--cw-param); font-weight:600" }),
  ];
}

/** The two numbers that everything is about. */
function totals(result, labels) {
  const { x, y, size } = IMAGE;
  const line = (key, at, colour) => [
    text(x, y + size + 62 + 40 * at, result.words[key], { style: `font-size:21px; font-weight:600; fill:var(--cw-${result.illegal ? "soft" : colour})` }),
    text(x, y + size + 77 + 40 * at, labels[key], { class: "soft" })];
  return [...line("parameters", 0, "param"), ...line("macs", 1, "data")];
}

export default { render };
