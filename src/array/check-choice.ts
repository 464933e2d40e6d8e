import { OptionError } from "../errors.ts";
import { showValue } from "./arguments.ts";

/**
 * Refuses an option that is none of the values that it may have. Options may come from a file or from JavaScript, where no
 * type checks them, and a wrong value would have no effect and no message.
 *
 * @param where - the function that asks and its name for the option, for the message: `"ridgeCv: precision"`
 * @throws OptionError naming all that it may be
 */
export function checkChoice<const Choice extends string | boolean>(
  where: string,
  value: Choice,
  known: readonly NoInfer<Choice>[],
): void {
  if (known.includes(value)) return;
  const names = known.map((choice) => JSON.stringify(choice));
  const listed = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  throw new OptionError(`${where} must be ${listed}, got ${showValue(value)}.`);
}
