// The journey of one image through a network: a block of maps for each layer, from left to right.
const ROW = { w: 880, h: 198, top: 36, input: 96, between: 24, least: 86 };

/** Where the maps of each layer stand: the input first, then a block for each layer. */
function placeBlocks(result) {
  const blocks = [{ count: 1, side: 28, columns: 1, gap: 0 },
    ...result.layers.map(({ values: { shape: [count, side] } }) => ({ count, side, gap: side > 1 ? 2 : 1,
      columns: side > 1 ? Math.ceil(count / 8) : Math.ceil(count / 16) }))];
  const room = ROW.w - ROW.between * (blocks.length - 1);
  const high = (block) => Math.ceil(block.count / block.columns) * (block.tile + block.gap) - block.gap;
  /** Give all maps this size, and say how wide the blocks become together. */
  const sized = (tile) => blocks.reduce((sum, block, at) => {
    block.tile = at === 0 ? ROW.input : block.side > 1 ? tile : (tile + 2) / 2 - block.gap;
    block.w = block.columns * (block.tile + block.gap) - block.gap;
    return sum + (at ? Math.max(block.w, ROW.least) : block.w);
  }, 0);
  let tile = (ROW.h - ROW.top) / 8 - 2;
  while (sized(tile) > room && tile > 8) tile -= 0.25;
  let x = 0;
  for (const block of blocks) {
    [block.x, block.y] = [x, ROW.top + (ROW.h - ROW.top - high(block)) / 2];
    x += Math.max(block.w, ROW.least) + ROW.between;
  }
  return blocks;
}

function tileOf(block, at) {
  const step = block.tile + block.gap;
  return { x: block.x + at % block.columns * step, y: block.y + Math.floor(at / block.columns) * step };
}

/** The journey of the drawing through the layers. A map under the pointer is shown in large. */
function makeRow(pen, ui) {
  const canvas = pen.canvas;
  let shown = null; // what was painted last: { result, blocks, sheets }
  let under = null; // [block, map] under the pointer
  function paint(result = shown?.result) {
    if (!result) return;
    const look = lookOf(ui);
    const blocks = placeBlocks(result);
    const sheets = [sheetOfMaps(result.field, false, look),
      ...result.layers.map(({ values, signed }) => sheetOfMaps(values, signed, look))];
    shown = { result, blocks, sheets };
    pen.clearRect(0, 0, ROW.w, ROW.h);
    blocks.forEach((block, at) => {
      for (let map = 0; map < block.count; map++) {
        const { x, y } = tileOf(block, map);
        paintMap(pen, sheets[at], map, x, y, block.tile, block.tile);
      }
      const [title, size] = at ? [result.layers[at - 1].title, result.layers[at - 1].size] : ui.labels.reads;
      write(pen, title, block.x, 14, look.ink, look, { weight: 600 });
      write(pen, size, block.x, 29, look.soft, look);
      if (at) arrow(pen, block.x - 18, ROW.top + (ROW.h - ROW.top) / 2, look.soft);
    });
    if (under) enlarge(pen, shown, under, look, ui.labels);
  }
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    const next = find(shown?.blocks ?? [], (event.clientX - box.left) / box.width * ROW.w, (event.clientY - box.top) / box.height * ROW.h);
    if (String(next) === String(under)) return;
    under = next;
    paint();
  });
  canvas.addEventListener("pointerleave", () => { under = null; paint(); });
  return { paint };
}

function find(blocks, x, y) {
  for (const [at, block] of blocks.entries()) {
    if (!at || block.side === 1) continue;
    const step = block.tile + block.gap;
    const [column, row] = [Math.floor((x - block.x) / step), Math.floor((y - block.y) / step)];
    const map = row * block.columns + column;
    if (column >= 0 && row >= 0 && column < block.columns && map < block.count) return [at, map];
  }
  return null;
}

function arrow(pen, x, y, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.3;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + 12, y);
  pen.moveTo(x + 8, y - 4);
  pen.lineTo(x + 12, y);
  pen.lineTo(x + 8, y + 4);
  pen.stroke();
}

function enlarge(pen, { blocks, sheets }, [at, map], look, labels) {
  const size = 132;
  const { x, y } = tileOf(blocks[at], map);
  const { tile } = blocks[at];
  // beside the small one, on the side where there is room; as high as that one, but not over the edge
  const left = x > ROW.w / 2 ? x - size - 14 : x + tile + 14;
  const top = Math.min(Math.max(y + tile / 2 - size / 2, 7), ROW.h - size - 25);
  pen.fillStyle = look.paper;
  pen.fillRect(left - 6, top - 6, size + 12, size + 30);
  pen.strokeStyle = look.soft;
  pen.lineWidth = 1;
  pen.strokeRect(left - 6, top - 6, size + 12, size + 30);
  pen.strokeRect(x - 1, y - 1, tile + 2, tile + 2);
  paintMap(pen, sheets[at], map, left, top, size, size);
  write(pen, labels.map.replace("{k}", map + 1).replace("{n}", blocks[at].count), left, top + size + 16, look.ink, look);
}
