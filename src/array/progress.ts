/** How far a long piece of work has come. */
export interface Progress {
  /** What is being done, as a user would say it: `"activations of pieman"`. */
  readonly label: string;
  /** Units done so far, 0..total. */
  readonly done: number;
  readonly total: number;
  /** Where units are bytes, they are shown as such. */
  readonly unit?: "bytes" | undefined;
}

/** Receives {@link Progress}; called often, so it must be cheap. Work that comes to its end tells of `done` = `total` last. */
export type OnProgress = (progress: Progress) => void;
