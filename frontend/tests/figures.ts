// Which figures does a run print? One a line, so that they can be found in the output of `make test-frontend`.

/** Print a figure and, when there is one, what it must not pass. */
export function figure(what: string, value: string, limit = ""): void {
  process.stdout.write(`FIGURE ${what}: ${value}${limit && ` (${limit})`}\n`);
}
