// W3.4 Pool or not: the maps of both networks to scale, and bars of what they cost.
const MAPS = { x: 0, y: 18, w: 606, side: 72, tall: 104 };
const BARS = { x: 0, y: 264, w: 470, high: 15, step: 55 };
const IMAGE = { x: 650, y: 22, size: 230 };
const COLOURS = { parameters: "param", macs: "data", values: "data" };

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  const both = (key, patch) => ui.button(labels.both[key], () => ui.set(patch),
    { isOn: () => Object.keys(patch).every((name) => state[name] === patch[name]) });
  ui.controls.append(
    ui.select("first", Object.entries(labels.places)),
    ui.select("second", Object.entries(labels.places)),
    ui.select("end", Object.entries(labels.ends)),
    ui.slider("side", { min: 10, max: 64, step: 1 }),
    ui.buttons(...["article", "stride", "none"].map((key) =>
      both(key, { first: key === "article" ? "pool" : key, second: key === "article" ? "pool" : key, end: "flatten" }))));
  const svg = ui.picture(880, 418);
  const image = shape("image", { x: IMAGE.x, y: IMAGE.y, width: IMAGE.size, height: IMAGE.size, style: "image-rendering:pixelated" });
  const layer = shape("g");
  svg.append(image, layer);
  let shown = "";
  ui.onResult((result) => {
    if (shown !== result.image.bytes) image.setAttribute("href", painted(result.image, (value) => between(result.light, value / 255)));
    shown = result.image.bytes;
    layer.replaceChildren(...maps(result, labels), ...bars(result, labels), ...field(result, state, labels));
  });
  return () => ui.end();
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const END = { "text-anchor": "end" };
const MIDDLE = { "text-anchor": "middle" };

/** Both rows of maps, every pixel as large in one as in the other. */
function maps(result, labels) {
  const side = result.article.maps[0].side;
  const unit = MAPS.side / side;
  return ["article", "yours"].flatMap((who, row) => {
    const top = MAPS.y + row * (MAPS.tall + 12);
    const middle = top + 8 + MAPS.side / 2;
    const list = result[who].maps;
    const gap = 30;
    const sheets = (channels) => Math.round(Math.log2(channels)); // behind each other, as many as fit the eye
    let x = MAPS.x;
    const parts = [text(MAPS.x, top - 5, labels[who], { style: `font-weight:600; fill:var(--cw-${row ? "data" : "soft"})` })];
    list.forEach((map, at) => {
      const wide = Math.max(map.side * unit, 2);
      const many = sheets(map.channels);
      const colour = row ? "var(--cw-data)" : "var(--cw-pred)";
      for (let sheet = many; sheet >= 0; sheet--) {
        parts.push(shape("rect", { x: x + 2.6 * sheet, y: middle - wide / 2 - 1.6 * sheet, width: wide, height: wide, rx: 1,
          style: `fill:var(--cw-paper); stroke:${colour}; stroke-width:1` }),
        shape("rect", { x: x + 2.6 * sheet, y: middle - wide / 2 - 1.6 * sheet, width: wide, height: wide, rx: 1,
          style: `fill:${colour}; fill-opacity:${sheet ? 0.14 : 0.32}` }));
      }
      const centre = x + (wide + 2.6 * many) / 2;
      parts.push(shape("title", {}, map.title),
        text(Math.max(centre, x + 24), middle + MAPS.side / 2 + 16, `${map.side}×${map.side}×${map.channels}`, { ...MIDDLE, class: at === list.length - 1 ? "" : "soft" }));
      x += Math.max(wide + 2.6 * many, 46) + gap;
    });
        parts.push(shape("path", { d: `M${x - 18} ${middle}h14m-5 -4l5 4l-5 4`, class: "axis" }),
      text(x + 4, middle - 2, result[who].flat, { style: `font-weight:600; font-size:15px; fill:var(--cw-${row ? "data" : "soft"})` }),
      text(x + 4, middle + 13, labels.next, { class: "soft" }));
    return parts;
  });
}

/** For each cost two bars to one scale, cut where one layer ends and the next begins. */
function bars(result, labels) {
  return Object.keys(COLOURS).flatMap((key, group) => {
    const y = BARS.y + group * BARS.step;
    const most = Math.max(result.article.totals[key], result.yours.totals[key]);
    const unit = BARS.w / most;
    const lines = ["article", "yours"].flatMap((who, row) => {
      let x = BARS.x;
      const top = y + row * (BARS.high + 3);
      const parts = result[who].parts.filter((part) => part[key]).map((part, at) => {
        const wide = part[key] * unit;
        const place = { x, y: top, width: Math.max(wide - 1, 0.6), height: BARS.high, rx: 2 };
        x += wide;
        const fits = wide > 7.6 * part.title.length;
        return shape("g", {}, shape("title", {}, `${part.title}: ${part[key]}`),
          shape("rect", { ...place, style: `fill:var(--cw-${row ? COLOURS[key] : "pred"}); fill-opacity:${part.kind === "Dense" ? 0.75 : at % 2 ? 0.5 : 0.28}` }),
          fits ? text(place.x + 5, top + 11.5, part.title, { style: "font-size:11.5px" }) : "");
      });
      return [...parts, text(x + 6, top + 12, result[who].words[key], { class: row ? "" : "soft", style: row ? "font-weight:600" : "" })];
    });
    return [text(BARS.x, y - 6, labels[key], { style: `font-weight:600; fill:var(--cw-${COLOURS[key]})` }),
      text(BARS.x + 606, y - 6, labels.times.replace("{factor}", result.factors[key]),
        { ...END, style: `font-weight:600; fill:var(--cw-${COLOURS[key]}); font-size:15px` }), ...lines];
  });
}

/** What one value in the middle of the last map sees, in both networks. */
function field(result, state, labels) {
  const { x, y, size } = IMAGE;
  const unit = size / state.side;
  const box = ([top, left, high, wide], colour, dash) => [["#fff", 4.5, "none"], [colour, 2.4, dash]].map(([stroke, width, dashes]) =>
    shape("rect", { x: x + left * unit, y: y + top * unit, width: wide * unit, height: high * unit,
      style: `fill:none; stroke:${stroke}; stroke-width:${width}; stroke-dasharray:${dashes}` }));
  const fields = labels.fields.replace("{yours}", result.yours.field).replace("{article}", result.article.field);
  return [
    text(x, 13, `${labels.input} ${state.side}×${state.side}×1`, { style: "font-weight:600; fill:var(--cw-data)" }),
    ...box(result.article.box, "#555", "4 3"), ...box(result.yours.box, "var(--cw-param)", "none"),
    text(x, y + size + 20, labels.sees, { class: "soft" }),
    text(x, y + size + 37, fields, { style: "font-weight:600; fill:var(--cw-param)" }),
  ];
}

export default { render };
