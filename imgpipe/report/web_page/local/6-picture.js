const MOST_PIXELS = 2 ** 26;
// how files begin that are not read here, and what they are
const STRANGERS = [["II*\0", "TIFF"], ["MM\0*", "TIFF"], ["BM", "BMP"], ["GIF8", "GIF"],
  ["RIFF", "WebP"], ["%PDF", "PDF"], ["PK\x03\x04", "ZIP"], ["\0\0\0\x0cjP", "JPEG 2000"]];

const sizeOf = (width, height) => `${width} x ${height}`;

function checkBudget(width, height) {
  if (width * height > MOST_PIXELS) refuse("budget", { found: sizeOf(width, height) });
}

function readerOf(bytes) {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return readPng;
  if (head.startsWith("\xff\xd8\xff")) return readJpeg;
  if (head.startsWith("\x93NUMPY")) return readNpy;
  if (String.fromCharCode(...bytes.subarray(128, 132)) === "DICM") refuse("kind", { kind: "DICOM" });
  const known = STRANGERS.find(([start]) => head.startsWith(start));
  return known ? refuse("kind", { kind: known[1] }) : refuse("unknown");
}

/** One channel of a gray picture that was saved as colour; others stay as they are. */
function singleChannel(picture) {
  const { data, channels } = picture;
  if (channels === 1) return picture;
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return picture;
  }
  return { ...picture, data: data.filter((_, i) => i % 3 === 0), channels: 1 };
}

/** The picture as the model takes it, or a sentence on why it cannot. */
function fitted(picture) {
  const { width, height, channels, dtype, resizes } = told.expected;
  let fitting = channels === 1 ? singleChannel(picture) : picture;
  if (resizes) fitting = resized(fitting, height, width);
  if (fitting.channels !== channels) refuse(channels === 1 ? "wantsGray" : "wantsColour");
  if (fitting.width !== width || fitting.height !== height) {
    refuse("size", {
      found: sizeOf(fitting.width, fitting.height), expected: sizeOf(width, height),
    });
  }
  if (fitting.dtype !== dtype) refuse("dtype", { found: fitting.dtype, expected: dtype });
  if (dtype === "float32" && !fitting.data.every(Number.isFinite)) refuse("notFinite");
  return fitting;
}

/** What an eye sees of it: other values than those of 8 bits are stretched, without the extremes. */
function visible(picture) {
  const { data, width, height, channels, dtype } = picture;
  let [low, high] = [0, 255];
  if (dtype !== "uint8") {
    const step = Math.ceil(data.length / 1e5);
    const sorted = Float64Array.from(data).filter((_, i) => i % step === 0).sort();
    [low, high] = [0.01, 0.99].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
    if (high <= low) [low, high] = [sorted[0], sorted[sorted.length - 1] || 1];
  }
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const value = data[i * channels + (channels === 3 ? c : 0)];
      image.data[4 * i + c] = (255 * (value - low)) / (high - low);
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}
