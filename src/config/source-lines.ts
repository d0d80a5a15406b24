import { readTextFile } from '../platform/text-file.ts';

/**
 * Finds the lines of places in a JSON or YAML file, such as `runai.users[0].role`. A missing member has the line of its
 * parent; lines count from 1. Reads the file again, so it is only used for errors. A pipe can be read only once, so it
 * has no lines.
 */
export async function createLineFinder(file: string): Promise<(path: string) => number | undefined> {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml');
  const text = await readTextFile(file, { onlyFile: true }).catch(() => '');
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false });
  const findLine = (node: unknown): number | undefined => {
    // Nodes of the YAML parser have a range.
    const start = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
    return start === undefined ? undefined : counter.linePos(start).line;
  };
  return (path) => {
    let node: unknown = document.contents;
    let line = findLine(node);
    for (const step of path.split(/[.[\]]+/).filter(Boolean)) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
        if (pair === undefined) break;
        line = findLine(pair.key) ?? line;
        node = pair.value;
      } else {
        // Lists of the YAML parser have items.
        node = (node as { readonly items?: readonly unknown[] } | null)?.items?.[Number(step)];
        line = findLine(node) ?? line;
      }
    }
    return line;
  };
}
