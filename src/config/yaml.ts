/**
 * Parses YAML. The parser itself checks for duplicate keys by comparing each key with all others, which takes minutes
 * for a document with 60,000 paths, so duplicates are found with a set instead.
 *
 * @throws Error with the line of the error
 */
export async function parseYaml(text: string): Promise<unknown> {
  const { isScalar, LineCounter, parseDocument, visit } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { logLevel: 'error', merge: true, uniqueKeys: false, lineCounter });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Map: (_, { items }) => {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (keys.has(key.value)) {
          const { line, col } = lineCounter.linePos(key.range?.[0] ?? 0);
          throw new Error(`Map keys must be unique at line ${line}, column ${col}`);
        }
        keys.add(key.value);
      }
    },
  });
  return document.toJS();
}
