"""Writes a GPT-2 of the 124M size with random weights, and its hidden states by transformers, to a folder.

usage: make_gpt2_124m.py <new folder>

config.json, model.safetensors (float32, 498 MB), vocab.json and merges.txt (bytes only), and expected.safetensors:
tokens (float32) and layer0..layer12 [1024 x 768], as transformers gives them in single precision. Biases and layer
normalisations are moved away from 0 and 1, so that nothing drops out of the comparison.
"""

import json
import sys
import time
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(124)
    model = transformers.GPT2Model(transformers.GPT2Config()).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter += 0.1 * torch.randn_like(parameter)
    tokens = torch.randint(0, 50257, (1, 1024))
    with torch.no_grad():
        model(tokens)  # warm
        start = time.perf_counter()
        states = model(tokens, output_hidden_states=True).hidden_states
        seconds = time.perf_counter() - start
    model.save_pretrained(folder)
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    symbols = [*map(chr, plain), *map(chr, range(0x100, 0x100 + 256 - len(plain)))]
    (folder / "vocab.json").write_text(json.dumps({symbol: i for i, symbol in enumerate(symbols)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    expected = {f"layer{k}": state[0].contiguous() for k, state in enumerate(states)}
    save_file({"tokens": tokens[0].float(), **expected}, folder / "expected.safetensors")
    print(f"transformers {transformers.__version__}, torch {torch.__version__}: {1024 / seconds:.0f} tokens/s on {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
