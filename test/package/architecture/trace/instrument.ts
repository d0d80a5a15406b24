import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Plugin } from 'vite';

/** The diagnostics channel on which every function of the sources publishes an `Entry` when it is entered. */
export const ENTRIES = 'nv-auth-mock.trace.entries';

export interface Entry {
  /** The path of its file below `src`. */
  readonly file: string;
  /** The name of the function, or of its parent: `keyOf()` is a function inside `keyOf`. */
  readonly name: string;
  /** The position in the file, which distinguishes functions of the same name. */
  readonly at: number;
  /** The positions of the enclosing functions. */
  readonly within: readonly number[];
  /** Whether it is a `get` or `set` accessor. */
  readonly isAccessor: boolean;
}

const SOURCES = fileURLToPath(new URL('../../../../src/', import.meta.url));

/** Names that no source file uses. */
const PUBLISH = '__publishEntry';
const CHANNEL_OF = '__channelOf';

/** Makes the functions of the sources publish their entries. */
export const instrument: Plugin = {
  name: 'instrument',
  enforce: 'pre',
  transform: (text, id) =>
    id.startsWith(SOURCES) && id.endsWith('.ts') ? addPublishCalls(text, relative(SOURCES, id)) : null,
};

function addPublishCalls(text: string, path: string): string {
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const visit = (node: ts.Node, within: readonly number[]): void => {
    if (!isBodied(node)) {
      ts.forEachChild(node, (child) => visit(child, within));
      return;
    }
    const { body } = node;
    const at = node.getStart();
    const call = `${PUBLISH}(${JSON.stringify(findName(node))}, ${at}, [${within}], ${ts.isAccessor(node)});`;
    if (ts.isBlock(body)) {
      insertions.push({ at: body.getStart() + 1, text: call });
    } else {
      // An arrow function whose body is the expression that it returns.
      insertions.push({ at: body.getStart(), text: `{ ${call} return (` }, { at: body.getEnd(), text: '); }' });
    }
    ts.forEachChild(node, (child) => visit(child, [at, ...within]));
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true), []);
  const parts = insertions
    .sort((first, second) => first.at - second.at)
    .map((insertion, index, { [index - 1]: previous }) => text.slice(previous?.at ?? 0, insertion.at) + insertion.text);
  const rest = text.slice(insertions.at(-1)?.at ?? 0);
  const file = JSON.stringify(path);
  // On one line, so that lines keep their numbers.
  return [
    `import { channel as ${CHANNEL_OF} } from 'node:diagnostics_channel';`,
    `const ${PUBLISH} = (name: string, at: number, within: number[], isAccessor: boolean) =>`,
    `${CHANNEL_OF}('${ENTRIES}').publish({ file: ${file}, name, at, within, isAccessor });`,
    [...parts, rest].join(''),
  ].join(' ');
}

type Bodied = ts.FunctionLikeDeclaration & { readonly body: ts.ConciseBody };

function isBodied(node: ts.Node): node is Bodied {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function findName(node: ts.Node): string {
  if (ts.isConstructorDeclaration(node)) return `new ${node.parent.name?.text ?? 'class'}`;
  if (ts.isFunctionLike(node) && node.name !== undefined) return node.name.getText();
  for (let inner = node, outer = node.parent; !ts.isSourceFile(outer); inner = outer, outer = outer.parent) {
    if (ts.isPropertyAssignment(outer) || ts.isPropertyDeclaration(outer)) return outer.name.getText();
    if (ts.isVariableDeclaration(outer) && ts.isIdentifier(outer.name)) {
      return inner === node ? outer.name.text : `${outer.name.text}()`;
    }
    if (ts.isFunctionLike(outer)) return `${findName(outer).replace(/\(\)$/, '')}()`;
  }
  return '()';
}
