/** Prints how long something took, several times. @param times in milliseconds */
export function reportTimes(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
  report(`${what}: ${at(0)} to ${at(1)} ms, median ${at(0.5)} ms`);
}

export function report(text: string): void {
  process.stdout.write(`${text}\n`);
}
