/** A class with its probability, and a bar that only eyes need. */
function bar(name, p, best) {
  const length = made("span", { className: "length" });
  length.style.width = `${100 * p}%`;
  const track = made("span", { className: "track" }, length);
  track.setAttribute("aria-hidden", "true");
  const number = made("data", { value: String(p), className: "num", textContent: chance(p) });
  const item = made("li", { className: best ? "best" : "" },
    made("span", { className: "name", textContent: name }), number, track);
  item.dataset.class = name;
  return item;
}
