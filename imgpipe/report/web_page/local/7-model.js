const NEAR_ONE = 1e-4;

/** What was packed into the page: gzip in base64. */
async function kept(id) {
  const node = at(id);
  const packed = Uint8Array.from(atob(node.textContent), (letter) => letter.charCodeAt(0));
  const content = await unpacked([packed], Number(node.dataset.bytes), "gzip");
  node.remove();
  return content;
}

/** The model, ready to run on one thread; nothing is fetched. */
async function readied() {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmBinary = (await kept("runtime")).buffer;
  const settings = { executionProviders: ["wasm"], logSeverityLevel: 3 };
  return ort.InferenceSession.create(await kept("model"), settings);
}

/** The probability of each class. */
async function judged(session, picture) {
  const input = new ort.Tensor(picture.dtype, picture.data, told.expected.shape);
  const output = await session.run({ image: input });
  const shares = [...output.probabilities.data];
  const sum = shares.reduce((a, b) => a + b, 0);
  const sound = shares.length === told.classes.length &&
    shares.every((p) => p >= 0 && p <= 1 + NEAR_ONE) && Math.abs(sum - 1) <= NEAR_ONE;
  if (!sound) refuse("unsound");
  const predicted = told.classes[shares.indexOf(Math.max(...shares))];
  return { predicted, probabilities: Object.fromEntries(told.classes.map((c, i) => [c, shares[i]])) };
}

const session = readied();
session.then(
  () => { at("state").textContent = words.ready; document.body.dataset.ready = "yes"; },
  (error) => { at("state").textContent = fill(words.cannot, { error }); },
);

takeFiles(async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!bytes.length) refuse("empty");
  const read = await readerOf(bytes)(bytes);
  showPicture(visible(read), file.name);
  const picture = fitted(read);
  return { ...await judged(await session, picture), warnings: read.notes };
});
