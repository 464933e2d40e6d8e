/** Narratives in small: the raw data set and the whole collection as their buckets hold them, with content made up. */
export function smallNarratives(): Record<string, Record<string, string>> {
  const raw: Record<string, string> = {
    "ds002345/": "",
    "ds002345/README": "read me",
    "ds002345/CHANGES": "1.1.4",
    "ds002345/dataset_description.json": '{"Name": "Narratives", "BIDSVersion": "1.2.1"}',
    "ds002345/participants.tsv": "participant_id\nsub-001\nsub-002\nsub-010\n",
    "ds002345/participants.json": "{}",
    "ds002345/stimuli/README": "audio files",
    "ds002345/stimuli/pieman_audio.wav": "RIFF",
  };
  const whole: Record<string, string> = {
    "data/Projects/narratives/code/scan_exclude.json": "{}",
    "data/Projects/narratives/code/task_meta.json": "{}",
    "data/Projects/narratives/stimuli/README": "audio files and transcripts",
    "data/Projects/narratives/stimuli/pieman_audio.wav": "RIFF",
    "data/Projects/narratives/stimuli/gentle/pieman/align.csv": "I,i,0.1,0.2\n",
    "data/Projects/narratives/stimuli/gentle/pieman/align.json": "{}",
    "data/Projects/narratives/stimuli/gentle/lucy/align.csv": "lucy,lucy,0.1,0.2\n",
    "data/Projects/narratives/stimuli/transcripts/pieman_transcript.txt": "I began my",
    "data/Projects/narratives/derivatives/afni-nosmooth/dataset_description.json": "{}",
    "data/Projects/narratives/derivatives/afni-smooth/sub-001/func/x.func.gii": "x",
  };
  for (const [sub, runs] of Object.entries({
    "001": ["pieman_run-1", "pieman_run-2", "lucy"],
    "002": ["pieman"],
    "010": ["lucy"],
  })) {
    raw[`ds002345/sub-${sub}/anat/sub-${sub}_T1w.nii.gz`] = "anatomy";
    for (const run of runs) {
      const name = `sub-${sub}/func/sub-${sub}_task-${run}`;
      raw[`ds002345/${name}_bold.nii.gz`] = "images";
      raw[`ds002345/${name}_bold.json`] = '{"RepetitionTime": 1.5}';
      raw[`ds002345/${name}_events.tsv`] = `onset\tduration\tstim_file\n0\t1\t${run}.wav\n`;
      const folder = "data/Projects/narratives/derivatives/afni-nosmooth";
      for (const hemi of ["L", "R"])
        whole[`${folder}/${name}_space-fsaverage6_hemi-${hemi}_desc-clean.func.gii`] =
          `parts: ${run} ${hemi} of ${sub}`;
      whole[`${folder}/${name}_space-MNI152NLin2009cAsym_res-native_desc-clean_bold.nii.gz`] =
        `volumes ${run} of ${sub}`;
      whole[`${folder}/${name}_space-fsaverage6_hemi-L_desc-tsnr_scalar.func.gii`] = "other";
    }
  }
  return { "openneuro.org": raw, "fcp-indi": whole };
}
