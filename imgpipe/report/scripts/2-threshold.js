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

  function count(cell, now) {
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
      if (!model) continue;
      shown.querySelectorAll("[data-count]").forEach((cell) => count(cell, model));
      for (const cell of shown.querySelectorAll("[data-figure]")) {
        const value = model[cell.dataset.figure];
        cell.textContent = typeof value === "string" ? value : digits(value, 3);
      }
    }
    return [...now.values()].map((model) => (model ? model.at : NaN));
  }

  function choose(choice) {
    const at = new Set(panels.flatMap((panel, i) => show(panel, classes[i], choice)));
    const [one] = at;
    section.classList.toggle("apart", at.size > 1);
    presets.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.rule === choice.rule)));
    if (output) output.value = at.size === 1 ? digits(one, 2) : "–";
    if (slider && at.size === 1 && Number.isFinite(one)) slider.value = String(Math.round(100 * one));
  }

  function pick(chosen) {
    panels.forEach((panel, i) => {
      panel.hidden = i !== chosen;
      panel.open = true;
    });
  }

  slider?.addEventListener("input", () => choose({ step: Number(slider.value) }));
  presets.forEach((b) => b.addEventListener("click", () => choose({ rule: b.dataset.rule })));
  select?.addEventListener("change", () => pick(Number(select.value)));
  if (select) pick(Number(select.value));
  if (presets.length) choose({ rule: presets[0].dataset.rule });
  control.hidden = false;
  section.querySelector(".unmoved").hidden = true;
})();
