// W3.6 Draw a digit: a pad, what the network answers; journey.js shows what its layers make of it.
// Low enough that a projected page shows the pad and the journey below it together with the controls.
const [WIDE, HIGH] = [880, 233];
const SIDE = 28; // pixels of the canvas that the network reads
const PAD = { x: 3, y: 20, size: 210 };
const BUTTONS = { x: 228, y: 20 };
const GUESS = { x: 462, y: 20 };
const BARS = { x: 585, y: 20, w: 200, step: 21 };
const TOO_LARGE = 7e6; // bytes: what a notebook server passes on in one message
const APART = 0.3; // points of a stroke that lie closer are one

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels } = ui;
  ui.controls.append(
    ui.select("network", Object.entries(labels.networks)),
    ui.select("train", Object.entries(labels.trainings)),
    ui.slider("pen", { min: 1, max: 5, step: 0.25 }),
    ui.check("fit"));
  const board = ui.board(WIDE, 600);
  const svg = ui.picture(WIDE, HIGH, board);
  board.append(buttonsOf(ui));
  const pad = makePad(svg, ui);
  const answer = makeAnswer(svg, labels);
  const pen = ui.canvas(ROW.w, ROW.h);
  const row = makeRow(pen, ui);
  const note = noteLine(ui, model, labels.waiting);
  ui.onResult((result) => {
    note.show(result.problem);
    pad.ground(result.ground);
    answer(result);
    row.paint(result);
    pad.area.dataset.answered = result.serial ?? 0;
  });
  return () => { note.end(); ui.end(); };
}

/** The buttons, one below the other beside the pad. */
function buttonsOf(ui) {
  const { labels, state } = ui;
  return make("div", { class: "cw-column", style: `left:${100 * BUTTONS.x / WIDE}%; top:${100 * BUTTONS.y / HIGH}%` },
    ui.button(labels.clear, () => wipe(ui), { main: true }),
    ui.button(labels.undo, () => undo(ui)),
    ui.button(labels.next, () => ui.set({ ...EMPTY, example: state.example + 1 })),
    filePicker(ui));
}

const EMPTY = { strokes: [], photo: "", file: "", example: -1, invited: false };

function wipe(ui) {
  ui.set({ ...EMPTY });
}

function undo(ui) {
  if (ui.state.strokes.length) ui.set({ strokes: ui.state.strokes.slice(0, -1), invited: false });
  else wipe(ui);
}

/** A button that opens the student's own picture. Python decodes it, or says why it cannot. */
function filePicker(ui) {
  const input = make("input", { type: "file", accept: "image/*", hidden: true, "aria-label": ui.labels.file });
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (!file) return;
    const reader = new FileReader();
    reader.onload = () => {
      ui.set({ ...EMPTY, file: file.size > TOO_LARGE ? "too large" : reader.result.split(",")[1] ?? "" });
      input.value = ""; // the same file may be chosen again
    };
    reader.readAsDataURL(file);
  });
  return make("span", {}, ui.button(ui.labels.file, () => input.click()), input);
}

// ---- the pad

