// Sets the bit by which the shell runs the files named on the command line: the compiler writes them without it, and
// npm sets it once, when it links a command, not at the next build.
import { chmodSync } from "node:fs";

for (const file of process.argv.slice(2)) chmodSync(file, 0o755);
