/** TemplateFlow's files of fsaverage at one density, by path, with content made up. */
export function templateFlowFiles(density: string): Record<string, string> {
  const kinds = [
    "pial.surf",
    "white.surf",
    "sphere.surf",
    "sulc.shape",
    "curv.shape",
    "atlas-Desikan2006_seg-aparc_dseg.label",
    "atlas-Destrieux2009_dseg.label",
  ];
  const names = ["L", "R"].flatMap((hemi) =>
    kinds.map((kind) => `tpl-fsaverage_hemi-${hemi}_den-${density}_${kind}.gii`),
  );
  return {
    "/tpl-fsaverage/template_description.json": '{"Name": "fsaverage"}',
    ...Object.fromEntries(names.map((name) => [`/tpl-fsaverage/${name}`, `<?xml version="1.0"?>\n<GIFTI/>${name}`])),
  };
}
