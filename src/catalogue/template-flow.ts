import { ownValue } from "../array/records.ts";
import { NetworkError, NotFoundError, OptionError } from "../errors.ts";
import { md5OfETag } from "../sources/checksum.ts";
import type { HttpClient } from "../sources/http.ts";
import type { RemoteFile } from "../sources/remote-file.ts";
import { isCalledWebPage, webPageError } from "../sources/web-page.ts";

/** The public bucket of TemplateFlow. */
export const templateFlowAddress = "https://templateflow.s3.amazonaws.com";

/** Label of `den-` of the spaces that can be fetched: thousands of vertices of a hemisphere. */
const densities: Readonly<Record<string, string>> = { fsaverage5: "10k", fsaverage6: "41k" };

/** Meshes, folding, and two atlases: Desikan-Killiany (aparc) and Destrieux (aparc.a2009s). */
const surfaces: readonly string[] = [
  "pial.surf",
  "white.surf",
  "sphere.surf",
  "sulc.shape",
  "curv.shape",
  "atlas-Desikan2006_seg-aparc_dseg.label",
  "atlas-Destrieux2009_dseg.label",
];

/**
 * The surfaces and atlases of a space in TemplateFlow, both hemispheres, with its description and licence. The bucket is
 * not listed: each file is asked for its headers.
 *
 * @throws OptionError where the space is another
 * @throws NotFoundError where a file is not there any more
 * @throws NetworkError where the server does not answer
 * @remarks TemplateFlow has no inflated surfaces at these densities.
 * @see https://www.templateflow.org
 */
export async function listSurfaces(
  client: HttpClient,
  space: string,
  address = templateFlowAddress,
): Promise<readonly RemoteFile[]> {
  const density = ownValue(densities, space);
  if (density === undefined) {
    throw new OptionError(`must be ${Object.keys(densities).join(" or ")}, got "${space}".`, { where: "<space>" });
  }
  const names = ["L", "R"].flatMap((hemi) =>
    surfaces.map((surface) => `tpl-fsaverage_hemi-${hemi}_den-${density}_${surface}.gii`),
  );
  const base = `${address.replace(/\/+$/, "")}/tpl-fsaverage`;
  return Promise.all(
    ["template_description.json", ...names].map((name) => remoteFileAt(client, `${base}/${name}`, name)),
  );
}

async function remoteFileAt(client: HttpClient, address: string, path: string): Promise<RemoteFile> {
  const holds = path.endsWith(".json") ? "JSON" : "GIFTI";
  let headers: Readonly<Record<string, string>>;
  try {
    headers = await client.getHeaders(address);
  } catch (error) {
    // A bucket that must not be listed answers 403 for a file that it does not have.
    if (!(error instanceof NetworkError) || ![403, 404].includes(error.status ?? 0)) throw error;
    throw new NotFoundError(`the file must be in TemplateFlow, got status ${error.status}. Check the address.`, {
      where: address,
      cause: error,
    });
  }
  if (isCalledWebPage(headers)) throw webPageError(address, `the file must be ${holds}`);
  const size = headers["content-length"];
  if (size === undefined || !/^\d{1,15}$/.test(size)) {
    throw new NetworkError(
      `${address}: the server must tell the file's size, got ${size ?? "no Content-Length"}. Ask whoever runs it.`,
    );
  }
  return { path, address, size: Number(size), checksum: md5OfETag(headers["etag"] ?? ""), holds };
}
