import { FORECAST_DISTANCE } from "../features/window.ts";
import type { Peak } from "./analysis.ts";

/** k\*: the layer at which the forecast score at distance 8, the paper's, is largest. */
export const forecastDepth: Peak = {
  name: "forecastDepth",
  description: "Layer at which the forecast score is largest.",
  of: "forecastScore",
  along: "layer",
  at: { distance: FORECAST_DISTANCE },
};
