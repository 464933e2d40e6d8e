import type { Peak } from "./analysis.ts";

/** d\*: the distance at which the forecast score of a layer is largest. */
export const forecastDistancePeak: Peak = {
  name: "forecastDistance",
  description: "Distance at which the forecast score is largest, in words.",
  of: "forecastScore",
  along: "distance",
  tests: ["forecastScoreBeyondZero"],
  finding: "forecast",
  shown: {
    label: "forecast distance",
    symbol: "d*",
    what: "distance at which the forecast score is largest",
    unit: "words",
    decimals: 0,
    range: undefined,
    isSymmetric: false,
    colour: "forecast",
    isSummarised: true,
    missing: "no participant has a score",
  },
  sentence({ test, regions, isOnly }) {
    if (regions === undefined) {
      const none = isOnly
        ? `There is no forecast: ${test} is not above zero`
        : `No region has a forecast, which is ${test} above zero`;
      return `${none} (q < .01). So the distance at which the forecast score is largest means little.`;
    }
    return isOnly
      ? `There is a forecast: ${test} is above zero (q < .01).`
      : `There is a forecast, ${test} above zero, in ${regions} (q < .01).`;
  },
};
