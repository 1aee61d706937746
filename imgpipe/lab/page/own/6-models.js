const cards = new Map(); // by the model's name

/** What models say, in a card each; it takes the place of what the same model said before. */
async function showAnswers(head, pictures) {
  for (const answer of head.answers) {
    if (answer.patch) shownNow.patch = answer.patch;
    const card = await answerCard(answer, pictures[answer.map]);
    if (cards.has(answer.name)) cards.get(answer.name).replaceWith(card);
    else at("answers").append(card);
    cards.set(answer.name, card);
  }
  placePatch();
  at("patch-words").hidden = !shownNow.patch;
  at("patch-words").textContent = patchWords();
  if (!head.last) return;
  for (const [name, card] of cards) if (card.classList.contains("old")) forgetCard(name, card);
  const said = [...cards.values()].map((card) => card.dataset.said).filter(Boolean);
  say(at("said").textContent, said.join(words.apart));
}

function forgetCard(name, card) {
  card.remove();
  cards.delete(name);
}

/** A new question is on its way: what stands there is that of another picture. */
function ageAnswers(wanted) {
  for (const [name, card] of cards) {
    if (wanted) card.classList.add("old");
    else forgetCard(name, card);
  }
  if (!wanted) at("patch-words").hidden = true;
}

function patchWords() {
  if (!shownNow.patch) return "";
  if (patchIsAll()) return words.patchIsAll;
  const [top, left, height, width] = shownNow.patch.map(Math.round);
  return fill(words.patchAt, { size: `${width} × ${height}`, top, left });
}

const NOT_YET = ["waiting", "training"];

async function answerCard(answer, map) {
  const { predicted, probabilities, refused, warnings = [], patch } = answer;
  const head = made("h3", { textContent: answer.title });
  const card = made("article", { className: "answer" }, head);
  card.dataset.model = answer.name;
  if (refused) {
    const kind = NOT_YET.includes(answer.state) ? "muted" : "refusal";
    card.append(made("p", { className: kind, textContent: refused }));
    card.dataset.said = `${answer.title}: ${refused}`;
    return card;
  }
  const shares = answer.classes.map((each, i) => [each, probabilities[i]]);
  const list = made("ol", { className: "bars" }, ...shares.map(([each, p]) => bar(each, p, each === predicted)));
  list.setAttribute("aria-label", words.probabilities);
  const best = chance(new Map(shares).get(predicted));
  card.append(made("p", { className: "verdict" },
    made("span", { className: "muted", textContent: words.likeliest }), " ",
    made("strong", { textContent: predicted }), " ", made("span", { className: "num", textContent: best })));
  if (warnings.length) {
    card.append(made("ul", { className: "beware" }, ...warnings.map((text) => made("li", { textContent: text }))));
  }
  card.append(list, map ? await mapFigure(answer, map, patch) : made("p", { className: "muted small", textContent: words.nowhere }));
  if (answer.note && patchIsAll()) card.append(made("p", { className: "muted small", textContent: answer.note }));
  if (answer.accuracy) card.append(made("p", { className: "muted small", textContent: answer.accuracy }));
  card.dataset.said = `${answer.title}: ${predicted} ${best}`;
  return card;
}

/** The patch with the map over it. */
async function mapFigure({ title, predicted }, blob, [top, left, height, width]) {
  const map = await createImageBitmap(blob);
  const size = Math.max(256, width);
  const canvas = made("canvas", { width: size, height: Math.round((size * height) / width) });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", fill(words.mapOver, { name: title }));
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = width >= 128;
  const seen = shownNow.picture.width / shownNow.shape[1];
  context.drawImage(shownNow.picture, seen * left, seen * top, seen * width, seen * height, 0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = true;
  context.drawImage(map, 0, 0, canvas.width, canvas.height);
  return made("figure", { className: "map" }, canvas,
    made("figcaption", { className: "muted small", textContent: fill(words.colours, { name: predicted }) }));
}
