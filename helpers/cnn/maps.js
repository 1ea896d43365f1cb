// Shared by the widgets that look into a network: maps of bytes, painted onto a canvas.

const css = ([r, g, b], alpha = 1) => `rgba(${r},${g},${b},${alpha})`;

/** The colours and the letters of the present theme, for a canvas. */
function lookOf(ui) {
  const style = getComputedStyle(ui.root);
  return { high: ui.colour("data"), low: ui.colour("grad"), ink: style.color, paper: style.backgroundColor,
    soft: getComputedStyle(ui.root.querySelector(".cw-task")).color, font: style.fontFamily };
}

function write(pen, words, x, y, colour, look, { align = "left", size = 11, weight = 400 } = {}) {
  pen.font = `${weight} ${size}px ${look.font}`;
  pen.fillStyle = colour;
  pen.textAlign = align;
  pen.fillText(words, x, y);
}

/**
 * All maps of a layer, one below the other, on a canvas of their own: blue is large, orange is
 * negative, and a faint tint is nothing, so that an empty map can be seen too.
 */
function sheetOfMaps(packed, signed, look, faint = 0.1) {
  const [count, rows, columns] = packed.shape.length === 3 ? packed.shape : [1, ...packed.shape];
  const sheet = make("canvas", { width: columns, height: Math.max(count * rows, 1) });
  const pen = sheet.getContext("2d");
  const picture = pen.createImageData(sheet.width, sheet.height);
  const words = new Uint32Array(picture.data.buffer); // a pixel in one go: there are very many
  const shades = shadesOf(signed, look, faint);
  const values = atob(packed.bytes);
  for (let at = 0; at < words.length; at++) words[at] = shades[values.charCodeAt(at)];
  pen.putImageData(picture, 0, 0);
  return { sheet, count, rows, columns };
}

/** The pixel for each of the 256 bytes. */
function shadesOf(signed, look, faint) {
  const shades = new Uint8ClampedArray(4 * 256);
  for (let value = 0; value < 256; value++) {
    const part = signed ? Math.min(Math.abs(value - 128) / 127, 1) : value / 255;
    const [r, g, b] = signed && value < 128 ? look.low : look.high;
    shades.set([r, g, b, 255 * (faint + (1 - faint) * part)], 4 * value);
  }
  return new Uint32Array(shades.buffer);
}

/** Paint one map of such a sheet into a box, pixel by pixel or smoothly. */
function paintMap(pen, maps, at, x, y, width, height, smooth = false) {
  pen.imageSmoothingEnabled = smooth;
  pen.drawImage(maps.sheet, 0, at * maps.rows, maps.columns, maps.rows, x, y, width, height);
}

/**
 * A line beside the controls: what went wrong, or, where Python is long in answering, that a
 * network is being trained.
 */
function noteLine(ui, model, waiting) {
  const line = make("p", { role: "status", style: "color:var(--cw-grad); margin:0 0 8px", hidden: true });
  ui.stage.before(line);
  let clock = 0;
  const say = (words) => {
    line.hidden = !words;
    line.textContent = words ?? "";
  };
  const isOpen = () => (model.get("result").serial ?? 0) !== ui.state.serial;
  ui.onState(() => {
    clearTimeout(clock);
    if (isOpen()) clock = setTimeout(() => { if (isOpen()) say(waiting); }, 700);
  });
  return { show: (problem) => { if (!isOpen()) say(problem); }, end: () => clearTimeout(clock) };
}
