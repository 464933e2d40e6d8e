/** Arrays of numbers that may be in packed values. */
const arrayKinds = { Float32Array, Float64Array, Int32Array, Uint8Array } as const;

/**
 * A value as JSON that {@link unpackJson} gives back as it was: typed arrays (as base64 of their bytes), maps, and numbers that
 * are not finite among its parts. What is undefined is left out.
 */
export function packJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "number" && !Number.isFinite(part)) return { $number: String(part) };
    if (part instanceof Map) return { $map: [...part] };
    if (!ArrayBuffer.isView(part)) return part;
    const kind = Object.entries(arrayKinds).find(([, known]) => part instanceof known)?.[0];
    if (kind === undefined) throw new TypeError(`no ${part.constructor.name} can be packed`);
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    return { $array: kind, bytes: bytes.toString("base64") };
  });
}

/** The value that {@link packJson} packed. */
export function unpackJson(text: string): unknown {
  return JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== "object" || part === null) return part;
    const { $number, $map, $array, bytes } = part as Readonly<Record<string, unknown>>;
    if (typeof $number === "string") return Number($number);
    if (Array.isArray($map)) return new Map($map as [unknown, unknown][]);
    if (typeof $array !== "string" || typeof bytes !== "string" || !Object.hasOwn(arrayKinds, $array)) return part;
    // Copied, so that it begins where numbers of its width may begin.
    return new arrayKinds[$array as keyof typeof arrayKinds](Uint8Array.from(Buffer.from(bytes, "base64")).buffer);
  });
}
