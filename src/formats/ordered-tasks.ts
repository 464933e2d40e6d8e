/** Tasks that are done one after the other, in the order in which they were added. */
export interface OrderedTasks {
  /**
   * Does a task: at once where none is waiting.
   *
   * @param bytes - memory that it holds until it is done
   */
  add(task: () => void | Promise<void>, bytes?: number): void;
  /**
   * Resolves once tasks hold no more than they may.
   *
   * @throws what the first task threw that did; none is done after it
   */
  untilFree(): Promise<void>;
  /** Resolves once all tasks are done, and throws as {@link OrderedTasks.untilFree} does. */
  done(): Promise<void>;
}

/**
 * Tasks that are done one after the other.
 *
 * @param limit - bytes that waiting tasks may hold
 */
export function orderedTasks(limit: number): OrderedTasks {
  const waiting: { readonly done: Promise<void>; readonly bytes: number }[] = [];
  let held = 0;
  let failure: { readonly error: unknown } | undefined;

  function remember(error: unknown): void {
    failure ??= { error };
  }

  function check(): void {
    if (failure) throw failure.error;
  }

  async function after(last: Promise<void> | undefined, task: () => void | Promise<void>): Promise<void> {
    await last;
    try {
      if (!failure) await task();
    } catch (error) {
      remember(error);
    }
    held -= waiting.shift()!.bytes;
  }

  return {
    add(task, bytes = 0) {
      held += bytes;
      waiting.push({ done: after(waiting.at(-1)?.done, task), bytes });
    },
    async untilFree() {
      while (held > limit && waiting.length > 0) await waiting[0]!.done;
      check();
    },
    async done() {
      await waiting.at(-1)?.done;
      check();
    },
  };
}