/** The sheet that one draws on: with a pointer, or with the arrow keys and the space bar. */
function makePad(svg, ui) {
  const { labels, state } = ui;
  const zoom = PAD.size / SIDE;
  const clip = `cw-pad-${Math.random().toString(36).slice(2)}`; // names are shared by the page
  const picture = shape("g");
  const ink = shape("g", { style: "fill:none; stroke:var(--cw-data); stroke-linecap:round; stroke-linejoin:round" });
  const guide = shape("rect", { x: 6, y: 6, width: 16, height: 16, rx: 0.4, class: "rule", "vector-effect": "non-scaling-stroke",
    "stroke-dasharray": "4 4" });
  const cursor = shape("circle", { "vector-effect": "non-scaling-stroke", style: "stroke:var(--cw-ink); stroke-width:1.5" });
  const hint = shape("text", { x: PAD.x + PAD.size / 2, y: PAD.y + PAD.size / 2 + 5, "text-anchor": "middle", class: "soft",
    style: "font-size:15px; pointer-events:none" }, labels.here);
  const area = shape("rect", { x: PAD.x, y: PAD.y, width: PAD.size, height: PAD.size, rx: 8, tabindex: 0, role: "application",
    "aria-label": labels.hint, "data-control": "pad",
    style: "fill:transparent; stroke:var(--cw-soft); stroke-width:1.5; cursor:crosshair; touch-action:none; user-select:none" });
  const title = shape("text", { x: PAD.x, y: 14, class: "soft" });
  svg.append(title,
    shape("clipPath", { id: clip }, shape("rect", { x: PAD.x, y: PAD.y, width: PAD.size, height: PAD.size, rx: 8 })),
    shape("rect", { x: PAD.x, y: PAD.y, width: PAD.size, height: PAD.size, rx: 8, style: "fill:var(--cw-paper)" }),
    shape("g", { "clip-path": `url(#${clip})` },
      shape("g", { transform: `translate(${PAD.x} ${PAD.y}) scale(${zoom})` }, picture, guide, ink, cursor)),
    hint, area);

  const key = { x: SIDE / 2, y: SIDE / 4, down: false, shown: false };
  function draw() {
    area.dataset.sent = state.serial; // with `answered` it tells how far Python has come
    ink.setAttribute("stroke-width", state.pen);
    ink.replaceChildren(...state.strokes.map((points) => shape("path", {
      // a line of no length still has its two round ends: a dot
      d: `M${points[0].join(" ")}L${(points.length > 1 ? points.slice(1) : points).map((p) => p.join(" ")).join("L")}` })));
    guide.style.display = state.fit ? "none" : "";
    title.textContent = state.fit ? labels.pad : labels.frame;
    const isEmpty = !state.strokes.length && state.example < 0 && !state.photo && !state.file;
    hint.style.display = isEmpty && !key.shown ? "" : "none";
    cursor.style.display = key.shown ? "" : "none";
    fill(cursor, { cx: key.x, cy: key.y, r: state.pen / 2 }, []);
    cursor.style.fill = key.down ? "var(--cw-data)" : "transparent";
  }
  ui.onState(draw);
  draw();
  drawByPointer(area, ui, zoom, key);
  drawByKeys(area, ui, key, draw);

  let painted = "";
  return {
    area,
    /** What lies under the strokes: a test digit, or the student's own picture. */
    ground(packed) {
      const name = packed ? packed.bytes + ui.colour("data") : "";
      if (name === painted) return;
      painted = name;
      if (!packed) return picture.replaceChildren();
      const { sheet } = sheetOfMaps(packed, false, lookOf(ui), 0);
      picture.replaceChildren(shape("image", { width: SIDE, height: SIDE, href: sheet.toDataURL(),
        style: packed.shape[0] === SIDE ? "image-rendering:pixelated" : "" }));
    },
  };
}

/** Begin a stroke; an example that only invites to draw makes way for it. */
function begin(ui, point) {
  const before = ui.state.invited ? [] : ui.state.strokes;
  const more = ui.state.invited ? EMPTY : { file: "" };
  ui.set({ ...more, strokes: [...before, [point]] });
}

/** Go on with the last stroke; false where the pen has hardly moved. */
function extend(ui, points) {
  const strokes = ui.state.strokes;
  const stroke = [...(strokes[strokes.length - 1] ?? [])];
  const long = stroke.length;
  for (const [x, y] of points) {
    const [px, py] = stroke[stroke.length - 1] ?? [Infinity, 0];
    if (Math.hypot(x - px, y - py) >= APART) stroke.push([x, y]);
  }
  if (stroke.length === long) return false;
  ui.set({ strokes: [...strokes.slice(0, -1), stroke] });
  return true;
}

