import { FORECAST_DISTANCE } from "../features/window.ts";
import type { Peak } from "./analysis.ts";

/** k\*: the layer at which the forecast score at distance 8, the paper's, is largest. */
export const forecastDepthPeak: Peak = {
  name: "forecastDepth",
  description: "Layer at which the forecast score is largest.",
  of: "forecastScore",
  along: "layer",
  at: { distance: FORECAST_DISTANCE },
  tests: ["forecastScoreBeyondZero", "forecastScore"],
  finding: "forecast",
  shown: {
    label: "forecast depth",
    symbol: "k*",
    what: `layer at which the forecast score at distance ${FORECAST_DISTANCE} is largest`,
    unit: "layer",
    decimals: 0,
    range: undefined,
    isSymmetric: false,
    colour: "forecast",
    isSummarised: false,
    missing: "no participant has a score",
  },
};
