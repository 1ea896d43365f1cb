// Shared by all widgets of the course; each widget's own file follows below in the same module.
// Python computes, this draws: the view sends `state`, Python answers with `result`.

const EM = 13; // units of a picture that are as wide as 1em of the words around it

/** Make an HTML element: make("p", { class: "x" }, "text", child). */
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Make an SVG element in the same way. */
function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** A number in few characters, with a true minus sign: 0.182, 12.3, 3.1e−9. */
function brief(number, digits = 3) {
  if (number === null || number === undefined) return "∞";
  if (number === 0) return "0";
  const size = Math.abs(number);
  const text = size >= 1e5 || size < 1e-3
    ? number.toExponential(1).replace("e+", "e")
    : String(size >= 1000 ? Math.round(number) : Number(number.toPrecision(digits)));
  return text.replace(/-/g, "−");
}

/** The bytes of a uint8 array that Python packed as base64. */
function bytes(packed) {
  return Uint8Array.from(atob(packed.bytes), (letter) => letter.charCodeAt(0));
}

/** A picture of packed bytes as an address for an SVG image; `shade` gives each byte its colour. */
function painted(packed, shade) {
  const [rows, columns] = packed.shape;
  const canvas = make("canvas", { width: columns, height: rows });
  const pen = canvas.getContext("2d");
  const picture = pen.createImageData(columns, rows);
  const table = [...Array(256).keys()].map((value) => [...shade(value), 255]);
  bytes(packed).forEach((value, at) => picture.data.set(table[value], 4 * at));
  pen.putImageData(picture, 0, 0);
  return canvas.toDataURL();
}

/** The [red, green, blue] at a part of the way through a list of colours such as "#0072b2". */
function between(colours, part) {
  const at = Math.min(Math.max(part, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(at), colours.length - 2);
  const [a, b] = [colours[low], colours[low + 1]].map((hex) =>
    [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16)));
  return a.map((value, channel) => Math.round(value + (at - low) * (b[channel] - value)));
}

