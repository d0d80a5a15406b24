/** Times as people read them: the day is left out where it is that of another time. */
export function shortTime(at: string, beside: string): string {
  const [day = '', time = ''] = at.split('T');
  const short = time.slice(0, 8);
  return beside.startsWith(day) ? short : `${day} ${short}`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time in its two largest units: `15 min`, `1 h 5 min`. */
export function inWords(milliseconds: number): string {
  let seconds = Math.round(Math.abs(milliseconds) / 1000);
  const words: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    seconds -= count * length;
    if (count > 0) words.push(`${count} ${unit}`);
    if (words.length === 2) break;
  }
  return words.length === 0 ? '0 s' : words.join(' ');
}
