/** Sum as NumPy does, in pairs, so that weights have the same last bits. */
function pairwiseSum(values, from = 0, n = values.length) {
  if (n < 8) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[from + i];
    return sum;
  }
  if (n <= 128) {
    const r = values.slice(from, from + 8);
    let i = 8;
    for (; i < n - (n % 8); i += 8) for (let k = 0; k < 8; k++) r[k] += values[from + i + k];
    let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
    for (; i < n; i++) sum += values[from + i];
    return sum;
  }
  let half = Math.floor(n / 2);
  half -= half % 8;
  return pairwiseSum(values, from, half) + pairwiseSum(values, from + half, n - half);
}

/** Source pixels and their weights for pixel `k` of the new axis: a triangle filter. */
function tapsOf(old, length, k) {
  const scale = old / length;
  const reach = Math.max(scale, 1);
  const centre = (k + 0.5) * scale - 0.5;
  const first = Math.ceil(centre - reach);
  const weights = Float64Array.from({ length: Math.floor(2 * reach) + 1 }, (_, i) => {
    const index = first + i;
    if (index < 0 || index >= old) return 0;
    return Math.max(1 - Math.abs(index - centre) / reach, 0);
  });
  const sum = pairwiseSum(weights);
  return { first, weights: weights.map((weight) => weight / sum) };
}

/** One axis in float64; `before` and `behind` are what lies outside and inside of it. */
function scaledAxis(data, before, old, behind, length) {
  const out = new Float64Array(before * length * behind);
  for (let k = 0; k < length; k++) {
    const { first, weights } = tapsOf(old, length, k);
    for (let tap = 0; tap < weights.length; tap++) {
      if (weights[tap] === 0) continue;
      for (let a = 0; a < before; a++) {
        const [to, from] = [(a * length + k) * behind, (a * old + first + tap) * behind];
        for (let b = 0; b < behind; b++) out[to + b] += weights[tap] * data[from + b];
      }
    }
  }
  return out;
}

/** A picture in the size that the model takes, as `imgpipe.images.resize` makes it. */
function resized(picture, height, width) {
  let data = picture.data;
  const { channels } = picture;
  if (picture.height !== height) {
    data = scaledAxis(data, 1, picture.height, picture.width * channels, height);
  }
  if (picture.width !== width) data = scaledAxis(data, height, picture.width, channels, width);
  if (data === picture.data) return picture;
  const kind = ARRAYS[picture.dtype];
  const whole = kind === Float32Array ? data : data.map(roundedEven);
  return { ...picture, data: kind.from(whole), width, height };
}
