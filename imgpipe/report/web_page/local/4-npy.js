const NUMBERS = {
  u1: ["uint8", 1, (view, i) => view.getUint8(i)],
  u2: ["uint16", 2, (view, i, little) => view.getUint16(i, little)],
  f4: ["float32", 4, (view, i, little) => view.getFloat32(i, little)],
};
const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

function npyHeader(bytes) {
  const view = viewOf(bytes);
  const wide = bytes[6] > 1;
  if (bytes.length < 12) refuse("damaged");
  const start = (wide ? 12 : 10) + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const text = new TextDecoder("latin1").decode(bytes.subarray(wide ? 12 : 10, start));
  const [, order, kind] = /'descr': *'([<>|=])(\w+)'/.exec(text) ?? [];
  const fortran = /'fortran_order': *True/.test(text);
  const shape = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1].split(",").filter((n) => n.trim());
  if (!kind || !shape || start > bytes.length) refuse("damaged");
  return { start, little: order !== ">", kind, fortran, shape: shape.map(Number) };
}

/** An array as NumPy saves it; three long at its end it is in colour. */
function readNpy(bytes) {
  const { start, little, kind, fortran, shape } = npyHeader(bytes);
  if (!NUMBERS[kind]) refuse("npyKind", { kind });
  const [dtype, size, number] = NUMBERS[kind];
  const single = shape.length === 3 && shape[2] === 1;
  const colour = shape.length === 3 && shape[2] === 3 && Math.min(shape[0], shape[1]) > 3;
  if (shape.length !== 2 && !single && !colour) refuse("npyShape", { shape: shape.join(" x ") });
  const [height, width, channels = 1] = shape;
  checkBudget(width, height);
  const count = height * width * channels;
  if (!count || bytes.length - start < count * size) refuse("damaged");
  const view = viewOf(bytes);
  const data = new ARRAYS[dtype](count);
  const steps = fortran ? [1, height, height * width] : [width * channels, channels, 1];
  let i = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const from = y * steps[0] + x * steps[1] + c * steps[2];
        data[i++] = number(view, start + from * size, little);
      }
    }
  }
  return { data, width, height, channels, dtype, notes: [] };
}
