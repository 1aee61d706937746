function showCode({ python, commands }) {
  at("python").textContent = python ?? "";
  at("commands").textContent = commands ?? "";
  at("save-mask.png").hidden = !shownNow.outline;
}

/** Put a text on the clipboard; where the browser forbids it, mark it so that a key can. */
async function copy(id) {
  const node = at(id);
  try {
    await navigator.clipboard.writeText(node.textContent);
    at("taken").textContent = words.copiedText;
  } catch {
    node.closest("details").open = true;
    getSelection().selectAllChildren(node);
    at("taken").textContent = words.copyByHand;
  }
  moved("copy");
}

async function save(kind) {
  at("taken").textContent = words.saving;
  const answer = await fetch(`result?lang=${told.lang}`, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...request(), format: kind }),
  }).catch(() => null);
  if (!answer?.ok) {
    at("taken").textContent = (await answer?.json().catch(() => null))?.error ?? words.unreachable;
    return;
  }
  const name = answer.headers.get("content-disposition")?.match(/filename="([^"]+)"/)?.[1] ?? `result.${kind}`;
  const link = made("a", { href: URL.createObjectURL(await answer.blob()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  at("taken").textContent = fill(words.saved, { name });
}

function listenToButtons() {
  at("copy-python").addEventListener("click", () => copy("python"));
  at("copy-commands").addEventListener("click", () => copy("commands"));
  for (const kind of ["npy", "png", "mask.png"]) at(`save-${kind}`).addEventListener("click", () => save(kind));
}
