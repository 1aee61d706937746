const MOST_BARS = 10;

/** All classes in the model's order; of many the likeliest, and the others folded. */
function bars(predicted, probabilities) {
  // by the model's list, since an object has its own order for names that are numbers
  const pairs = told.classes.map((name) => [name, probabilities[name]]);
  if (pairs.length > MOST_BARS) pairs.sort((a, b) => b[1] - a[1]);
  const drawn = pairs.map(([name, p]) => bar(name, p, name === predicted));
  const list = made("ol", { className: "bars" }, ...drawn.slice(0, MOST_BARS));
  list.setAttribute("aria-label", words.probabilities);
  if (drawn.length <= MOST_BARS) return [list];
  const rest = made("ol", { className: "bars" }, ...drawn.slice(MOST_BARS));
  const n = drawn.length - MOST_BARS;
  return [list, made("details", {},
    made("summary", { textContent: fill(words.others, { n }) }), rest)];
}

function showAnswer({ predicted, probabilities, warnings = [] }) {
  const p = probabilities[predicted];
  const nodes = [
    made("p", { className: "verdict" },
      made("span", { className: "muted", textContent: words.likeliest }), " ",
      made("strong", { id: "predicted", textContent: predicted }), " ",
      made("span", { className: "num", textContent: chance(p) })),
  ];
  if (warnings.length) {
    nodes.push(made("ul", { className: "beware" },
      ...warnings.map((text) => made("li", { textContent: text }))));
  }
  at("answer").replaceChildren(...nodes, ...bars(predicted, probabilities));
}

function showRefusal(text) {
  at("answer").replaceChildren(made("p", { className: "refusal", textContent: text }));
}

/** A row for each picture so far, once there are several. */
function note(name, predicted, text) {
  const row = made("tr", {}, made("th", { scope: "row", textContent: name }));
  if (predicted) {
    row.append(made("td", { textContent: predicted }), made("td", { className: "r num", textContent: text }));
  } else {
    row.className = "bad";
    row.append(made("td", { colSpan: 2, textContent: text }));
  }
  at("history").prepend(row);
  at("so-far").hidden = at("history").rows.length < 2;
}
