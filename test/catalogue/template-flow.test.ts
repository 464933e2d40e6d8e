import { afterEach, describe, expect, it } from "vitest";
import { listSurfaces } from "../../src/catalogue/template-flow.ts";
import { createHttpClient } from "../../src/sources/http.ts";
import { hashOf, startServer, status } from "../support/server.ts";
import { templateFlowFiles } from "../support/template-flow.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
async function start(density: string) {
  const [server, client] = [await startServer(templateFlowFiles(density)), createHttpClient({ attempts: 1 })];
  opened.push(server, client);
  return { server, client };
}

describe("listSurfaces (by hand)", () => {
  it.each([
    ["fsaverage5", "10k"],
    ["fsaverage6", "41k"],
  ])("%s is density %s: meshes, folding, atlases of both hemispheres, and the licence", async (space, density) => {
    const { server, client } = await start(density);
    const files = await listSurfaces(client, space, `${server.origin}/`);
    expect(files).toHaveLength(15);
    expect(files.map(({ address }) => address).toSorted()).toEqual(
      Object.keys(templateFlowFiles(density))
        .map((path) => server.origin + path)
        .toSorted(),
    );
    const name = `tpl-fsaverage_hemi-R_den-${density}_atlas-Destrieux2009_dseg.label.gii`;
    const content = `<?xml version="1.0"?>\n<GIFTI/>${name}`;
    expect(files.find(({ path }) => path === name)).toEqual({
      path: name,
      address: `${server.origin}/tpl-fsaverage/${name}`,
      size: content.length,
      checksum: { kind: "md5", digest: hashOf(content) },
      holds: "GIFTI",
    });
    // Nothing but headers is asked for.
    expect(new Set(server.asked.map(({ method }) => method))).toEqual(new Set(["HEAD"]));
  });

  it("refuses another space", async () => {
    const { client } = await start("10k");
    await expect(listSurfaces(client, "fsaverage", "http://127.0.0.1:1")).rejects.toThrow(
      '<space>: must be fsaverage5 or fsaverage6, got "fsaverage".',
    );
  });

  it("refuses a list with a gap, and a server that tells no sizes", async () => {
    const { server, client } = await start("10k");
    const path = "/tpl-fsaverage/tpl-fsaverage_hemi-L_den-10k_white.surf.gii";
    for (const code of [403, 404]) {
      server.always(path, status(code));
      await expect(listSurfaces(client, "fsaverage5", server.origin)).rejects.toMatchObject({
        name: "NotFoundError",
        message: `${server.origin}${path}: the file must be in TemplateFlow, got status ${code}. Check the address.`,
      });
    }
    server.always(path, status(503));
    await expect(listSurfaces(client, "fsaverage5", server.origin)).rejects.toMatchObject({ name: "NetworkError" });
    server.always(path, (_, response) => response.writeHead(200, { "content-type": "text/html" }).end());
    await expect(listSurfaces(client, "fsaverage5", server.origin)).rejects.toMatchObject({
      name: "NetworkError",
      message: `${server.origin}${path}: the file must be GIFTI, got a web page. A proxy, or a network that wants a login, may have sent it: sign in with a browser, check HTTP_PROXY and HTTPS_PROXY, or check the address.`,
    });
    server.always(path, (_, response) => response.writeHead(200, { "transfer-encoding": "chunked" }).end());
    await expect(listSurfaces(client, "fsaverage5", server.origin)).rejects.toThrow(
      `${server.origin}${path}: the server must tell the file's size, got no Content-Length. Ask whoever runs it.`,
    );
  });
});