/** Turn "path of [x, y] pairs" into an SVG path; null breaks the line. */
function path(points) {
  let pen = "M";
  return points.map((point) => {
    if (!point) { pen = "M"; return ""; }
    const step = `${pen}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}

/**
 * Build what all widgets share and return the handle that a widget draws with:
 * controls (slider, number, select, button, check), set(), onResult(), picture(), colour().
 * `adjust(patch, state)` may add to a change what follows from it; `seen(state)` says whether what
 * there is to notice can be seen yet, once something was moved.
 */
function frame(model, el, { adjust = (patch) => patch, seen = () => true } = {}) {
  const texts = model.get("texts");
  const labels = texts.labels;
  const state = { ...model.get("state"), ...model.get("result").state };
  state.serial = model.get("result").serial ?? 0;
  const syncs = [];
  const draws = [];
  const pictures = [];
  const fits = []; // what gives each canvas as many dots as the page shows of it

  const controls = make("div", { class: "cw-controls" });
  const stage = make("div", { class: "cw-stage" });
  const summary = make("p", { class: "cw-summary" });
  const live = make("div", { class: "cw-unseen", "aria-live": "polite" });
  const notice = make("div", { class: "cw-notice", hidden: true },
    make("b", {}, labels.notice_head), texts.notice);
  const root = make("section",
    { class: "cw", "aria-label": texts.title, "data-widget": texts.id, "data-lm-suppress-shortcuts": "true" },
    make("h4", { class: "cw-title" }, texts.title),
    make("p", { class: "cw-task" }, make("b", {}, labels.task_head), texts.task),
    controls, stage, summary, notice, live);
  // JupyterLab would take the arrow keys and letters for its own commands.
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => event.stopPropagation());
  }
  el.append(root);

  /** Change the state, show "what to notice" and ask Python for the new picture. */
  let moved = false;
  function set(patch) {
    Object.assign(state, adjust(patch, state), { serial: state.serial + 1 });
    moved = true;
    notice.hidden = notice.hidden && !seen(state);
    for (const sync of syncs) sync();
    model.set("state", { ...state });
    model.save_changes();
  }

  let speaking = 0;
  function redraw() {
    const result = model.get("result");
    if (result.serial === state.serial) Object.assign(state, result.state || {});
    notice.hidden = notice.hidden && !(moved && seen(state));
    for (const sync of syncs) sync();
    for (const draw of draws) draw(result, state);
    summary.textContent = result.summary;
    for (const picture of pictures) picture.setAttribute("aria-label", result.summary);
    clearTimeout(speaking); // screen readers hear only where the movement ends
    speaking = setTimeout(() => { live.textContent = result.summary; }, 600);
  }
  model.on("change:result", redraw);
  // A notebook builds cells that are out of sight before they are on the page. There no colour
  // can be looked up, so draw again whenever the widget comes into the page.
  // A canvas that is shown larger now (Presentation Mode) gets as many dots as it is wide.
  let wide = 0;
  const arrivals = new ResizeObserver(([entry]) => {
    const isNew = !wide && entry.contentRect.width;
    wide = entry.contentRect.width;
    const isStale = wide && fits.map((fit) => fit()).includes(true);
    if (isNew || isStale) redraw();
  });
  arrivals.observe(root);
  const themes = new MutationObserver(redraw);
  for (const node of [document.documentElement, document.body]) {
    themes.observe(node, { attributes: true, attributeFilter: ["data-jp-theme-light", "theme", "class"] });
  }

  const ui = {
    state, labels, root, controls, stage, set,
    ...controlMakers(state, labels, set, syncs),

    /** Register what draws a result; it runs now, at every answer and when the theme changes. */
    onResult(draw) {
      draws.push(draw);
      redraw();
    },

    /** Run `sync` whenever the state has changed, without waiting for Python. */
    onState(sync) {
      syncs.push(sync);
    },

    /** Bring all controls into line with the state, as after a change of their range. */
    follow() {
      for (const sync of syncs) sync();
    },

    /** Make an SVG picture that is announced with the summary. */
    picture(width, height, parent = stage) {
      const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", style: `width:${width / EM}em` });
      pictures.push(svg);
      parent.append(svg);
      return svg;
    },

    /** A place so many units wide for a picture with controls on it; never narrower than `least`. */
    board(width, least) {
      const node = make("div", { class: "cw-board",
        style: `--unit:calc(100cqw / ${width}); max-width:${width / EM}em; min-width:${least}px` });
      stage.style.overflowX = "auto";
      stage.append(node);
      return node;
    },

    /** Make a canvas that is announced with the summary; returns its pen, in these units. */
    canvas(width, height) {
      const node = make("canvas", { role: "img", style: `width:${width / EM}em; aspect-ratio:${width}/${height}` });
      pictures.push(node);
      stage.append(node);
      const pen = node.getContext("2d");
      fits.push(() => {
        const fine = (node.clientWidth || width) / width * Math.max(window.devicePixelRatio || 1, 1);
        const dots = [width, height].map((units) => Math.round(units * fine));
        if (node.width === dots[0] && node.height === dots[1]) return false;
        [node.width, node.height] = dots;
        pen.setTransform(fine, 0, 0, fine, 0, 0);
        return true;
      });
      fits[fits.length - 1]();
      return pen;
    },

    /** The [red, green, blue] of a colour variable in the present theme. */
    colour(name) {
      const hex = getComputedStyle(root).getPropertyValue(`--cw-${name}`).trim().slice(1);
      return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
    },

    /** What to call when the view goes away. */
    end() {
      model.off("change:result", redraw);
      themes.disconnect();
      arrivals.disconnect();
      clearTimeout(speaking);
    },
  };
  return ui;
}

/** The controls. Each is labelled, works by keyboard, and follows the state. */
function controlMakers(state, labels, set, syncs) {
  const field = (key, kind, control, shown = null) => make("label", { class: `cw-field ${kind}` },
    make("span", {}, labels[key] ?? key, ...(shown ? [shown] : [])), control);

  return {
    /** A slider over min…max or over a list of `values`; `show` words the value. */
    slider(key, { min = 0, max = 1, step = 1, values = null, show = brief } = {}) {
      const input = make("input", values
        ? { type: "range", min: 0, max: values.length - 1, step: 1, name: key }
        : { type: "range", min, max, step, name: key });
      const shown = make("strong"); // not <output>: a label would name that instead of the slider
      const nearest = (value) => values.reduce((best, item, at) =>
        Math.abs(item - value) < Math.abs(values[best] - value) ? at : best, 0);
      const sync = () => {
        input.value = values ? nearest(state[key]) : state[key];
        input.style.setProperty("--fill", `${100 * (input.value - input.min) / (input.max - input.min)}%`);
        shown.textContent = show(state[key]);
        input.setAttribute("aria-valuetext", shown.textContent);
      };
      input.addEventListener("input", () =>
        set({ [key]: values ? values[input.value] : Number(input.value) }));
      syncs.push(sync);
      sync();
      return field(key, "cw-slider", input, shown);
    },

    /** A number field; an emptied or half-typed number is not sent. */
    number(key, { min = -10, max = 10, step = 0.1 } = {}) {
      const input = make("input", { type: "number", min, max, step, name: key });
      const sync = () => { // never while somebody is typing "0." or "-"
        const value = Number(Number(state[key]).toFixed(4));
        if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
      };
      input.addEventListener("input", () => {
        if (input.value === "" || !input.validity.valid && !input.validity.stepMismatch) return;
        set({ [key]: Number(input.value) });
      });
      input.addEventListener("blur", sync);
      syncs.push(sync);
      sync();
      return field(key, "cw-number", input);
    },

    /** A drop-down list of [value, words] pairs. */
    select(key, options) {
      const input = make("select", { name: key },
        ...options.map(([value, text]) => make("option", { value }, text)));
      input.addEventListener("change", () => set({ [key]: input.value }));
      syncs.push(() => { input.value = state[key]; });
      input.value = state[key];
      return field(key, "cw-select", input);
    },

    /** A tick box. */
    check(key) {
      const input = make("input", { type: "checkbox", name: key });
      input.addEventListener("change", () => set({ [key]: input.checked }));
      syncs.push(() => { input.checked = state[key]; });
      input.checked = state[key];
      return make("label", { class: "cw-check" }, input, labels[key] ?? key);
    },

    /** A button; `isOn` makes it a two-state button that follows the state. */
    button(text, press, { main = false, isOn = null } = {}) {
      const node = make("button", { type: "button", class: main ? "cw-main" : null }, text);
      node.addEventListener("click", press);
      if (isOn) syncs.push(() => node.setAttribute("aria-pressed", isOn()));
      if (isOn) node.setAttribute("aria-pressed", isOn());
      return node;
    },

    /** Several buttons in one row. */
    buttons(...nodes) {
      return make("div", { class: "cw-buttons" }, ...nodes);
    },
  };
}
