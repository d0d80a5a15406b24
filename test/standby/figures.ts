/** Prints the minimum, maximum and median of times in milliseconds. */
export function reportTimes(title: string, times: readonly number[]): void {
  const sorted = [...times].sort((first, second) => first - second);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
  report(`${title}: ${at(0)} to ${at(1)} ms, median ${at(0.5)} ms`);
}

export function report(text: string): void {
  process.stdout.write(`${text}\n`);
}
