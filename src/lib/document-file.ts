/** Reads configuration, seeds and API documents from files in JSON or YAML. */

import { explainUnreadable, messageOf, UserError } from './errors.ts';
import { computeMaxSeedBytes } from './memory.ts';
import { showValue } from './redact.ts';
import { readTextFile } from './text-file.ts';

/** @param flag for messages @param otherwise advice, after a space @param max in bytes @throws UserError */
export async function readDocument(
  file: string,
  flag: string,
  otherwise = '',
  max = Number.POSITIVE_INFINITY,
  adviceIfLarger = '',
): Promise<unknown> {
  const name = `${flag} ${showValue(file)}`;
  let text: string;
  try {
    text = await readTextFile(file, { max });
  } catch (cause) {
    const why = explainUnreadable(cause);
    throw new UserError(`${name} cannot be read: ${why}. Give the path of a readable file.${otherwise}`, { cause });
  }
  if (Buffer.byteLength(text) > max) {
    throw new UserError(`${name} is larger than ${Number((max / 1024 / 1024).toFixed(1))} MB.${adviceIfLarger}`);
  }
  return parseDocument(text, name, file.endsWith('.json'));
}

/** @param name the name for messages @throws UserError with the line of the error */
export async function parseDocument(text: string, name: string, isJson: boolean): Promise<unknown> {
  try {
    // Some editors write a byte order mark.
    if (isJson) return JSON.parse(text.replace(/^\uFEFF/, ''));
    return await parseYaml(text);
  } catch (cause) {
    const parserMessage = messageOf(cause);
    // Messages about YAML already have lines.
    const position = findErrorPosition(text, parserMessage);
    const line = position === null ? '' : `, line ${text.slice(0, position).split('\n').length}`;
    const why = simplifyParserMessage(parserMessage);
    throw new UserError(`${name} is not valid ${isJson ? 'JSON' : 'YAML'}${line}: ${why}`, { cause });
  }
}

/** Parses YAML. Duplicate keys are found with a set: the parser would take minutes for 60,000 keys. @throws Error */
async function parseYaml(text: string): Promise<unknown> {
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

/** Returns the position of a JSON error, which the message states, or quotes with ten characters on each side. */
function findErrorPosition(text: string, parserMessage: string): number | null {
  const [, stated] = /at position (\d+)/.exec(parserMessage) ?? [];
  if (stated !== undefined) return Number(stated);
  const [, before, around = '', after] = /, (\.\.\.)?"(.*)"(\.\.\.)? is not valid JSON$/s.exec(parserMessage) ?? [];
  if (before !== undefined) return text.indexOf(around) + 10;
  return after === undefined ? null : around.length - 10;
}

/** Returns a parser's message without advice for programmers, and without the text, which may contain secrets. */
function simplifyParserMessage(parserMessage: string): string {
  return parserMessage
    .replace(/,? (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '')
    .replace(/:?\n.*$/s, '')
    .replace(/: .*?(?= at line |$)/, '')
    .replace(
      /^Source contains multiple documents; .*? at line/,
      'The file contains several documents, the second one at line',
    );
}

/**
 * Returns a function that finds the line (from 1) of a path, such as `runai.users[0].role`, or of its nearest parent.
 * Only for errors: it reads the file again. A pipe and a very large file have no lines.
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
