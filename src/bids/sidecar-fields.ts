import { checked, type FieldTable, fieldsUnder, obeyed, unused } from "../formats/field-table.ts";

const scanner = "describes the scanner and its sequence: responses are taken as they were preprocessed";
const inWords = "says in words what was done";

/** Every field that BIDS defines for the JSON of a functional image or a time series, and what becomes of it. */
export const responseSidecarFields: FieldTable = {
  RepetitionTime: obeyed("seconds between volumes"),
  NumberOfVolumesDiscardedByUser: obeyed(
    "of a derivative: moves the audio's start, where events count the raw volumes",
  ),
  SamplingFrequency: checked('must be 1 / RepetitionTime, or "TR", else refused'),
  StartTime: checked("must lie within the first volume, from 0 to RepetitionTime, else refused"),
  VolumeTiming: checked("must be in steps of RepetitionTime from 0, else refused: other times are not computed"),
  SliceTiming: checked("each must lie from 0 to RepetitionTime, else told: one of both is wrong, or in milliseconds"),
  DelayTime: checked("must lie from 0 to RepetitionTime, which it is a part of, else told"),
  AcquisitionDuration: checked("must lie from 0 to RepetitionTime, which it is a part of, else told"),
  FrameAcquisitionDuration: checked("must lie from 0 to RepetitionTime, which it is a part of, else told"),
  Units: checked('told where it is "rad" or "degree": a phase is no response'),
  TaskName: checked("told where it is not the label of task-, but for signs and upper case"),
  ...fieldsUnder(
    unused("events count from the first volume of the image, whatever it says"),
    "NumberOfVolumesDiscardedByScanner DelayAfterTrigger",
  ),
  ...fieldsUnder(
    unused(inWords),
    `
      Instructions TaskDescription CogAtlasID CogPOID Description Sources RawSources IntendedFor Columns
      DeidentificationMethod DeidentificationMethodCodeSequence LongName Levels TermURL HED Manual GeneratedBy
    `,
  ),
  ...fieldsUnder(
    unused("spaces are told by the file's name, voxels and vertices by its content"),
    "SpatialReference SkullStripped Resolution Density CoordinateReportStrategy Type",
  ),
  ...fieldsUnder(unused("the volumes of both are counted from the same times"), "SliceTimingCorrected"),
  ...fieldsUnder(
    unused(scanner),
    `
      Manufacturer ManufacturersModelName DeviceSerialNumber StationName SoftwareVersions
      HardcopyDeviceSoftwareVersion MagneticFieldStrength ReceiveCoilName ReceiveCoilActiveElements GradientSetType
      MRTransmitCoilSequence MatrixCoilMode CoilCombinationMethod TablePosition NumberTransmitCoilActiveElements
      NumberReceiveCoilActiveElements BodyPart BodyPartDetails BodyPartDetailsOntology PulseSequenceType
      ScanningSequence SequenceVariant ScanOptions SequenceName PulseSequenceDetails NonlinearGradientCorrection
      MRAcquisitionType MTState MTOffsetFrequency MTPulseBandwidth MTNumberOfPulses MTPulseShape MTPulseDuration
      SpoilingState SpoilingType SpoilingRFPhaseIncrement SpoilingGradientMoment SpoilingGradientDuration
      WaterSuppression WaterSuppressionTechnique NumberShots ParallelReductionFactorInPlane
      ParallelReductionFactorOutOfPlane ParallelAcquisitionTechnique PartialFourier PartialFourierDirection
      EffectiveEchoSpacing MixingTime PhaseEncodingDirection TotalReadoutTime EchoTime InversionTime DwellTime
      SliceEncodingDirection NegativeContrast FlipAngle LookLocker MultibandAccelerationFactor
      AnatomicalLandmarkCoordinates B0FieldIdentifier B0FieldSource B0ShimmingTechnique B1ShimmingTechnique
      InstitutionName InstitutionAddress InstitutionalDepartmentName ContrastBolusIngredient
      RepetitionTimeExcitation RepetitionTimePreparation AcquisitionVoxelSize BackgroundSuppression EchoTime1
      EchoTime2 AcquisitionTime AcquisitionDateTime ContentTime SeriesTime StudyTime SliceThickness
      FrameOfReferenceUID TemporalPosition TriggerDelayTime TriggerTime EchoTrainLength PhaseOversampling
    `,
  ),
};

/** Fields of `dataset_description.json`, and what becomes of them. */
export const descriptionFields: FieldTable = {
  Name: obeyed("the title of the report"),
  DatasetDOI: obeyed("noted as where the data come from"),
  ...fieldsUnder(unused("passed on to the results' own description"), "GeneratedBy SourceDatasets"),
  ...fieldsUnder(
    unused("names of files are read alike in all versions and kinds of data sets"),
    "BIDSVersion DatasetType",
  ),
  ...fieldsUnder(
    unused(inWords),
    `
      HEDVersion DatasetLinks License Authors Keywords Acknowledgements HowToAcknowledge Funding EthicsApprovals
      ReferencesAndLinks AdditionalValidation Genetics
    `,
  ),
};

/** Fields of the JSON of `events.tsv`, and what becomes of them. */
export const eventsSidecarFields: FieldTable = {
  onset: checked("its Units must be seconds, else refused"),
  duration: checked("its Units must be seconds, else refused"),
  ...fieldsUnder(unused(inWords), "trial_type stim_file response_time HED channel value sample"),
  ...fieldsUnder(unused("the audio is told by stim_file"), "StimulusPresentation VisualAids VisionCorrection"),
};

/** Fields of one column in the JSON of a table of confounds, as fMRIPrep writes it, and what becomes of them. */
export const confoundFields: FieldTable = {
  Mask: obeyed("tells which components acompcor-<n> takes: those of the combined mask"),
  ...fieldsUnder(
    unused("columns are chosen by their names"),
    `
      Method Retained SingularValue VarianceExplained CumulativeVarianceExplained SamplingFrequency Description
      LongName Levels Units TermURL Sources
    `,
  ),
};

/** Columns of `events.tsv`, and what becomes of them. */
export const eventsColumns: FieldTable = {
  onset: obeyed("seconds from the first volume"),
  stim_file: obeyed("the audio file that is heard"),
  duration: obeyed("told where the scan ends before the audio does"),
  ...fieldsUnder(unused("the audio is told by stim_file"), "trial_type response_time HED channel value sample"),
};
