/** Opacity of each pixel by the one transparent value, or null. */
function keyed(numbers, head, key) {
  const n = head.channels;
  if (!key || key.length < 2 * n) return null;
  const view = viewOf(key);
  let wanted = Array.from({ length: n }, (_, c) => view.getUint16(2 * c));
  if (head.depth === 1) wanted = wanted.map((value) => Number(value > 0));
  return Uint8Array.from({ length: numbers.length / n }, (_, i) =>
    wanted.every((value, c) => numbers[i * n + c] === value) ? 0 : 255);
}

/** Colours for the indices of a palette; entries that the file leaves out are black. */
function ofPalette(numbers, palette, opacity) {
  const data = new Uint8Array(3 * numbers.length);
  const alpha = opacity ? Uint8Array.from(numbers, (index) => opacity[index] ?? 255) : null;
  numbers.forEach((index, i) => {
    for (let c = 0; c < 3; c++) data[3 * i + c] = palette[3 * index + c] ?? 0;
  });
  return [data, alpha];
}

/** Split the last channel, alpha, from the others. */
function withoutAlpha(numbers, channels) {
  const n = numbers.length / channels;
  const data = new numbers.constructor(n * (channels - 1));
  const alpha = new numbers.constructor(n);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels - 1; c++) data[i * (channels - 1) + c] = numbers[i * channels + c];
    alpha[i] = numbers[i * channels + channels - 1];
  }
  return [data, alpha];
}

/** Round halves to the even number, as imgpipe does. */
function roundedEven(value) {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

/** Lay colours over black; opaque ones stay as they are. */
function overBlack(data, channels, alpha) {
  const full = alpha instanceof Uint16Array ? 65535 : 255;
  if (alpha.every((value) => value === full)) return false;
  alpha.forEach((value, i) => {
    for (let c = 0; c < channels; c++) {
      data[i * channels + c] = roundedEven(data[i * channels + c] * (value / full));
    }
  });
  return true;
}

/** A PNG file of any kind as the picture that a viewer shows, with all of its bits. */
async function readPng(bytes) {
  const chunks = pngChunks(bytes);
  const head = pngHeader(chunks);
  checkBudget(head.width, head.height);
  let data = await pngNumbers(head, chunks);
  const key = chunks.tRNS?.[0];
  let [channels, alpha] = [head.channels, null];
  if (head.kind === 3) {
    [data, alpha] = ofPalette(data, chunks.PLTE[0], key);
    channels = 3;
  } else if (head.kind >= 4) {
    [data, alpha] = withoutAlpha(data, channels);
    channels -= 1;
  } else {
    alpha = keyed(data, head, key);
    if (head.depth < 8) data = data.map((value) => (value * 255) / ((1 << head.depth) - 1));
  }
  const transparent = alpha !== null && overBlack(data, channels, alpha);
  const dtype = data instanceof Uint16Array ? "uint16" : "uint8";
  const picture = { data, width: head.width, height: head.height, channels, dtype };
  const notes = transparent ? [words.transparent] : [];
  return { ...upright(picture, orientationOf(chunks.eXIf?.[0])), notes };
}

/** The orientation in EXIF data, 1 (upright) to 8; 1 where it cannot be read. */
function orientationOf(exif) {
  if (!exif || exif.length < 8) return 1;
  const body = String.fromCharCode(...exif.subarray(0, 6)) === "Exif\0\0" ? exif.subarray(6) : exif;
  const view = viewOf(body);
  try {
    const mark = view.getUint32(0);
    if (mark !== 0x49492a00 && mark !== 0x4d4d002a) return 1;
    const little = mark === 0x49492a00;
    const start = view.getUint32(4, little);
    const count = view.getUint16(start, little);
    for (let entry = start + 2; entry < start + 2 + 12 * count; entry += 12) {
      const value = view.getUint16(entry + 8, little);
      const ours = view.getUint16(entry, little) === 0x0112 && view.getUint16(entry + 2, little) === 3;
      if (ours && value >= 1 && value <= 8) return value;
    }
  } catch {
    // damaged EXIF data turn nothing
  }
  return 1;
}

/** Pixels turned upright, by the rule of TIFF's tag 274. */
function upright(picture, orientation) {
  if (orientation === 1) return picture;
  const swapped = orientation >= 5;
  const { width, height, channels } = picture;
  const [w, h] = swapped ? [height, width] : [width, height];
  const data = new picture.data.constructor(picture.data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const v = [3, 4, 7, 8].includes(orientation) ? h - 1 - y : y;
      const u = [2, 3, 6, 7].includes(orientation) ? w - 1 - x : x;
      const from = swapped ? u * width + v : v * width + u;
      for (let c = 0; c < channels; c++) {
        data[(y * w + x) * channels + c] = picture.data[from * channels + c];
      }
    }
  }
  return { ...picture, data, width: w, height: h };
}
