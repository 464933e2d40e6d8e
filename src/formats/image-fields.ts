import { checked, type FieldTable, fieldsUnder, obeyed, unused } from "./field-table.ts";

const late =
  "must lie within the first volume, or at the volumes that the JSON says were discarded, where events count the raw volumes, else refused";
const ownTime = "must be the repetition time of the sidecar, else told";

/** Fields of the header of NIfTI-1 and NIfTI-2, and what becomes of them. */
export const niftiFields: FieldTable = {
  sizeof_hdr: obeyed("tells version and byte order; a file of the other order is read as well"),
  magic: obeyed("must be that of one file with header and values"),
  eol_check: checked("must be as it was written, else refused: the file was moved as text"),
  dim: obeyed("how many voxels and volumes there are"),
  datatype: obeyed("how values are stored"),
  bitpix: checked("must fit datatype, else refused"),
  vox_offset: obeyed("where values begin"),
  scl_slope: obeyed("multiplies each value; 0 or NaN: nothing is scaled"),
  scl_inter: obeyed("is added to each value that is scaled"),
  xyzt_units: obeyed("units of voxel sizes and times; without one of time the file says no time"),
  pixdim: obeyed("voxel sizes, and the file's own repetition time, which must be the sidecar's, else told"),
  toffset: checked(`time of the first volume: ${late}`),
  ...fieldsUnder(
    obeyed("from voxels to coordinates: the sform, else the qform, else voxel sizes"),
    `
      sform_code srow_x srow_y srow_z qform_code quatern_b quatern_c quatern_d qoffset_x qoffset_y qoffset_z
    `,
  ),
  intent_code: obeyed("tells whether the file is CIFTI"),
  ...fieldsUnder(unused("says in words what the values are"), "intent_name descrip aux_file data_type db_name"),
  ...fieldsUnder(unused("parameters of a statistic: responses are taken as values"), "intent_p1 intent_p2 intent_p3"),
  ...fieldsUnder(
    unused("describes how slices were recorded: responses are taken as they were preprocessed"),
    "dim_info slice_code slice_start slice_end slice_duration",
  ),
  ...fieldsUnder(unused("concerns the display"), "cal_max cal_min glmax glmin"),
  ...fieldsUnder(unused("is not used by the standard"), "extents session_error regular unused_str"),
};

/** Attributes of the series of a CIFTI file, and what becomes of them. */
export const ciftiSeriesFields: FieldTable = {
  NumberOfSeriesPoints: checked("must be the number of rows, else refused"),
  SeriesUnit: { effect: "refused", unless: ["SECOND"], why: "rows of responses are volumes" },
  SeriesExponent: obeyed("power of ten that start and step are multiplied by"),
  SeriesStep: checked(ownTime),
  SeriesStart: checked(`time of the first volume: ${late}`),
};

/** Attributes of an array of a GIFTI file, and what becomes of them. */
export const giftiArrayFields: FieldTable = {
  Intent: checked("must be NIFTI_INTENT_TIME_SERIES or NIFTI_INTENT_NONE in responses, else refused"),
  DataType: obeyed("how numbers are stored"),
  Dimensionality: obeyed("how many dimensions there are"),
  ...fieldsUnder(obeyed("length of a dimension"), "Dim0 Dim1 Dim2 Dim3 Dim4 Dim5"),
  ArrayIndexingOrder: obeyed("which index runs fastest"),
  Encoding: obeyed("text, base64, compressed base64, or another file"),
  Endian: obeyed(
    "order of bytes, where numbers are no text; refused where only the other order gives numbers that can be meant",
  ),
  ExternalFileName: obeyed("the other file"),
  ExternalFileOffset: obeyed("where numbers begin there"),
};

/** Metadata of a GIFTI file of responses, and what becomes of them. */
export const giftiMetadataFields: FieldTable = {
  TimeStep: checked(`in seconds or milliseconds, as it fits: ${ownTime}`),
  AnatomicalStructurePrimary: checked("must be the hemisphere of the name, else told"),
  "*": {
    effect: "none",
    why: "says in words what the numbers are; GIFTI has no field for the time of the first volume",
  },
};
