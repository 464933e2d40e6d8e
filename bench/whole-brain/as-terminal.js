// Loaded before the command: standard error counts as a terminal, so that progress is told ten times a second.
process.stderr.isTTY = true;
process.stderr.columns = 200;
