import type { Peak } from "./analysis.ts";

/** d\*: the distance at which the forecast score of a layer is largest. */
export const forecastDistance: Peak = {
  name: "forecastDistance",
  description: "Distance at which the forecast score is largest, in words.",
  of: "forecastScore",
  along: "distance",
};
