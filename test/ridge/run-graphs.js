/**
 * Runs the graphs of the choice of a penalty. In JavaScript, so that a program of the build on any version of Node can import it,
 * too; see run-graphs.d.ts for its types.
 */
export function runGraphs({ runProjection, runMoments, runAllResiduals, withGraphMemory }, inputs, provider) {
  const { targets, fit, shares, kept, weights } = inputs;
  const device = { provider };
  return withGraphMemory(async (memory) => {
    const { projection, sums } = await runProjection({ targets, fit, shares }, device, memory);
    const moments = await runMoments(targets, weights, device, memory);
    const chosen = new Int32Array(targets.nRows);
    const residuals = await runAllResiduals({ targets, projection, kept, fit, weights }, chosen, device, memory);
    const copy = ({ data }) => Float64Array.from(data);
    return { projection: copy(projection), sums: copy(sums), moments: copy(moments), residuals: copy(residuals) };
  });
}
