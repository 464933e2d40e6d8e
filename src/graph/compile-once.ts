import { type Device, resolveDevice } from "./device.ts";
import type { Expression } from "./expression.ts";
import { compile, type Session } from "./session.ts";

// A session costs milliseconds to make and holds no weights.
const compiled = new Map<string, Promise<Session>>();

/**
 * The session of a graph on a device: compiled when it is asked for first, the same one ever after. For graphs without weights,
 * whose sessions may stay until the process ends.
 *
 * @param name - what the graph computes, after the file that makes it; one name stands for one graph
 * @param graph - makes its outputs
 * @throws DeviceError as {@link compile}
 */
export function compileOnce(
  name: string,
  graph: () => Readonly<Record<string, Expression>>,
  device?: Device,
): Promise<Session> {
  const { provider, threads } = resolveDevice(device);
  const key = [name, provider, threads].join();
  let session = compiled.get(key);
  if (!session) {
    session = compile(graph(), device);
    compiled.set(key, session);
  }
  return session;
}
