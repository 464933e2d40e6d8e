/** The exit code of a fault of cortecast. */
const OURS = 2;

/**
 * The exit code of some work, or 2 where the event loop runs dry before the work is done. Then the work waits for something
 * that can no longer come, and the process would end without a message, with a code of Node's own (13).
 *
 * @param work - resolves to its exit code
 * @param loop - emits `beforeExit` once nothing is left that could go on: `process`
 * @param tell - told what to show
 */
export function untilDry(
  work: Promise<number>,
  loop: Pick<NodeJS.EventEmitter, "once" | "off">,
  tell: (message: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const ranDry = () => {
      tell(
        "cortecast: every step must come to its end, got one that waits for what cannot come any more. What is finished is kept: run the command again.\nThis is a fault of cortecast, not yours. Run again with --debug and report what it prints.\n",
      );
      resolve(OURS);
    };
    loop.once("beforeExit", ranDry);
    work.then(resolve, reject).finally(() => loop.off("beforeExit", ranDry));
  });
}
