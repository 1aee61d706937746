const GROUPS = ["smoothing", "derivatives", "morphology", "enhancement"];
const HINTS = ["slider", "segment", "copy"]; // one after another, as each was done
const FIRST_STEP = "median";

/** A sentence in the line of state; the other one is read aloud once nothing moves any more. */
function say(text, aloud = "") {
  at("said").textContent = text;
  clearTimeout(say.timer);
  if (aloud) say.timer = setTimeout(() => (at("spoken").textContent = aloud), 800);
}

/** A hint leads on once what it asks for was done. */
function moved(what) {
  if (HINTS[0] !== what) return;
  HINTS.shift();
  at("hint").textContent = HINTS.length ? words[`hint_${HINTS[0]}`] : words.hint_end;
}

function working() {
  ageAnswers(state.models);
  document.body.dataset.idle = "no";
}

/** What takes long says that it goes on. */
function waiting(is) {
  clearInterval(waiting.timer);
  if (waiting.told && at("said").textContent === waiting.told) say(waiting.before);
  waiting.told = "";
  if (!is) return;
  waiting.before = at("said").textContent;
  const since = performance.now();
  waiting.timer = setInterval(() => {
    if (document.body.dataset.frames === waiting.frames) {
      const s = Math.round((performance.now() - since) / 1000);
      waiting.told = fill(at("preparing").hidden ? words.computing : words.computingFirst, { s });
      say(waiting.told);
    }
    waiting.frames = document.body.dataset.frames;
  }, 1000);
}

function gone(is) {
  at("gone").hidden = !is;
  at("gone").textContent = is ? words.gone : "";
  at("light").classList.toggle("off", is);
  if (!is) return;
  waiting(false);
  say(words.gone);
}

function serverState({ state: now, done, of }) {
  at("preparing").hidden = now === "ready";
  at("preparing").textContent = fill(words.preparing, { done, of });
}

function clearRefusals() {
  for (const node of document.querySelectorAll("[id^=trouble]")) node.hidden = true;
}

/** The sentence stands at the step that it is about; the last picture stays. */
function showRefusal({ error, step }, { steps }) {
  clearRefusals();
  behind(false);
  const place = step === null || step === undefined ? null : step < steps.length ? steps[step] : "segment";
  const node = (place !== null && at(`trouble-${place}`)) || at("trouble");
  node.textContent = error;
  node.hidden = false;
  ageAnswers(false);
  say(words.refused, error);
}

function showSource() {
  const select = at("source");
  if (isUpload(state.source) && ![...select.options].some(({ value }) => value === state.source)) {
    select.append(new Option(state.title || words.upload, state.source));
  }
  select.value = state.source;
  const about = told.examples.find(({ source }) => source === state.source)?.about;
  at("source-about").textContent = about ?? state.title;
  at("slices").hidden = state.slices < 2;
  at("slice").max = state.slices - 1;
  at("slice").value = state.slice ?? 0;
  tellSlice();
}

function tellSlice() {
  at("slice-number").textContent = `${Number(at("slice").value) + 1} / ${state.slices}`;
  at("slice").setAttribute("aria-valuetext", fill(words.sliceOf, { n: Number(at("slice").value) + 1, of: state.slices }));
}

/** Another image, with the steps that are there. */
function take({ source, title = "", slices = 1, slice = null }) {
  Object.assign(state, { source, title, slices, slice: slices > 1 ? slice ?? Math.floor(slices / 2) : null, where: null });
  shownNow.patch = null;
  showSource();
  glimpse();
  changed();
}

async function upload(files) {
  if (!files.length) return;
  say(words.reading);
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  const answer = await fetch(`upload?lang=${told.lang}`, { method: "POST", body: form }).catch(() => null);
  const found = await answer?.json().catch(() => null);
  if (!answer?.ok || !found?.source) {
    at("trouble").textContent = found?.error ?? words.unreachable;
    at("trouble").hidden = false;
    say(words.refused, at("trouble").textContent);
    return;
  }
  uploads.set(found.source, found);
  take(found);
  if (found.warnings?.length) showNotes(found.warnings);
}

const uploads = new Map();

function listenToSources() {
  for (const { source, title } of told.examples) at("source").append(new Option(title, source));
  at("source").addEventListener("change", () => {
    const source = at("source").value;
    take(uploads.get(source) ?? { source });
  });
  at("slice").addEventListener("input", () => {
    state.slice = Number(at("slice").value);
    tellSlice();
    changed();
  });
  listen(upload);
}

/** What the address says; without it the first example with one filter. */
function restore() {
  const lost = readAddress();
  if (!lost) {
    state.source = told.examples[0]?.source ?? "";
    state.filters = catalogue.has(FIRST_STEP) ? [newStep(FIRST_STEP)] : [];
  }
  if (lost?.length) {
    at("trouble").textContent = fill(words.lost, { names: lost.join(", ") });
    at("trouble").hidden = false;
  }
  at("ask").checked = state.models;
  showSource();
  showSteps();
  if (shownNow.place !== placeOf(state)) glimpse();
}

function start() {
  offer(at("filters"), GROUPS);
  offer(at("segmenters"), ["segmentation"]);
  listenToSources();
  listenToPicture();
  listenToButtons();
  restore();
  at("ask").addEventListener("change", () => {
    state.models = at("ask").checked;
    draw();
    changed();
  });
  document.querySelector("#models").closest("section").hidden = !told.models.length;
  at("other").addEventListener("click", (event) => {
    event.preventDefault();
    writeAddress();
    const address = new URL(location.href);
    address.searchParams.set("lang", at("other").lang === "en" ? "en" : "zh");
    location.assign(address);
  });
  window.addEventListener("hashchange", () => {
    restore();
    wish();
  });
  connect();
  document.body.dataset.ready = "yes";
}

start();
