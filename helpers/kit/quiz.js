// The form of a multiple-choice question. Python sends `question`; the browser sends `choice` when
// the button is pressed (not at every arrow key); Python answers with `result`: all the reasons.

const SIGN = { true: "✓", false: "✗" };
const WORD = { true: "right", false: "not right" };
const PATIENCE = 5000; // milliseconds until we say that no kernel answers

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An element with HTML that Python has escaped and marked up. */
function marked(tag, attributes, html) {
  const node = make(tag, attributes);
  node.innerHTML = html;
  return node;
}

function render({ model, el }) {
  const question = model.get("question");
  const group = `quiz-${Math.random().toString(36).slice(2)}`; // the same question may stand twice
  const rows = new Map();
  let serial = 0;
  let awaited = 0; // number of the choice that an answer is awaited for
  let waiting = 0;

  const fieldset = make("fieldset", {},
    marked("legend", {}, `<b>Question ${question.id}.</b> ${question.prompt}`));
  for (const option of question.options) {
    const id = `${group}-${option.letter}`;
    const input = make("input", {
      type: question.multiple ? "checkbox" : "radio",
      name: group, id, value: option.letter, "aria-describedby": `${id}-reason`,
    });
    const reason = make("div", { class: "cq-reason", id: `${id}-reason` });
    const label = make("label", { for: id },
      make("span", { class: "cq-letter" }, `${option.letter})`), marked("span", {}, option.text));
    const row = make("div", { class: "cq-option" }, input, label, reason);
    // what was said about the last choice is not about this one
    input.addEventListener("change", () => {
      line.textContent = "";
      clearTimeout(waiting);
      awaited = 0; // an answer that is still under way is not about this choice
    });
    rows.set(option.letter, { input, reason, row });
    fieldset.append(row);
  }

  const button = make("button", { type: "button", class: "cw-main" }, "Check my answer");
  const line = make("span", { class: "cq-line", role: "status", "aria-live": "polite" });
  const root = make("section",
    { class: "cw cq", "aria-label": `Question ${question.id}`, "data-quiz": question.id,
      "data-lm-suppress-shortcuts": "true" },
    fieldset, make("div", { class: "cq-foot" }, button, line));

  // JupyterLab would take arrow keys, space and letters for its own commands.
  for (const kind of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(kind, (event) => event.stopPropagation());
  }

  button.addEventListener("click", () => {
    const letters = [...rows].filter(([, { input }]) => input.checked).map(([letter]) => letter);
    serial += 1;
    awaited = serial;
    model.set("choice", { letters, serial });
    model.save_changes();
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      line.textContent = "No kernel answers. Run this cell again, then choose.";
    }, PATIENCE);
  });

  function draw() {
    const result = model.get("result");
    if (!result.line) return;
    if (serial && result.serial !== awaited) return;
    clearTimeout(waiting);
    line.textContent = result.line;
    for (const { right, chosen, reason, letter } of result.options) {
      const { input, row, reason: place } = rows.get(letter);
      row.dataset.right = right;
      if (serial === 0) input.checked = chosen; // a second view of a question already answered
      place.replaceChildren(
        make("b", {}, `${SIGN[right]} ${WORD[right]}: `), marked("span", {}, reason));
    }
  }
  model.on("change:result", draw);
  draw();
  el.append(root);

  return () => {
    clearTimeout(waiting);
    model.off("change:result", draw);
  };
}

export default { render };
