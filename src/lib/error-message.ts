/** Returns the message of anything that was thrown, because JavaScript can throw any value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
