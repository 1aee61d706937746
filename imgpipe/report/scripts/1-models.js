// Models are shown and hidden, pointed at and named; the page is whole without it.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const marks = all("[data-model]");
  const of = (name) => marks.filter((mark) => mark.dataset.model === name);
  const block = (mark) => (mark.ownerSVGElement ? null : mark.closest("tr, li, details, figure"));

  // toggles: a model's marks leave all charts, its rows and pictures fade
  const group = document.querySelector(".toggles");
  const toggles = all("[data-toggles]");
  if (group) group.hidden = false;
  const show = (name, on) => {
    for (const mark of of(name)) {
      const rows = block(mark);
      (rows ?? mark).classList.toggle("off", !on);
    }
  };
  let pointed = null;
  const point = (name) => {
    if (name === pointed) return;
    pointed = name;
    document.body.classList.toggle("pointed", name !== null);
    for (const mark of marks) mark.classList.toggle("near", mark.dataset.model === name);
  };
  for (const button of toggles) {
    const name = button.dataset.toggles;
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", on);
      show(name, on);
      point(on ? name : null);
    });
    const near = () => point(button.getAttribute("aria-pressed") === "true" ? name : null);
    for (const event of ["mouseenter", "focus"]) button.addEventListener(event, near);
    for (const event of ["mouseleave", "blur"]) button.addEventListener(event, () => point(null));
  }

  // what a mark says, for mouse and finger alike
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  document.body.append(tip);
  for (const title of all("svg title")) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
  const name = (event) => {
    const mark = event.target.closest?.("[data-tip]");
    tip.hidden = !mark;
    const model = mark?.closest("[data-model]");
    point(model?.ownerSVGElement ? model.dataset.model : null);
    if (!mark) return;
    tip.textContent = mark.dataset.tip;
    const { width, height } = tip.getBoundingClientRect();
    const x = Math.min(Math.max(event.clientX - width / 2, 8), innerWidth - width - 8);
    const above = event.clientY - height - 14;
    tip.style.left = `${x}px`;
    tip.style.top = `${above < 8 ? event.clientY + 22 : above}px`;
  };
  document.addEventListener("pointermove", name);
  document.addEventListener("pointerdown", name);
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });

  // contents: the section that is read now, and no list over it
  const contents = document.getElementById("contents");
  const links = all("#contents a");
  for (const link of links)
    link.addEventListener("click", () => { if (contents.matches(":popover-open")) contents.hidePopover(); });
  const seen = new Set();
  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes)
      isIntersecting ? seen.add(target.id) : seen.delete(target.id);
    const now = links.find((link) => seen.has(link.hash.slice(1)));
    for (const link of links)
      link === now ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }, { rootMargin: "-15% 0px -60% 0px" });
  for (const link of links) watch.observe(document.getElementById(link.hash.slice(1)));

  // on paper everything is open
  addEventListener("beforeprint", () => all("details:not([open])").forEach((each) => {
    each.open = true;
    each.dataset.closed = "";
  }));
  addEventListener("afterprint", () => all("details[data-closed]").forEach((each) => {
    each.open = false;
    delete each.dataset.closed;
  }));
})();
