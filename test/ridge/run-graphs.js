/**
 * Runs the graphs of the choice of a penalty. In JavaScript, so that a program of the build on any version of Node can import it,
 * too; see run-graphs.d.ts for its types.
 */
export async function runGraphs({ runRows, openWorkspace }, inputs, provider) {
  const { targets, fit, shares, kept, weights } = inputs;
  const workspace = openWorkspace({ provider });
  const columns = { projection: fit.nRows, sums: shares.nColumns };
  const { projection, sums } = await runRows(
    "projection",
    { perTarget: { targets }, shared: { fit, shares }, columns },
    workspace,
  );
  const ofWeights = { moments: weights.nColumns };
  const { moments } = await runRows(
    "moments",
    { perTarget: { targets }, shared: { weights }, columns: ofWeights },
    workspace,
  );
  const penalties = new Int32Array(targets.nRows);
  const { moments: residuals } = await runRows(
    "allResiduals",
    { perTarget: { targets, projection }, shared: { kept, fit, weights }, columns: ofWeights, penalties },
    workspace,
  );
  const copy = ({ data }) => Float64Array.from(data);
  return { projection: copy(projection), sums: copy(sums), moments: copy(moments), residuals: copy(residuals) };
}
