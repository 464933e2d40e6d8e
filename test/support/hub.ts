import { hashOf, startServer, status, type TestServer } from "./server.ts";

/** A commit of the small hub. */
export const commit = "0123456789abcdef0123456789abcdef01234567";

/** A model's files in small; weights in large file storage, the others in git. */
export const modelFiles: Readonly<Record<string, string>> = {
  ".gitattributes": "*.safetensors filter=lfs",
  "README.md": "# a model",
  "config.json": '{"model_type": "gpt2"}',
  "tokenizer.json": "{}",
  "tokenizer_config.json": "{ }",
  "vocab.json": "{  }",
  "merges.txt": "#version: 0.2",
  "model.safetensors": "weights ".repeat(50_000),
  "pytorch_model.bin": "pickled",
  "64.tflite": "other",
};

/** What the Hub's API tells of these files. */
export const described = (files: Readonly<Record<string, string>>, sha = commit) => ({
  _id: "x",
  id: "org/small",
  sha,
  gated: false,
  siblings: Object.entries(files).map(([rfilename, content]) => {
    const size = Buffer.byteLength(content);
    const isLarge = /\.(safetensors|bin)$/.test(rfilename);
    return {
      rfilename,
      size,
      blobId: hashOf(`blob ${size}\0${content}`, "sha1"),
      ...(isLarge ? { lfs: { sha256: hashOf(content, "sha256"), size, pointerSize: 134 } } : {}),
    };
  }),
});

/**
 * Hugging Face in small, with one model: the API, small files from the hub itself, weights by redirect from a server of
 * their own, as on the public one.
 *
 * @param settings.token - without it every file is refused; the API tells of the model in any case
 */
export async function startHub(
  files: Readonly<Record<string, string>> = modelFiles,
  settings: { readonly token?: string } = {},
): Promise<{ readonly hub: TestServer; readonly store: TestServer; close(): Promise<void> }> {
  const store = await startServer(Object.fromEntries(Object.entries(files).map(([name, text]) => [`/${name}`, text])));
  const hub = await startServer();
  for (const revision of ["main", "v1", "refs%2Fpr%2F1", commit]) {
    hub.always(`/api/models/org/small/revision/${revision}`, (request, response) => {
      const isAsked = request.url!.endsWith("?blobs=true");
      response.writeHead(isAsked ? 200 : 400).end(JSON.stringify(described(files)));
    });
  }
  for (const [name, content] of Object.entries(files)) {
    hub.files.set(`/org/small/resolve/${commit}/${name}`, new TextEncoder().encode(content));
    hub.always(`/org/small/resolve/${commit}/${name}`, (request, response) => {
      const { token } = settings;
      if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
        return status(request.headers.authorization === undefined ? 401 : 403)(request, response);
      if (name.endsWith(".safetensors")) response.writeHead(302, { location: `${store.origin}/${name}` }).end();
      return undefined;
    });
  }
  const close = async () => {
    await hub.close();
    await store.close();
  };
  return { hub, store, close };
}
