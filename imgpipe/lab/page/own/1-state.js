const catalogue = new Map(told.catalogue.map((each) => [each.name, each]));
const isSegmentation = (name) => catalogue.get(name)?.group === "segmentation";
const EVOLVES = "active-contour";

/** What is chosen; it stands in the address, so that a link brings it back. */
const state = { source: "", slice: null, slices: 1, title: "", filters: [], segment: null, models: false, where: null };

const defaultsOf = (name) => Object.fromEntries(
  catalogue.get(name).settings.filter((each) => each.default !== null && each.default !== undefined)
    .map((each) => [each.name, each.default]));

const newStep = (name, settings = {}) => ({ name, settings: { ...defaultsOf(name), ...settings }, on: true, watch: true });

const isUpload = (source) => source.startsWith("upload:");

/** Steps that are switched on, and where each stands in the list. */
const active = () => state.filters.map((step, i) => [step, i]).filter(([step]) => step.on);

function request() {
  const segment = state.segment?.on ? state.segment : null;
  // models may take their time: what changes are told against is there before
  return {
    source: state.source, slice: state.slice,
    filters: active().map(([step]) => [step.name, step.settings]),
    segment: segment && [segment.name, segment.settings],
    watch: segment?.name === EVOLVES && segment.watch,
    models: state.models && shownNow.before?.place === placeOf(state), where: state.where, lang: told.lang,
  };
}

const untouched = () => ({ ...request(), filters: [], segment: null, watch: false, models: false, where: null });

/** What the untouched image depends on. */
const placeOf = ({ source, slice }) => `${source}/${slice}`;

function writeAddress() {
  const told = new URLSearchParams({ image: state.source });
  if (isUpload(state.source)) told.set("title", state.title);
  if (state.slices > 1) told.set("slice", `${state.slice}/${state.slices}`);
  const short = ({ name, settings, on, watch }) => [name, settings, ...(on && watch ? [] : [on, watch])];
  told.set("steps", JSON.stringify(state.filters.map(short)));
  if (state.segment) told.set("segment", JSON.stringify(short(state.segment)));
  if (state.models) told.set("models", "yes");
  if (state.where) told.set("where", state.where.join());
  // blanks as %20: some programs end a link at a plus sign
  history.replaceState(null, "", `#${String(told).replaceAll("+", "%20")}`);
}

/** Take a step from an address; one that this version does not know is left out, and told. */
function readStep(step, lost) {
  const [name, settings, on = true, watch = true] = Array.isArray(step) ? step : [step];
  if (catalogue.has(name)) return { ...newStep(name), settings: { ...settings }, on, watch };
  lost.push(String(name));
  return null;
}

/** Read the address; give names of what is not known here, or null where it says nothing. */
function readAddress() {
  const told = new URLSearchParams(location.hash.slice(1));
  if (!told.get("image")) return null;
  const lost = [];
  const [slice, slices] = (told.get("slice") ?? "0/1").split("/").map(Number);
  const parsed = (key, other) => {
    try {
      return JSON.parse(told.get(key) ?? "null") ?? other;
    } catch {
      lost.push(key);
      return other;
    }
  };
  const steps = parsed("steps", []);
  const segment = parsed("segment", null);
  Object.assign(state, {
    source: told.get("image"), title: told.get("title") ?? "",
    slice: slices > 1 ? slice : null, slices: slices > 1 ? slices : 1,
    filters: (Array.isArray(steps) ? steps : []).map((step) => readStep(step, lost)).filter(Boolean),
    segment: Array.isArray(segment) ? readStep(segment, lost) : null,
    models: told.get("models") === "yes",
    where: told.get("where")?.split(",").map(Number) ?? null,
  });
  if (state.where?.some(Number.isNaN)) state.where = null;
  return lost;
}

/** A number in few digits, with a minus sign. */
function digits(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const few = size >= 1e6 || (size > 0 && size < 1e-3) ? value.toExponential(2)
    : size >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
  return few.replace("-", "−");
}
