// W2.2 Shape lens: two factors, their product and the wanted gradient, drawn to scale.
const CELL = 22;
const MIDDLE = 112;
const COLOURS = { X: "data", W: "param", "Δ": "grad" };

function render({ model, el }) {
  const ui = frame(model, el);
  const { labels, state } = ui;
  const size = (key) => ui.slider(key, { min: 2, max: 8, step: 1 });
  ui.controls.append(size("n"), size("d"), size("m"),
    ui.select("target", Object.entries(labels.targets)),
    ui.button(labels.square, () => ui.set({ n: 4, d: 4, m: 4 })));
  ui.stage.before(orders(ui, model));
  const svg = ui.picture(880, 282);
  ui.onResult((result) => svg.replaceChildren(...drawBlocks(result, state, labels)));
  return () => ui.end();
}

/** One button for each product; what was tried keeps its mark. */
function orders(ui, model) {
  const nodes = model.get("result").orders.map((order) => {
    const node = ui.button(order, () => ui.set({ order }), { isOn: () => ui.state.order === order });
    node.setAttribute("data-order", order);
    return node;
  });
  ui.onResult((result) => {
    for (const node of nodes) {
      const order = node.getAttribute("data-order");
      const verdict = result.verdicts[order];
      node.textContent = verdict ? `${order} ${ui.labels.verdicts[verdict][0]}` : order;
      node.title = verdict ? ui.labels.verdicts[verdict] : "";
    }
  });
  const row = ui.buttons(make("span", { style: "color:var(--cw-soft); font-size:0.923em" }, ui.labels.order), ...nodes);
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", ui.labels.order);
  row.style.marginBottom = "6px";
  return row;
}

/** left · right = product, then the gradient that is wanted. */
function drawBlocks(result, state, labels) {
  const { left, right, product, wanted, verdict } = result;
  const legal = verdict !== "illegal";
  const wide = (block) => CELL * (block.values ? block.values[0].length : 5);
  const gaps = [34, 34, 60];
  let x = (880 - wide(left) - wide(right) - wide(product) - wide(wanted) - 128) / 2;
  const put = [left, right, product, wanted].map((block, at) => {
    const here = x;
    x += wide(block) + (gaps[at] || 0);
    return here;
  });
  const sign = (at, text) => shape("text", { x: put[at] - 17, y: MIDDLE + 6, "text-anchor": "middle", style: "font-size:19px" }, text);
  const name = labels.targets[state.target];
  const below = MIDDLE + CELL / 2 * Math.max(4, ...[left, right, product, wanted].map((block) => block.values?.length ?? 5));
  const colour = `var(--cw-${verdict === "right" ? "param" : "plum"})`;
  const spoken = legal ? labels.verdicts[verdict] : labels.inner.replace("{verdict}", labels.verdicts[verdict])
    .replace("{a}", left.values[0].length).replace("{b}", right.values.length);
  return [
    ...block(left, put[0], COLOURS[left.letter], left.name, below),
    ...block(right, put[1], COLOURS[right.letter], right.name, below),
    ...(legal ? block(product, put[2], "grad", labels.product, below) : noBlock(put[2], labels)),
    ...block(wanted, put[3], "grad", labels.wanted.replace("{name}", name), below),
    sign(1, "·"), sign(2, "="),
    ...inner(left, right, put, legal),
    shape("text", { x: put[3] - 30, y: MIDDLE + 7, "text-anchor": "middle",
      style: `font-size:22px; font-weight:600; fill:${colour}` }, verdict === "right" ? "=" : "≠"),
    shape("text", { x: 440, y: below + 68, "text-anchor": "middle",
      style: `font-size:15px; font-weight:600; fill:${colour}` }, spoken),
  ];
}

/** A matrix as cells: the stronger the colour the larger the number; a dot marks negative ones. */
function block({ values, size }, x, colour, title, below) {
  const [rows, columns] = [values.length, values[0].length];
  const y = MIDDLE - rows * CELL / 2;
  const largest = Math.max(...values.flat().map(Math.abs), 1e-12);
  const cells = values.flatMap((row, i) => row.map((value, j) => {
    const place = { x: x + j * CELL + 0.75, y: y + i * CELL + 0.75, width: CELL - 1.5, height: CELL - 1.5, rx: 2.5 };
    const strength = 0.12 + 0.88 * Math.abs(value) / largest;
    return shape("g", {}, shape("title", {}, brief(value)),
      shape("rect", { ...place, style: `fill:var(--cw-${colour}); fill-opacity:${strength.toFixed(2)}` }),
      value < 0 ? shape("circle", { cx: x + (j + 0.5) * CELL, cy: y + (i + 0.5) * CELL, r: 2.3, style: "fill:var(--cw-paper)" }) : "");
  }));
  const text = (dy, words, style) => shape("text", { x: x + columns * CELL / 2, y: below + dy, "text-anchor": "middle", style }, words);
  return [...cells,
    text(22, title, `font-weight:600; fill:var(--cw-${colour})`),
    text(39, `${size[0]}×${size[1]} = ${rows}×${columns}`, "fill:var(--cw-soft); font-size:11px")];
}

/** What stands where no product exists. */
function noBlock(x, labels) {
  return [
    shape("rect", { x, y: MIDDLE - 2.5 * CELL, width: 5 * CELL, height: 5 * CELL, rx: 6, "stroke-dasharray": "5 5", class: "axis" }),
    shape("text", { x: x + 2.5 * CELL, y: MIDDLE + 5, "text-anchor": "middle", class: "soft" }, labels.none),
  ];
}

/** The two inner sizes, which must agree: the columns of the left, the rows of the right. */
function inner(left, right, put, legal) {
  const colour = `var(--cw-${legal ? "param" : "plum"})`;
  const dash = legal ? "none" : "4 3";
  const [columns, rows] = [left.values[0].length, right.values.length];
  const top = MIDDLE - left.values.length * CELL / 2 - 7;
  const [x0, x1] = [put[0], put[0] + columns * CELL];
  const side = put[1] - 6;
  const [y0, y1] = [MIDDLE - rows * CELL / 2, MIDDLE + rows * CELL / 2];
  const style = `stroke:${colour}; stroke-width:2; fill:none; stroke-dasharray:${dash}`;
  const words = (x, y, text) => shape("text", { x, y, "text-anchor": "middle", class: "halo", style: `fill:${colour}; font-weight:600` }, text);
  return [
    shape("path", { d: `M${x0} ${top + 4}V${top}H${x1}V${top + 4}`, style }),
    shape("path", { d: `M${side + 4} ${y0}H${side}V${y1}H${side + 4}`, style }),
    words((x0 + x1) / 2, top - 6, columns), words(side - 9, y0 + 4, rows),
  ];
}

export default { render };
