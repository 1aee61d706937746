const PNG_CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const WHOLE = [[0, 0, 1, 1]];
// first row and column, and steps, of the seven passes of an interlaced picture
const ADAM7 = [[0, 0, 8, 8], [0, 4, 8, 8], [4, 0, 8, 4], [0, 2, 4, 4], [2, 0, 4, 2], [0, 1, 2, 2],
  [1, 0, 2, 1]];

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Chunks up to IEND by name, each a list; what is missing or fails its checksum is refused. */
function pngChunks(bytes) {
  const view = viewOf(bytes);
  const chunks = {};
  for (let start = 8; start + 12 <= bytes.length;) {
    const length = view.getUint32(start);
    const end = start + 12 + length;
    if (end > bytes.length) refuse("damaged");
    if (crc32(bytes.subarray(start + 4, end - 4)) !== view.getUint32(end - 4)) refuse("damaged");
    const tag = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    (chunks[tag] ??= []).push(bytes.subarray(start + 8, end - 4));
    if (tag === "IEND") return chunks;
    start = end;
  }
  return refuse("damaged");
}

function pngHeader(chunks) {
  const body = chunks.IHDR?.[0];
  if (body?.length !== 13) refuse("damaged");
  const view = viewOf(body);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, kind, , , interlaced] = body.subarray(8);
  const channels = PNG_CHANNELS[kind];
  const known = channels && [1, 2, 4, 8, 16].includes(depth) && interlaced <= 1;
  if (!known || !width || !height || (kind === 3 && !chunks.PLTE)) refuse("damaged");
  const frames = chunks.acTL?.[0] ? viewOf(chunks.acTL[0]).getUint32(0) : 1;
  if (frames > 1) refuse("animated", { n: frames });
  return { width, height, depth, kind, channels, passes: interlaced ? ADAM7 : WHOLE };
}

/** Unpack so many bytes; what follows them does not matter. */
async function unpacked(parts, length, format) {
  const out = new Uint8Array(length);
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  let filled = 0;
  try {
    while (filled < length) {
      const { done, value } = await reader.read();
      if (done) break;
      out.set(value.subarray(0, length - filled), filled);
      filled += value.length;
    }
  } catch {
    // too few bytes are refused below
  }
  reader.cancel().catch(() => {});
  return filled < length ? refuse("damaged") : out;
}

/** Of left, above and corner the one nearest to what they foretell. */
function foretold(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Undo the filter of a row in place; `above` is the row before it, or zeros. */
function unfilter(kind, row, above, step) {
  for (let i = 0; i < row.length; i++) {
    const left = i < step ? 0 : row[i - step];
    const corner = i < step ? 0 : above[i - step];
    if (kind === 1) row[i] += left;
    else if (kind === 2) row[i] += above[i];
    else if (kind === 3) row[i] += (left + above[i]) >> 1;
    else if (kind === 4) row[i] += foretold(left, above[i], corner);
  }
}

/** The stored numbers of a row: 16, 8 or fewer bits each. */
function numbersOf(row, count, depth) {
  if (depth === 8) return row;
  if (depth === 16) {
    const view = viewOf(row);
    return Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i));
  }
  const per = 8 / depth;
  return Uint8Array.from({ length: count }, (_, i) =>
    (row[Math.floor(i / per)] >> (8 - depth * (1 + (i % per)))) & ((1 << depth) - 1));
}

/** Stored numbers of a PNG file, channel beside channel. */
async function pngNumbers(head, chunks) {
  const { width, height, depth, channels, passes } = head;
  const parts = passes.map(([y, x, dy, dx]) => {
    const [h, w] = [Math.ceil((height - y) / dy), Math.ceil((width - x) / dx)];
    return { y, x, dy, dx, h, w, length: Math.ceil((w * channels * depth) / 8) };
  }).filter(({ h, w }) => h > 0 && w > 0);
  const total = parts.reduce((sum, { h, length }) => sum + h * (length + 1), 0);
  const bytes = await unpacked(chunks.IDAT ?? [], total, "deflate");
  const out = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels);
  const step = Math.max(1, (channels * depth) / 8);
  let start = 0;
  for (const { y, x, dy, dx, h, w, length } of parts) {
    let above = new Uint8Array(length);
    for (let k = 0; k < h; k++, start += length + 1) {
      if (bytes[start] > 4) refuse("damaged");
      const row = bytes.subarray(start + 1, start + 1 + length);
      unfilter(bytes[start], row, above, step);
      above = row;
      const numbers = numbersOf(row, w * channels, depth);
      for (let i = 0; i < w; i++) {
        const to = ((y + k * dy) * width + x + i * dx) * channels;
        for (let c = 0; c < channels; c++) out[to + c] = numbers[i * channels + c];
      }
    }
  }
  return out;
}
