// One threshold for all charts of "Curves and threshold": rings, lines, matrices and figures follow it.
(() => {
  "use strict";
  const section = document.getElementById("threshold");
  const data = section && section.querySelector('script[type="application/json"]');
  if (!data) return;
  const classes = JSON.parse(data.textContent);
  const control = section.querySelector(".control");
  const slider = control.querySelector("input");
  const output = control.querySelector("output");
  const select = control.querySelector("select");
  const presets = [...control.querySelectorAll("button")];
  const panels = [...section.querySelectorAll(".panel")];
  let last = null;
  const language = document.documentElement.lang;

  const digits = (value, n) => (Number.isFinite(value) ? value.toFixed(n).replace("-", "−") : "–");

  // what a model does at a hundredth, or at the threshold that a rule chose for it
  function calls(one, model, choice) {
    const chosen = choice.rule === undefined ? null : model.points[choice.rule];
    if (choice.rule !== undefined && !chosen) return null;
    const t = chosen ? chosen.at : choice.step / 100;
    const [tp, fp] = chosen ? [chosen.tp, chosen.fp] : [model.tp[choice.step], model.fp[choice.step]];
    const fn = one.positives - tp, tn = one.negatives - fp;
    const worth = t < 1 ? (tp - (fp ? (fp * t) / (1 - t) : 0)) / (one.positives + one.negatives) : NaN;
    return {
      tp, fp, fn, tn, at: t === null ? NaN : t,
      threshold: chosen ? chosen.told : digits(t, 2),
      sensitivity: tp / (tp + fn), specificity: tn / (tn + fp), ppv: tp / (tp + fp), npv: tn / (tn + fn),
      net_benefit: chosen ? (chosen.benefit === null ? NaN : chosen.benefit) : worth,
    };
  }

  const place = {
    roc: (now) => [1 - now.specificity, now.sensitivity],
    pr: (now) => [now.sensitivity, now.ppv],
    reliability: (now) => [now.at, 0],
    decision: (now) => [now.at, now.net_benefit],
  };

  function move(group, now) {
    const [left, side] = group.dataset.across.split(" ").map(Number);
    const [floor, rise] = group.dataset.up.split(" ").map(Number);
    for (const mark of group.children) {
      const model = now.get(mark.dataset.model);
      const [x, y] = model ? place[group.dataset.kind](model) : [NaN, NaN];
      const known = Number.isFinite(x) && Number.isFinite(y);
      mark.classList.toggle("nowhere", !known);
      if (!known) continue;
      const across = (left + side * x).toFixed(1);
      // what lies far below acting on no one is drawn at the lower edge, as its curve is
      const up = Math.min(floor + rise * y, Number(group.dataset.edge)).toFixed(1);
      if (mark.tagName === "circle") {
        mark.setAttribute("cx", across);
        mark.setAttribute("cy", up);
      } else {
        mark.setAttribute("transform", `translate(${across} 0)`);
      }
    }
  }

  // of a model without the threshold that is looked at there is nothing to count
  function count(cell, now) {
    cell.querySelector(".count").textContent = "–";
    cell.style.setProperty("--s", "0");
    if (!now) return;
    const key = cell.dataset.count;
    const row = key === "tp" || key === "fn" ? now.tp + now.fn : now.tn + now.fp;
    const share = row ? now[key] / row : 0;
    cell.querySelector(".count").textContent = now[key].toLocaleString(language);
    const shown = cell.querySelector(".share");
    shown.textContent = shown.textContent.replace(/[\d.]+/, (100 * share).toFixed(1));
    cell.style.setProperty("--s", share.toFixed(3));
  }

  function show(panel, one, choice) {
    const now = new Map(one.models.map((model) => [model.name, calls(one, model, choice)]));
    panel.querySelectorAll(".marks").forEach((group) => move(group, now));
    for (const shown of panel.querySelectorAll(".called, .figures tbody tr")) {
      const model = now.get(shown.dataset.model);
      shown.classList.toggle("lacking", !model);
      shown.querySelector(".lacks").hidden = Boolean(model);
      shown.querySelectorAll("[data-count]").forEach((cell) => count(cell, model));
      for (const cell of shown.querySelectorAll("[data-figure]")) {
        const value = model ? model[cell.dataset.figure] : NaN;
        cell.textContent = typeof value === "string" ? value : digits(value, 3);
      }
    }
    return [...now.values()].filter(Boolean).map((model) => model.at);
  }

  function choose(choice) {
    const at = panels.map((panel, i) => show(panel, classes[i], choice));
    section.classList.toggle("apart", new Set(at.flat()).size > 1);
    if (slider) stand(new Set(panels.flatMap((panel, i) => (panel.hidden ? [] : at[i]))));
    last = choice;
    presets.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.rule === choice.rule)));
  }

  // the knob stands at the one threshold, or pale in the middle of several
  function stand(at) {
    const known = [...at].filter(Number.isFinite).sort((a, b) => a - b);
    const ends = [...new Set([known[0], known.at(-1)].map((value) => digits(value, 2)))];
    output.value = ends.join("–");
    slider.setAttribute("aria-valuetext", output.value);
    slider.classList.toggle("several", at.size !== 1 || !known.length);
    if (known.length) slider.value = String(Math.round(100 * known[known.length >> 1]));
  }

  function pick(chosen) {
    panels.forEach((panel, i) => {
      panel.hidden = i !== chosen;
      panel.open = true;
    });
    if (last) choose(last);
  }

  slider?.addEventListener("input", () => choose({ step: Number(slider.value) }));
  presets.forEach((b) => b.addEventListener("click", () => choose({ rule: b.dataset.rule })));
  select?.addEventListener("change", () => pick(Number(select.value)));
  if (select) pick(Number(select.value));
  if (presets.length) choose({ rule: presets[0].dataset.rule });
  control.hidden = false;
  section.querySelector(".unmoved").hidden = true;
})();
