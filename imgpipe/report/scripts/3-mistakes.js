// Mistakes of one class alone; without this all are there.
(() => {
  const choice = document.querySelector("[data-choose]");
  if (!choice) return;
  choice.closest(".choose").hidden = false;
  choice.addEventListener("change", () => {
    for (const each of document.querySelectorAll(`#${choice.dataset.choose} [data-class]`))
      each.hidden = choice.value !== "" && each.dataset.class !== choice.value;
  });
})();
