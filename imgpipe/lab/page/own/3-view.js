const shownNow = { seq: 0, picture: null, shape: null, outline: null, before: null, numbers: null, patch: null, glimpse: false, preview: false, whole: 0 };
const looked = () => document.querySelector("input[name=look]:checked").value;
const NS = "http://www.w3.org/2000/svg";

function drawn(tag, settings = {}, ...children) {
  const node = document.createElementNS(NS, tag);
  for (const [key, value] of Object.entries(settings)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Picture and outline, which come before the numbers where those take long; tell whether they are the newest. */
async function showPicture(head, blob, asked) {
  const picture = await createImageBitmap(blob);
  if (head.seq < shownNow.seq || (head.kind !== "result" && head.seq === shownNow.whole)) return null;
  Object.assign(shownNow, {
    seq: head.seq, picture, shape: head.shape, outline: head.outline, place: asked.place, glimpse: false,
    preview: head.kind === "preview",
  });
  behind(head.kind !== "result");
  clearRefusals();
  showNotes(head.notes ?? []);
  draw();
  return picture;
}

/** Numbers and code are still those of an older picture. */
function behind(are) {
  for (const part of document.querySelectorAll(".read, .take")) part.setAttribute("aria-busy", String(are));
}

async function showResult(head, blob, asked) {
  const picture = await showPicture(head, blob, asked);
  if (!picture) return;
  Object.assign(shownNow, { numbers: head.numbers, whole: head.seq });
  if (!asked.sent.filters.length && !asked.sent.segment) keepUntouched(head, picture, asked);
  at("caption").textContent = caption(head);
  showNumbers();
  showCode(head);
  const ms = digits(head.ms < 100 ? Math.round(10 * head.ms) / 10 : Math.round(head.ms));
  const took = head.ms < 1000 ? fill(words.answered, { ms }) : fill(words.answeredSlowly, { s: (head.ms / 1000).toFixed(1) });
  say(took, fill(words.answeredAloud, { ms, inside: insideWords(head.numbers) }));
}

/** Before the first answer, for which loops may have to be compiled: the picture as it came. */
async function glimpse() {
  const place = placeOf(state);
  const slice = state.slice === null ? "" : `?slice=${state.slice}`;
  const answer = await fetch(`picture/${encodeURIComponent(state.source)}.jpg${slice}`).catch(() => null);
  if (!answer?.ok) return; // why, is told in answer to the request for the result
  const picture = await createImageBitmap(await answer.blob());
  if (place !== placeOf(state) || place === shownNow.place) return;
  const shape = [picture.height, picture.width];
  Object.assign(shownNow, { picture, shape, outline: null, place, glimpse: true });
  at("caption").textContent = "";
  draw();
}

async function takeUntouched(head, blob, asked) {
  keepUntouched(head, await createImageBitmap(blob), asked);
  showNumbers();
}

function keepUntouched(head, picture, asked) {
  shownNow.before = { place: asked.place, picture, shape: head.shape, numbers: head.numbers };
  draw();
  if (state.models && !asked.models) wish();
}

/** The untouched image, if it is that of what is shown. */
const before = () => (shownNow.before?.place === shownNow.place ? shownNow.before : null);

function caption({ shape, range, own, numbers }) {
  const [low, high] = range.map(digits);
  const unit = numbers.unit ? ` ${numbers.unit}` : "";
  const found = fill(words.sizeAndRange, { size: shape.toReversed().join(" × "), low, high: high + unit });
  return own ? `${found}${words.apart}${words.ownRange}` : found;
}

function showNotes(notes) {
  at("notes").hidden = !notes.length;
  at("notes").replaceChildren(...notes.map((text) => made("li", { textContent: text })));
}

/** Draw what was chosen to be looked at, and what lies over it. */
function draw() {
  if (!shownNow.picture) return;
  const old = before();
  const alike = old && old.shape.join() === shownNow.shape.join();
  const both = document.querySelector("input[value=both]");
  both.disabled = Boolean(old) && !alike;
  const look = !old || (looked() === "both" && !alike) ? "now" : looked();
  const { shape, picture } = look === "before" ? old : shownNow;
  const { width, height } = picture; // of an image too large for the screen, less than its shape
  const canvas = at("view");
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  at("stage").style.setProperty("--ratio", width / height);
  canvas.classList.toggle("small", Math.max(width, height) < 200);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const edge = Math.round((width * at("divide").value) / 100);
  if (look === "both" && edge) context.drawImage(old.picture, 0, 0, edge, height, 0, 0, edge, height);
  at("divided").hidden = look !== "both";
  const original = look === "before" || shownNow.glimpse;
  at("tag").hidden = look === "now" && !original;
  at("previewed").hidden = !shownNow.preview || look === "before";
  at("tag").textContent = original ? words.untouched : words.leftUntouched;
  canvas.setAttribute("aria-label", original ? words.pictureBefore
    : fill(words.pictureNow, { steps: stepsInWords() }));
  drawOver(shape, look, at("divide").value / 100);
}

const lineOf = (points) => `M${points.map(([row, column]) => `${column} ${row}`).join("L")}Z`;

function drawOver([height, width], look, share) {
  const over = at("over");
  over.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const parts = [];
  at("outlined").hidden = !shownNow.outline;
  if (shownNow.outline && at("outline").checked && look !== "before") {
    const d = shownNow.outline.map(lineOf).join("");
    // whole numbers are the centres of pixels
    parts.push(drawn("g", { transform: "translate(.5 .5)" },
      drawn("path", { class: "halo", d }), drawn("path", { class: "edge", d })));
  }
  const edge = share * width;
  if (look === "both") parts.push(drawn("line", { x1: edge, x2: edge, y1: 0, y2: height, class: "divider" }));
  over.replaceChildren(...parts);
  placePatch(look !== "before");
}

/** A contour on its way; the first one brings the picture that it moves in. */
async function showContour({ seq, iteration, energy, outline }, blob) {
  if (blob) {
    const picture = await createImageBitmap(blob);
    if (seq < line.seq) return;
    Object.assign(shownNow, { picture, preview: false });
  }
  shownNow.outline = outline;
  document.body.dataset.frames = String(Number(document.body.dataset.frames ?? 0) + 1);
  draw();
  say(fill(words.moving, { n: iteration, energy: digits(energy) }));
}

/** Where models look: a frame that is dragged, or moved by arrow keys. */
function placePatch(visible = looked() !== "before") {
  const button = at("patch");
  button.hidden = !visible || !state.models || !shownNow.patch || patchIsAll();
  if (button.hidden) return;
  const [height, width] = shownNow.shape;
  const [, , tall, wide] = shownNow.patch;
  const [row, column] = patchCentre();
  const share = (value, of) => `${(100 * value) / of}%`;
  Object.assign(button.style, {
    top: share(row - tall / 2, height), left: share(column - wide / 2, width),
    height: share(tall, height), width: share(wide, width),
  });
  button.setAttribute("aria-label", fill(words.patch, { row: Math.round(row), column: Math.round(column) }));
}

function patchIsAll() {
  const [, , tall, wide] = shownNow.patch;
  return tall >= shownNow.shape[0] && wide >= shownNow.shape[1];
}

/** The middle of the patch, kept so far inside that all of it lies in the picture. */
function patchCentre([row, column] = state.where ?? [Infinity, Infinity]) {
  const [top, left, tall, wide] = shownNow.patch;
  const [height, width] = shownNow.shape;
  if (!Number.isFinite(row)) return [top + tall / 2, left + wide / 2];
  const inside = (value, size, all) => Math.min(Math.max(value, size / 2), all - size / 2);
  return [inside(row, tall, height), inside(column, wide, width)];
}

function movePatch(row, column) {
  state.where = patchCentre([row, column]).map((each) => Math.round(each));
  placePatch();
  changed();
}

function pointed(event) {
  const box = at("stage").getBoundingClientRect();
  const [height, width] = shownNow.shape;
  return [((event.clientY - box.top) / box.height) * height, ((event.clientX - box.left) / box.width) * width];
}

function listenToPicture() {
  const stage = at("stage");
  const follow = (event) => {
    if (!shownNow.picture) return;
    const [row, column] = pointed(event);
    if (looked() === "both") {
      at("divide").value = Math.min(100, Math.max(0, (100 * column) / shownNow.shape[1]));
      draw();
    } else if (state.models && shownNow.patch && !patchIsAll() && looked() === "now") {
      movePatch(row, column);
    }
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button || (looked() !== "both" && !state.models)) return;
    stage.setPointerCapture(event.pointerId);
    follow(event);
  });
  stage.addEventListener("pointermove", (event) => stage.hasPointerCapture(event.pointerId) && follow(event));
  at("patch").addEventListener("keydown", (event) => {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const far = Math.max(1, Math.round(Math.min(...shownNow.shape) / (event.shiftKey ? 16 : 64)));
    const [row, column] = patchCentre();
    movePatch(row + far * way[0], column + far * way[1]);
  });
  for (const radio of document.querySelectorAll("input[name=look]")) radio.addEventListener("change", draw);
  at("divide").addEventListener("input", draw);
  at("outline").addEventListener("change", draw);
}
