/** Red, green and blue, 0..255 each. */
export type Rgb = readonly [number, number, number];

/** Colours for 0..1: equal steps look equally large. */
export type ColourMap = (share: number) => Rgb;

/** Corners of a path through OKLCh: lightness, chroma, hue in degrees. */
type Path = readonly (readonly [number, number, number])[];

/**
 * A colour map through the given corners, as long in OKLab per unit at every place, so that equal steps look equal.
 * Lightness must rise (or fall) all along for the map to be read without colour vision and in grey print.
 *
 * @see https://bottosson.github.io/posts/oklab/
 */
function uniformColourMap(path: Path): ColourMap {
  const nSamples = 512;
  const at = (share: number) => {
    const place = share * (path.length - 1);
    const i = Math.min(Math.floor(place), path.length - 2);
    const [from, to] = [path[i]!, path[i + 1]!];
    const mix = (k: 0 | 1 | 2) => from[k] + (place - i) * (to[k] - from[k]);
    const hue = (mix(2) * Math.PI) / 180;
    return [mix(0), mix(1) * Math.cos(hue), mix(1) * Math.sin(hue)] as const;
  };
  const samples = Array.from({ length: nSamples + 1 }, (_, i) => at(i / nSamples));
  const lengths = [0];
  for (let i = 1; i <= nSamples; i++) {
    const [a, b] = [samples[i - 1]!, samples[i]!];
    lengths.push(lengths[i - 1]! + Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
  }
  const colours: Rgb[] = [];
  for (let step = 0, i = 0; step <= 255; step++) {
    const wanted = (step / 255) * lengths[nSamples]!;
    while (i < nSamples && lengths[i]! < wanted) i++;
    colours.push(fromOklab(samples[i]!));
  }
  return (share) => colours[Math.round(255 * Math.min(1, Math.max(0, share)))]!;
}

function fromOklab([lightness, a, b]: readonly [number, number, number]): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channel = (linear: number) => {
    const clipped = Math.min(1, Math.max(0, linear));
    return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
  };
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** From deep violet over red to pale yellow: distances. */
export const warm: ColourMap = uniformColourMap([
  [0.36, 0.13, 310],
  [0.52, 0.19, 372],
  [0.7, 0.17, 408],
  [0.92, 0.13, 460],
]);

/** From the grey of the bare surface over orange to deep red: values from zero upwards. */
export const above: ColourMap = uniformColourMap([
  [0.85, 0.004, 60],
  [0.77, 0.14, 68],
  [0.58, 0.19, 38],
  [0.32, 0.12, 22],
]);

/** From the grey of the bare surface over light blue to deep blue: how far values lie below zero. */
export const below: ColourMap = uniformColourMap([
  [0.85, 0.004, 240],
  [0.73, 0.11, 232],
  [0.53, 0.14, 252],
  [0.31, 0.12, 268],
]);
