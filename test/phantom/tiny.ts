import { Matrix } from "../../src/array/matrix.ts";
import { createRandom } from "../../src/array/random.ts";
import type { LanguageModel } from "../../src/language-model/language-model.ts";
import { loadLanguageModel } from "../../src/language-model/load-language-model.ts";
import type { StoryActivations } from "../../src/phantom/planted-features.ts";
import type { PhantomStory } from "../../src/phantom/story.ts";
import { memoryStore } from "../../src/sources/memory-store.ts";
import { smallModelFiles } from "../language-model/small-models.ts";

/** A story of 160 words, with music before it: about 65 s. */
export const tinyStory: PhantomStory = {
  name: "tiny",
  text: `The harbour was quiet when the old ferry came in, late as always. Nobody stood on the pier but a boy with a
    red umbrella, who had been told to wait there until his aunt arrived. He did not know her face. His mother had
    given him a letter, and a photograph that was thirty years old; in it, a girl laughed at something outside the
    picture. One after the other the passengers walked past him: a priest, two sailors, a woman with a goose under her
    arm. Then the ramp was empty. The boy looked at the photograph again. Was it possible that she had missed the boat?
    Behind him somebody laughed. It was the woman with the goose, and she was pointing at the umbrella. "I gave that
    to your mother," she said, "the day I left. Come along! The goose bites, and we have a long way to walk before
    the rain begins."`,
  audioStart: 3,
  music: 4.5,
};

/** A second, shorter one, whose audio begins before the first volume. */
export const tinierStory: PhantomStory = {
  name: "tinier",
  text: `My grandmother kept bees, and every autumn she told them the news of the year. She knocked on each hive with
    the key of the house. Who had married, who had died, who owed whom a pig. If you do not tell them, she said,
    they leave. The winter after her funeral I went down to the garden with the key, and I told them.`,
  audioStart: -1.25,
  music: 0,
};

/** A GPT-2 of two layers, 8 units and 256 positions with random weights, held in memory. */
export async function loadTinyModel(): Promise<LanguageModel> {
  return loadLanguageModel(memoryStore(await smallModelFiles({ n_positions: 256 }), "tiny-model"));
}

/** A heard story of random vectors of 30 units in one layer, a word every 0.4 s or so. */
export function randomStory(
  nWords: number,
  seed: string,
  { repetitionTime, layer }: { readonly repetitionTime: number; readonly layer: number },
): StoryActivations {
  const random = createRandom(seed);
  let time = 2;
  const onsets = Float64Array.from({ length: nWords }, () => {
    time += 0.2 + 0.4 * random.uniform();
    return time;
  });
  const vectors = Float32Array.from({ length: nWords * 30 }, () => random.normal());
  return {
    onsets,
    nVolumes: Math.ceil((time + 9) / repetitionTime),
    activations: new Map([[layer, Matrix.of(vectors, nWords, 30)]]),
  };
}
