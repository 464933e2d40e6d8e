import type { Peak } from "./analysis.ts";

/** d\*: the distance at which the forecast score of a layer is largest. */
export const forecastDistance: Peak = { name: "forecastDistance", of: "forecastScore", along: "distance" };