function drawByPointer(area, ui, zoom, key) {
  let drawing = null; // the pointer that draws
  let waiting = []; // points that came since the last frame
  const place = (event) => {
    const box = area.getBoundingClientRect();
    const at = (from, start, size) => Number(((from - start) / size * SIDE).toFixed(2));
    return [at(event.clientX, box.left, box.width), at(event.clientY, box.top, box.height)];
  };
  const flush = () => {
    if (waiting.length) extend(ui, waiting);
    waiting = [];
  };
  area.addEventListener("pointerdown", (event) => {
    if (drawing !== null || event.button) return;
    drawing = event.pointerId;
    area.setPointerCapture(drawing);
    [key.shown, key.down] = [false, false];
    begin(ui, place(event));
  });
  area.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const all = event.getCoalescedEvents?.() ?? [];
    // Python is asked once for each frame, not for each of the many points in between.
    if (!waiting.length) requestAnimationFrame(flush);
    waiting.push(...(all.length ? all : [event]).map(place));
  });
  const end = (event) => {
    if (event.pointerId !== drawing) return;
    flush();
    drawing = null;
  };
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) area.addEventListener(kind, end);
}

/** Arrow keys move the pen, the space bar puts it down and lifts it, Backspace takes back. */
function drawByKeys(area, ui, key, draw) {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  area.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (!move && ![" ", "Backspace", "Escape"].includes(event.key)) return;
    event.preventDefault();
    key.shown = true;
    if (move) {
      const far = event.shiftKey ? 3 : 1;
      key.x = Math.min(Math.max(key.x + far * move[0], 0), SIDE);
      key.y = Math.min(Math.max(key.y + far * move[1], 0), SIDE);
      if (key.down) extend(ui, [[key.x, key.y]]);
    } else if (event.key === " ") {
      key.down = !key.down;
      if (key.down) begin(ui, [key.x, key.y]);
    } else {
      key.down = false;
      if (event.key === "Backspace") undo(ui);
    }
    draw();
  });
  area.addEventListener("blur", () => { [key.shown, key.down] = [false, false]; draw(); });
}

// ---- the answer

/** The network's guess in large, and a bar for each of the ten digits. */
function makeAnswer(svg, labels) {
  const middle = { x: GUESS.x, "text-anchor": "middle" };
  const says = shape("text", { ...middle, y: GUESS.y + 34, style: "font-size:15px" });
  const digit = shape("text", { ...middle, y: GUESS.y + 128, style: "font-size:110px; font-weight:600; fill:var(--cw-ink)" });
  const sure = shape("text", { ...middle, y: GUESS.y + 164, style: "font-size:15px" });
  const truth = shape("text", { ...middle, y: GUESS.y + 186, class: "soft" });
  const rows = [...Array(10).keys()].map((number) => {
    const y = BARS.y + number * BARS.step;
    const name = shape("text", { x: BARS.x, y: y + 15.5, "text-anchor": "end", style: "font-size:14px" }, number);
    const bar = shape("rect", { x: BARS.x + 12, y: y + 2, width: 0, height: 17, rx: 3, "data-bar": number });
    const share = shape("text", { y: y + 15 });
    return { name, bar, share };
  });
  svg.append(says, digit, sure, truth,
    shape("text", { x: BARS.x + 12, y: 14, class: "soft" }, labels.bars),
    shape("path", { d: `M${BARS.x + 12} ${BARS.y}v${10 * BARS.step}`, class: "axis" }),
    ...rows.flatMap(({ name, bar, share }) => [name, bar, share]));
  return (result) => {
    [says.textContent, digit.textContent, sure.textContent, truth.textContent] =
      [result.says, result.guess, result.sure, result.truth];
    digit.style.opacity = result.empty ? 0.25 : 0.3 + 0.7 * (result.probabilities[result.guess] ?? 0);
    rows.forEach(({ name, bar, share }, number) => {
      const part = result.probabilities[number] ?? 0;
      const isGuess = number === result.guess;
      bar.setAttribute("width", (part * BARS.w).toFixed(1));
      bar.style.cssText = `fill:var(--cw-${isGuess ? "ink" : "pred"}); fill-opacity:${isGuess ? 0.85 : 0.7}`;
      name.style.fontWeight = share.style.fontWeight = isGuess ? 600 : 400;
      share.setAttribute("x", BARS.x + 20 + part * BARS.w);
      share.style.fill = isGuess ? "var(--cw-ink)" : "var(--cw-soft)";
      share.textContent = part < 0.0005 ? "" : result.shares[number];
    });
  };
}

export default { render };
