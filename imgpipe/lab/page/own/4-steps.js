/** What was turned: send it, write it into the address, and move the hint on. */
function changed() {
  wish();
  clearTimeout(changed.timer);
  changed.timer = setTimeout(writeAddress, 200);
}

const stepsInWords = () => {
  const names = active().map(([step]) => catalogue.get(step.name).title);
  if (state.segment?.on) names.push(catalogue.get(state.segment.name).title);
  return names.length ? names.join(words.comma) : words.nothing;
};

/** A number in the digits of its slider's steps. */
function written(value, { step, kind }) {
  const behind = kind === "integer" ? 0 : Math.max(0, Math.ceil(-Math.log10(step || 0.01) - 1e-9));
  return Number(value).toFixed(Math.min(behind, 6)).replace("-", "−");
}

const FIRST_SETTINGS = 3;
let controls = 0;

function control(step, setting) {
  const id = `control-${(controls += 1)}`;
  const make = { choice: choiceOf, flag: flagOf }[setting.kind] ?? sliderOf;
  const row = make(id, step, setting);
  if (setting.about) row.title = setting.about;
  return setting.optional ? optional(id, step, setting, row) : row;
}

function sliderOf(id, step, setting) {
  const value = step.settings[setting.name] ?? setting.default ?? setting.low;
  const input = made("input", { id, type: "range", min: setting.low, max: setting.high, step: setting.step || "any" });
  input.value = value;
  const output = made("output", { textContent: written(value, setting) });
  output.htmlFor = id;
  const tell = () => {
    output.textContent = written(input.value, setting);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  if (setting.of) byImage(input, setting);
  tell();
  input.addEventListener("input", () => {
    step.settings[setting.name] = Number(input.value);
    tell();
    moved("slider");
    changed();
  });
  return made("div", { className: "turn" }, made("label", { htmlFor: id, textContent: setting.title }), output, input);
}

/** A slider along gray values reaches from the darkest to the brightest pixel of the image. */
function byImage(input, { name }) {
  const edges = (before()?.numbers ?? shownNow.numbers)?.histogram.edges;
  input.dataset.of = name;
  if (!edges?.length) return;
  const [low, high] = name === "width" ? [0, edges.at(-1) - edges[0]] : [edges[0], edges.at(-1)];
  const whole = high - low > 20;
  const { value } = input;
  input.min = Math.min(whole ? Math.ceil(low) : low, value);
  input.max = Math.max(whole ? Math.floor(high) : high, value);
  input.step = whole ? 1 : (high - low) / 200;
  input.value = value;
}

function rangesByImage() {
  for (const input of document.querySelectorAll("input[data-of]")) byImage(input, { name: input.dataset.of });
}

const valueOf = (choice) => (choice !== null && typeof choice === "object" ? choice.value : choice);
const titleOf = (choice) => String(choice !== null && typeof choice === "object" ? choice.title : choice);

function choiceOf(id, step, setting) {
  const select = made("select", { id });
  setting.choices.forEach((choice, i) => {
    select.append(new Option(titleOf(choice), i));
    if (JSON.stringify(valueOf(choice)) === JSON.stringify(step.settings[setting.name] ?? setting.default)) select.value = String(i);
  });
  select.addEventListener("change", () => {
    step.settings[setting.name] = valueOf(setting.choices[select.value]);
    changed();
  });
  return made("div", { className: "turn pick" }, made("label", { htmlFor: id, textContent: setting.title }), select);
}

function flagOf(id, step, setting) {
  const input = made("input", { id, type: "checkbox", checked: Boolean(step.settings[setting.name] ?? setting.default) });
  input.addEventListener("change", () => {
    step.settings[setting.name] = input.checked;
    changed();
  });
  return made("label", { className: "turn check", htmlFor: id }, input, ` ${setting.title}`);
}

/** A setting that may be left out has a box before it. */
function optional(id, step, setting, row) {
  const set = () => step.settings[setting.name] !== undefined && step.settings[setting.name] !== null;
  const inner = row.querySelector(`#${id}`);
  const box = made("input", { type: "checkbox", checked: set() });
  box.setAttribute("aria-label", fill(words.use, { name: setting.title }));
  inner.disabled = !box.checked;
  box.addEventListener("change", () => {
    inner.disabled = !box.checked;
    if (box.checked) {
      const first = setting.choices?.find((choice) => valueOf(choice) !== null);
      step.settings[setting.name] = inner.type === "range" ? Number(inner.value) : valueOf(first ?? null);
    } else {
      delete step.settings[setting.name];
    }
    changed();
  });
  return made("div", { className: "perhaps" }, box, row);
}

const iconOf = (d) => drawn("svg", { viewBox: "0 0 24 24", width: 16, height: 16, "aria-hidden": "true" }, drawn("path", { d }));
const ICONS = { up: "M6 14l6-6 6 6", down: "M6 10l6 6 6-6", remove: "M6 6l12 12M18 6L6 18" };

function button(icon, label, act) {
  const node = made("button", { type: "button", className: "icon", title: label, onclick: act }, iconOf(ICONS[icon]));
  node.setAttribute("aria-label", label);
  return node;
}

function card(step, i) {
  const { title, about, settings } = catalogue.get(step.name);
  const place = i ?? "segment";
  const on = made("input", { type: "checkbox", checked: step.on });
  on.setAttribute("role", "switch");
  on.setAttribute("aria-label", fill(words.on, { name: title }));
  const tools = made("span", { className: "tools" });
  if (i !== undefined) tools.append(...movers(title, i));
  tools.append(button("remove", fill(words.remove, { name: title }), () => remove(i)));
  const body = made("div", { className: "body" });
  if (about) body.append(made("p", { className: "muted small about", textContent: about }));
  body.append(...settingsOf(step, settings));
  if (step.name === EVOLVES) body.append(watching(step));
  const node = made(i === undefined ? "div" : "li", { className: "step" },
    made("div", { className: "head" }, made("label", { className: "toggle" }, on, " ", made("strong", { textContent: title })), tools),
    body, made("p", { className: "refusal", hidden: true, id: `trouble-${place}` }));
  const shade = () => node.classList.toggle("off", !step.on);
  shade();
  on.addEventListener("change", () => {
    step.on = on.checked;
    shade();
    changed();
  });
  node.dataset.name = step.name;
  return node;
}

/** The first settings, and all others folded: what happens at the border is seldom turned. */
function settingsOf(step, settings) {
  const first = settings.filter(({ name }) => name !== "mode").slice(0, FIRST_SETTINGS);
  const rest = settings.filter((setting) => !first.includes(setting));
  const nodes = first.map((setting) => control(step, setting));
  if (!rest.length) return nodes;
  const turned = ({ name, default: usual }) => (step.settings[name] ?? usual ?? null) !== (usual ?? null);
  return [...nodes, made("details", { open: rest.some(turned) },
    made("summary", { textContent: words.more }), ...rest.map((setting) => control(step, setting)))];
}

function movers(title, i) {
  const up = button("up", fill(words.up, { name: title }), () => move(i, i - 1));
  const down = button("down", fill(words.down, { name: title }), () => move(i, i + 1));
  up.disabled = i === 0;
  down.disabled = i === state.filters.length - 1;
  return [up, down];
}

function watching(step) {
  const box = made("input", { type: "checkbox", checked: step.watch });
  const again = made("button", { type: "button", className: "plus", textContent: words.again, onclick: changed });
  const shown = () => (again.hidden = !box.checked);
  box.addEventListener("change", () => {
    step.watch = box.checked;
    shown();
    changed();
  });
  shown();
  return made("div", { className: "turn watch" },
    made("label", { className: "check" }, box, ` ${words.watch}`), again);
}

/** Put the list up anew, and the focus where it is expected. */
function showSteps(focus = "") {
  at("steps").replaceChildren(...state.filters.map((step, i) => card(step, i)));
  at("segment").replaceChildren(...(state.segment ? [card(state.segment)] : []));
  at("no-steps").hidden = state.filters.length > 0;
  at("choose").textContent = state.segment ? words.another : words.choose;
  if (focus) (document.querySelector(focus) ?? at("add")).focus();
}

const FIRST = "input[type=range], select, input";

function add(name) {
  if (isSegmentation(name)) {
    state.segment = newStep(name);
    showSteps();
    at("segment").querySelector(`.body :is(${FIRST})`)?.focus();
    moved("segment");
  } else {
    state.filters.push(newStep(name));
    showSteps();
    at("steps").lastElementChild.querySelector(`.body :is(${FIRST})`)?.focus();
  }
  changed();
}

function move(from, to) {
  const [step] = state.filters.splice(from, 1);
  state.filters.splice(to, 0, step);
  const side = to < from ? 1 : 2;
  showSteps(`#steps > :nth-child(${to + 1}) .tools button:nth-child(${side}):enabled, #steps > :nth-child(${to + 1}) .tools button:enabled`);
  changed();
}

function remove(i) {
  if (i === undefined) state.segment = null;
  else state.filters.splice(i, 1);
  showSteps(i === undefined ? "#choose" : `#steps > :nth-child(${Math.min(i + 1, state.filters.length)}) .toggle input`);
  changed();
}

/** Fill a menu with steps by their groups. */
function offer(menu, groups) {
  for (const group of groups) {
    const known = told.catalogue.filter((each) => each.group === group);
    if (!known.length) continue;
    const id = `group-${group}`;
    const list = made("ul", {}, ...known.map(({ name, title, about }) => made("li", {},
      made("button", { type: "button", textContent: title, title: about ?? "", onclick: () => { menu.hidePopover(); add(name); } }))));
    list.setAttribute("aria-labelledby", id);
    menu.append(made("div", { className: "group" }, made("h3", { id, textContent: words[group] ?? group }), list));
  }
}
