/** Send a file to a route of the server; an error is told in the server's words. */
async function asked(route, file) {
  const form = new FormData();
  form.append("file", file, file.name);
  const answer = await fetch(route, { method: "POST", body: form }).catch(() => refuse("unreachable"));
  const content = await answer.json().catch(() => refuse("unreachable"));
  if (!answer.ok) throw new Refused(content.error ?? answer.statusText);
  return Array.isArray(content) ? refuse("several") : content;
}

const pictureOf = (png) => made("img", { src: `data:image/png;base64,${png}`, alt: "" });

/** A map over the picture, and what its colours mean. */
function mapOf({ name, png }, picture, predicted) {
  const below = pictureOf(picture);
  below.alt = fill(words.mapOver, { name: words[name] ?? name });
  const small = () => below.classList.toggle("small", Math.max(below.naturalWidth, below.naturalHeight) < 200);
  below.decode().then(small, () => {});
  const above = pictureOf(png);
  return made("figure", { className: "seen" },
    made("div", { className: "layers" }, below, above),
    made("figcaption", { className: "muted small", textContent: fill(words.colours, { name: predicted }) }));
}

async function explained(file, unseen) {
  at("after").replaceChildren(made("p", { className: "muted small", textContent: words.looking }));
  const told = await asked("explain", file).catch((error) => {
    at("after").replaceChildren(made("p", { className: "muted small", textContent: error.message }));
  });
  if (!told) return;
  if (unseen) {
    const picture = pictureOf(told.picture);
    await picture.decode().catch(() => {});
    if (picture.naturalWidth) showPicture(picture, file.name);
  }
  const nodes = [made("h3", { textContent: words.where })];
  if (told.copy_of) {
    nodes.unshift(made("ul", { className: "beware" }, made("li", { textContent: words.copied })));
  }
  if (!told.maps.length) nodes.push(made("p", { className: "muted", textContent: words.nowhere }));
  nodes.push(...told.maps.map((map) => mapOf(map, told.picture, told.predicted)));
  at("after").replaceChildren(...nodes);
}

document.body.dataset.ready = "yes";
takeFiles(async (file) => {
  const seen = await createImageBitmap(file).catch(() => null);
  if (seen) showPicture(seen, file.name);
  const { predicted, probabilities, warnings } = await asked("predict", file);
  return { predicted, probabilities, warnings, after: () => explained(file, !seen) };
});
