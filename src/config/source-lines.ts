import { computeMaxSeedBytes } from '../platform/heap.ts';
import { readTextFile } from '../platform/text-file.ts';

/**
 * Returns a function that finds the line of a path in a JSON or YAML file, such as `runai.users[0].role`. A missing
 * member has the line of its parent; lines count from 1. Reads the file again, so it is only used for errors. A pipe can
 * be read only once, so it has no lines; neither has a very large file.
 */
export async function createLineFinder(file: string): Promise<(path: string) => number | undefined> {
  const { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } = await import('yaml');
  const read = await readTextFile(file, { onlyFile: true }).catch(() => '');
  // The positions of a larger one would not fit into the heap.
  const text = read.length <= computeMaxSeedBytes('yaml') ? read : '';
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false });
  const findLine = (node: unknown): number | undefined => {
    const start = isNode(node) ? node.range?.[0] : undefined;
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
        node = isSeq(node) ? node.items[Number(step)] : undefined;
        line = findLine(node) ?? line;
      }
    }
    return line;
  };
}
