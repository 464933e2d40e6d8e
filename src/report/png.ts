import { crc32, deflateSync } from "node:zlib";
import { ShapeError } from "../errors.ts";

/**
 * A PNG file of a picture with transparency: eight bits a channel, RGBA, not interlaced.
 *
 * @param pixels - [height x width x 4], red, green, blue, alpha in 0..255, top row first
 * @throws ShapeError where `pixels` does not hold `width * height * 4` bytes
 * @see https://www.w3.org/TR/png-3/
 */
export function writePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const stride = 4 * width;
  if (pixels.length !== stride * height) {
    throw new ShapeError(`writePng: pixels must hold ${width} * ${height} * 4 bytes, got ${pixels.length}.`);
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 6, 0, 0, 0], 8);
  // Each line is stored as what differs from the line above (filter 2): smooth pictures get small.
  const lines = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (stride + 1);
    lines[to] = 2;
    for (let x = 0; x < stride; x++) {
      const above = y === 0 ? 0 : pixels[(y - 1) * stride + x]!;
      lines[to + 1 + x] = pixels[y * stride + x]! - above;
    }
  }
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(lines)),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

/** The address `data:image/png;base64,...` that shows a PNG without a file. */
export function pngAddress(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
