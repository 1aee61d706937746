const CHART = { width: 330, height: 170, left: 6, right: 6, top: 8, bottom: 24 };
const TABLE_ROWS = 12;

const sum = (counts) => counts.reduce((a, b) => a + b, 0);

function insideWords(numbers) {
  if (!numbers) return "";
  if (numbers.inside === null) return words.measuredAll;
  const share = ((100 * numbers.inside) / numbers.pixels).toFixed(1);
  const n = numbers.inside.toLocaleString("en");
  if (numbers.area === null) return fill(words.measuredInside, { n, share });
  return fill(words.measuredArea, { n, share, area: digits(numbers.area) });
}

function showNumbers() {
  const { numbers } = shownNow;
  if (!numbers) return;
  at("inside").textContent = numbers.note ?? insideWords(numbers);
  if (numbers.histogram.edges.length) showHistogram(numbers, before()?.numbers.histogram.edges.length ? before().numbers : null);
  showFeatures(numbers, before()?.numbers);
  rangesByImage();
}

/** Round values between two limits, some four of them. */
function ticks(low, high) {
  const rough = (high - low) / 4 || 1;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * ten >= rough) * ten;
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k += 1) found.push(k * step);
  return found;
}

/** Both ranges, where they are of one size; else that of what is shown. */
function spanOf(edges, old) {
  const [low, high] = [edges[0], edges.at(-1)];
  if (!old) return [low, high];
  const [all, most] = [Math.min(low, old[0]), Math.max(high, old.at(-1))];
  return most - all <= 4 * (high - low || 1) ? [all, most] : [low, high];
}

function showHistogram({ histogram, unit }, old) {
  const { width, height, left, right, top, bottom } = CHART;
  const [low, high] = spanOf(histogram.edges, old?.histogram.edges);
  // values of another size, as those of a derivative, have nothing to be compared with
  const comparable = old && low <= old.histogram.edges[0] && high >= old.histogram.edges.at(-1);
  const x = (value) => left + ((value - low) / (high - low || 1)) * (width - left - right);
  const floor = height - bottom;
  // shares of all pixels over the width of a bin, so that other bins have the same height
  const dense = ({ edges }, counts, n) => counts.map((count, i) => count / n / (edges[i + 1] - edges[i] || 1));
  const n = sum(histogram.all) || 1;
  const all = dense(histogram, histogram.all, n);
  const was = comparable ? dense(old.histogram, old.histogram.all, sum(old.histogram.all) || 1) : [];
  // square roots, or one full background hides all else
  const most = Math.sqrt(Math.max(...all, ...was)) || 1;
  const y = (value) => floor - (Math.sqrt(value) / most) * (floor - top);
  const walk = (edges, values) => values.map((value, i) => `L${x(edges[i])} ${y(value)}H${x(edges[i + 1])}`).join("");
  const area = (edges, values) => `M${x(edges[0])} ${floor}${walk(edges, values)}V${floor}Z`;
  const svg = drawn("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": histogramWords(histogram, unit) });
  const inner = drawn("svg", { x: left, y: 0, width: width - left - right, height, viewBox: `${left} 0 ${width - left - right} ${height}` });
  inner.append(drawn("path", { class: "all", d: area(histogram.edges, all) }));
  const inside = histogram.inside ? dense(histogram, histogram.inside, n) : null;
  if (inside) inner.append(drawn("path", { class: "in", d: area(histogram.edges, inside) }));
  if (was.length) inner.append(drawn("path", { class: "was", d: `M${x(old.histogram.edges[0])} ${floor}${walk(old.histogram.edges, was)}V${floor}` }));
  svg.append(inner, drawn("line", { class: "zero", x1: left, x2: width - right, y1: floor, y2: floor }));
  for (const value of ticks(low, high)) {
    const label = drawn("text", { class: "tick", x: x(value), y: height - 6, "text-anchor": x(value) < 24 ? "start" : x(value) > width - 24 ? "end" : "middle" });
    label.textContent = digits(value);
    svg.append(drawn("line", { class: "zero", x1: x(value), x2: x(value), y1: floor, y2: floor + 4 }), label);
  }
  at("histogram").replaceChildren(svg);
  showKeys(Boolean(inside), was.length > 0, unit);
  showBins(histogram, Boolean(inside), unit);
}

function showKeys(inside, was, unit) {
  const key = (kind, text) => made("li", {}, made("span", { className: `swatch ${kind}` }), text);
  const keys = [key("all", words.allPixels)];
  if (inside) keys.push(key("in", words.insidePixels));
  if (was) keys.push(key("was", words.untouched));
  keys.push(made("li", { className: "muted", textContent: fill(words.scale, { unit: unit || words.gray }) }));
  at("keys").replaceChildren(...keys);
}

