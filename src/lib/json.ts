/** Returns null for a text that is not JSON, which the caller treats like any other wrong value. */
export function parseJsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
