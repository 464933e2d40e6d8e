import { checkChoice } from "../array/check-choice.ts";
import { Matrix } from "../array/matrix.ts";
import { OptionError } from "../errors.ts";
import type { Device } from "../graph/device.ts";
import { compile, type Session, type TensorValue } from "../graph/session.ts";
import { nCausalParts } from "./causal-attention.ts";
import type { Gpt2Config } from "./gpt2-config.ts";
import { type Gpt2Outputs, gpt2Graph } from "./gpt2-graph.ts";
import type { Gpt2Weights } from "./gpt2-weights.ts";
import { ACTIVATION_DEFAULTS, type LanguageModel, resolveLayers } from "./language-model.ts";

/**
 * Runs a GPT-2. The graph is compiled when it is first needed, and again when other outputs are asked for than the
 * time before: one compiled graph, so one copy of the weights, exists at a time. Calls wait for each other.
 */
export function gpt2Runner(
  config: Gpt2Config,
  weights: Gpt2Weights,
  device: Device | undefined,
): Pick<LanguageModel, "hiddenStates" | "close"> {
  let current: { readonly key: string; readonly session: Session } | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  async function close(): Promise<void> {
    const closing = current;
    current = undefined;
    await closing?.session.close();
  }

  async function sessionFor(outputs: Gpt2Outputs): Promise<Session> {
    const key = JSON.stringify(outputs);
    if (current?.key !== key) {
      await close();
      current = { key, session: await compile(await gpt2Graph(config, weights, outputs), device) };
    }
    return current.session;
  }

  return {
    async hiddenStates(tokens, options = {}) {
      const layers = resolveLayers(options.layers, config.nLayers);
      const places = options.places ?? Int32Array.from(tokens.keys());
      const { layerZero = ACTIVATION_DEFAULTS.layerZero, finalNorm = ACTIVATION_DEFAULTS.finalNorm } = options;
      checkChoice("hiddenStates: layerZero", layerZero, ["with-positions", "tokens"]);
      checkChoice("hiddenStates: finalNorm", finalNorm, [true, false]);
      return inTurn(async () => {
        checkTokens(tokens, places, config);
        const session = await sessionFor({ layers, layerZero, finalNorm });
        // Attention is causal: tokens that fill up the end change none before them.
        const padded = new Int32Array(Math.max(tokens.length, nCausalParts(config.nPositions)));
        padded.set(tokens);
        const results = await session.run({ tokens: int64(padded), places: int64(places) });
        return new Map(
          layers.map((layer) => {
            const data = results[`layer${layer}`]!.data as Float32Array;
            return [layer, Matrix.of(data, places.length, config.nUnits)];
          }),
        );
      });
    },
    close: () => inTurn(close),
  };
}

function checkTokens(tokens: Int32Array, places: Int32Array, config: Gpt2Config): void {
  const { nPositions, vocabularySize } = config;
  if (tokens.length < 1 || tokens.length > nPositions) {
    throw new OptionError(
      `hiddenStates: the model reads 1..${nPositions} tokens at once, got ${tokens.length}. Read longer texts in passes (wordActivations).`,
    );
  }
  const strange = tokens.find((token) => token < 0 || token >= vocabularySize);
  if (strange !== undefined) {
    throw new OptionError(`hiddenStates: tokens must lie in 0..${vocabularySize - 1}, got ${strange}.`);
  }
  const outside = places.find((place) => place < 0 || place >= tokens.length);
  if (outside !== undefined) {
    throw new OptionError(`hiddenStates: places must lie in 0..${tokens.length - 1}, got ${outside}.`);
  }
}

function int64(values: Int32Array): TensorValue {
  return { type: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}
