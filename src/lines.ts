import { readFile } from 'node:fs/promises';

/** Where things stand in a file that somebody wrote: lines count from 1; undefined for what is not found. */
export interface Lines {
  /** Of a member, or of what should hold it: `runai.users[0].role`. */
  ofPlace(place: string): number | undefined;
  /** Of the first plain value that reads so. */
  ofValue(text: string): number | undefined;
}

const NONE: Lines = { ofPlace: () => undefined, ofValue: () => undefined };

/** Reads a JSON or YAML file once more, for its lines. Only asked for what is wrong with it, so nobody waits for it else. */
export async function linesOf(file: string): Promise<Lines> {
  const { isMap, isPair, isScalar, LineCounter, parseDocument, visit } = await import('yaml');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return NONE;
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const lineAt = (range: readonly number[] | null | undefined) =>
    range?.[0] === undefined ? undefined : counter.linePos(range[0]).line;

  const ofPath = (path: readonly (string | number)[]): number | undefined => {
    let node: unknown = document.contents;
    let line = lineAt(document.contents?.range);
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find(
          (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
        );
        if (pair === undefined) break;
        line = lineAt((pair.key as { range?: readonly number[] }).range) ?? line;
        node = pair.value;
      } else {
        node = (node as { items?: readonly unknown[] } | null)?.items?.[Number(step)];
        if (node === undefined) break;
        line = lineAt((node as { range?: readonly number[] }).range) ?? line;
      }
    }
    return line;
  };
  return {
    ofPlace: (place) => ofPath(place.split(/[.[\]]+/).filter(Boolean)),
    ofValue: (wanted) => {
      let line: number | undefined;
      visit(document, {
        Scalar: (key, node) => {
          if (key === 'key' || String(node.value) !== wanted) return undefined;
          line = lineAt(node.range);
          return visit.BREAK;
        },
      });
      return line;
    },
  };
}

/** Where a sentence about a file is about: by the places that it names, or by the values. */
export function lineOfSentence(lines: Lines, sentence: string): number | undefined {
  const [, key, inside = ''] = /^unknown key `([^`]+)`(?: in `([^`]+)`)?/.exec(sentence) ?? [];
  if (key !== undefined) return lines.ofPlace(`${inside}.${key}`);
  const words = [...sentence.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
  const place = words.find((word) => /^[a-zA-Z]+(?:\[\d+\]|\.[a-zA-Z])/.test(word));
  if (place !== undefined) return lines.ofPlace(place);
  return words.map((word) => lines.ofValue(word)).find((line) => line !== undefined);
}
