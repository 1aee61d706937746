/** Size and components that a JPEG file declares in its frame. */
function jpegHeader(bytes) {
  const view = viewOf(bytes);
  for (let start = 2; start + 9 < bytes.length;) {
    if (bytes[start] !== 0xff) refuse("damaged");
    const marker = bytes[start + 1];
    if (marker === 0xff) {
      start += 1;
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame || marker === 0xf7) {
      const [bits, components] = [bytes[start + 4], bytes[start + 9]];
      if (marker > 0xc2 || bits !== 8 || ![1, 3].includes(components)) refuse("jpegKind");
      return { width: view.getUint16(start + 7), height: view.getUint16(start + 5), components };
    }
    start += 2 + view.getUint16(start + 2);
  }
  return refuse("damaged");
}

/** Some browsers change what a page reads from a canvas, against fingerprinting. */
function checkCanvas(context) {
  const given = new ImageData(16, 16);
  given.data.forEach((_, i) => (given.data[i] = i % 4 === 3 ? 255 : (7 * i) % 256));
  context.putImageData(given, 0, 0);
  const read = context.getImageData(0, 0, 16, 16).data;
  if (read.some((value, i) => value !== given.data[i])) refuse("canvas");
}

/** A JPEG file by the browser's decoder, without its colour management. */
async function readJpeg(bytes) {
  const head = jpegHeader(bytes);
  checkBudget(head.width, head.height);
  if (bytes[bytes.length - 2] !== 0xff || bytes[bytes.length - 1] !== 0xd9) {
    if (!endsWithin(bytes)) refuse("damaged");
  }
  const settings = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  const blob = new Blob([bytes], { type: "image/jpeg" });
  const bitmap = await createImageBitmap(blob, settings).catch(() => refuse("damaged"));
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(Math.max(width, 16), Math.max(height, 16));
  const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  checkCanvas(context);
  context.drawImage(bitmap, 0, 0);
  const read = context.getImageData(0, 0, width, height).data;
  const channels = head.components;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) data[i * channels + c] = read[4 * i + c];
  }
  return { data, width, height, channels, dtype: "uint8", notes: [words.jpeg] };
}

/** Whether the mark of the end stands somewhere: some writers put zeros behind it. */
function endsWithin(bytes) {
  for (let i = bytes.length - 2; i > 0; i--) {
    if (bytes[i] === 0xff && bytes[i + 1] === 0xd9) return true;
  }
  return false;
}