/** The value below which a share of the pixels lies. */
function quantile({ edges, all }, share) {
  let rest = share * sum(all);
  for (let i = 0; i < all.length; i += 1) {
    if (rest <= all[i] && all[i]) return edges[i] + (rest / all[i]) * (edges[i + 1] - edges[i]);
    rest -= all[i];
  }
  return edges.at(-1);
}

function histogramWords(histogram, unit) {
  const told = (value) => digits(value) + (unit ? ` ${unit}` : "");
  const most = histogram.all.indexOf(Math.max(...histogram.all));
  return fill(words.histogram, {
    low: told(histogram.edges[0]), high: told(histogram.edges.at(-1)),
    half: told(quantile(histogram, 0.5)),
    most: told((histogram.edges[most] + histogram.edges[most + 1]) / 2),
  });
}

/** The same for who does not see it: a dozen classes of values, with the shares of pixels. */
function showBins({ edges, all, inside }, hasInside, unit) {
  const per = Math.ceil(all.length / TABLE_ROWS);
  const [n, of] = [sum(all) || 1, hasInside ? sum(inside) || 1 : 1];
  const head = [fill(words.from, { unit: unit || words.gray }), words.to, words.allPixels, ...(hasInside ? [words.insidePixels] : [])];
  const cell = (text) => made("td", { className: "r num", textContent: text });
  const share = (counts, i, whole) => `${((100 * sum(counts.slice(i, i + per))) / whole).toFixed(1)}%`;
  const rows = [];
  for (let i = 0; i < all.length; i += per) {
    const cells = [cell(digits(edges[i])), cell(digits(edges[Math.min(i + per, all.length)])), cell(share(all, i, n))];
    if (hasInside) cells.push(cell(share(inside, i, of)));
    rows.push(made("tr", {}, ...cells));
  }
  const heads = head.map((text) => made("th", { scope: "col", className: "r", textContent: text }));
  at("bins").replaceChildren(made("thead", {}, made("tr", {}, ...heads)), made("tbody", {}, ...rows));
}

/** How far a number has moved: from -1 to 1, and in words. */
function change(now, old) {
  if (!Number.isFinite(now) || !Number.isFinite(old)) return null;
  const size = Math.max(Math.abs(now), Math.abs(old));
  if (size === 0 || Math.abs(now - old) < 5e-4 * size) return { share: 0, text: words.same };
  const share = Math.max(-1, Math.min(1, (now - old) / size));
  const percent = (100 * (now - old)) / Math.abs(old);
  const sign = now > old ? "+" : "−";
  if (old === 0 || now * old < 0) return { share, text: `${sign}${digits(Math.abs(now - old))}` };
  if (percent > 300) return { share, text: `× ${digits(Number((now / old).toPrecision(2)))}` };
  const few = Math.abs(percent) < 9.95 ? 1 : 0;
  return { share, text: `${sign}${Math.abs(percent).toFixed(few)}%` };
}

function featureRow(feature, old) {
  const { name, title, about, value } = feature;
  const row = made("tr", {}, made("th", { scope: "row", title: about }, title),
    made("td", { className: "r num was", textContent: digits(old?.value) }),
    made("td", { className: "r num now", textContent: digits(value) }));
  row.dataset.name = name;
  row.dataset.value = String(value);
  const found = old && change(value, old.value);
  const cell = made("td", { className: "changed" });
  if (found) {
    const length = made("span", { className: `length ${found.share < 0 ? "down" : "up"}` });
    length.style.width = `${50 * Math.abs(found.share)}%`;
    const track = made("span", { className: "track" }, length);
    track.setAttribute("aria-hidden", "true");
    cell.append(made("span", { className: "num", textContent: found.text }), track);
  }
  row.append(cell);
  return row;
}

function showFeatures({ features }, old) {
  const table = at("features");
  const known = new Map((old?.features ?? []).map((each) => [each.name, each]));
  for (const body of table.querySelectorAll("tbody")) body.remove();
  for (const family of new Set(features.map((each) => each.family))) {
    const body = made("tbody", {});
    for (const each of features) if (each.family === family) body.append(featureRow(each, known.get(each.name)));
    table.append(body);
  }
  at("meanings").replaceChildren(...features.flatMap(({ title, unit, about }) => [
    made("dt", { textContent: unit ? `${title} (${unit})` : title }), made("dd", { textContent: about })]));
}
