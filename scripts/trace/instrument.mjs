// @ts-check
/**
 * A hook for Node's loader: it turns TypeScript into JavaScript in which each function reports itself when it is
 * entered. Sources are loaded from where they are, because they look for documents and fixtures next to them.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The diagnostics channel on which functions report an `Entry` each. */
export const ENTRIES = 'nv-auth-mock.trace.entries';

/**
 * @typedef {object} Entry a function that was entered
 * @property {string} file its URL
 * @property {string} name its own, or that of what it belongs to: `keyOf()` is one inside `keyOf`
 * @property {number} at where in the file it stands: what tells functions of one name apart
 * @property {readonly number[]} within the places of the functions around it
 * @property {boolean} isAccessor a `get` or `set`
 */

const OPTIONS = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  inlineSourceMap: true,
};

/** A name that no source has. */
const TELL = '__tellEntry';
const CHANNEL_OF = '__channelOf';

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context);
  const fileName = fileURLToPath(url);
  const text = await readFile(fileName, 'utf8');
  const { outputText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: OPTIONS,
    transformers: { before: [telling] },
  });
  return { format: 'module', source: `${prologue()}${outputText}`, shortCircuit: true };
}

/** On one line without an end, so that lines keep their numbers. */
function prologue() {
  return [
    `import { channel as ${CHANNEL_OF} } from 'node:diagnostics_channel';`,
    `const ${TELL} = (name, at, within, isAccessor) =>`,
    `${CHANNEL_OF}('${ENTRIES}').publish({ file: import.meta.url, name, at, within, isAccessor });`,
  ].join(' ');
}

/** @typedef {ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction | ts.MethodDeclaration | ts.AccessorDeclaration | ts.ConstructorDeclaration} Bodied */

/** @type {ts.TransformerFactory<ts.SourceFile>} */
function telling(context) {
  const { factory } = context;
  /** @param {Bodied} node */
  const tell = (node) =>
    factory.createExpressionStatement(
      factory.createCallExpression(factory.createIdentifier(TELL), undefined, [
        factory.createStringLiteral(nameOf(node)),
        factory.createNumericLiteral(node.getStart()),
        factory.createArrayLiteralExpression(around(node).map((at) => factory.createNumericLiteral(at))),
        ts.isAccessor(node) ? factory.createTrue() : factory.createFalse(),
      ]),
    );
  /** @type {(node: ts.Node) => ts.Node} */
  const visit = (node) => {
    if (!isBodied(node)) return ts.visitEachChild(node, visit, context);
    const { body } = node;
    const telling = tell(node);
    return ts.visitEachChild(
      node,
      (child) => {
        const visited = visit(child);
        if (child !== body) return visited;
        if (ts.isBlock(visited)) return factory.updateBlock(visited, [telling, ...visited.statements]);
        // The body of an arrow function without a block is the expression that it returns.
        const expression = /** @type {ts.Expression} */ (visited);
        return factory.createBlock([
          telling,
          // In parentheses: otherwise a comment before it would end the statement at its line.
          factory.createReturnStatement(factory.createParenthesizedExpression(expression)),
        ]);
      },
      context,
    );
  };
  return (file) => ts.visitEachChild(file, visit, context);
}

/** @param {ts.Node} node @returns {node is Bodied & { body: ts.ConciseBody }} */
function isBodied(node) {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

/** @param {ts.Node} node @returns {number[]} */
function around({ parent }) {
  if (parent === undefined) return [];
  return isBodied(parent) ? [parent.getStart(), ...around(parent)] : around(parent);
}

/** @param {ts.Node} node @returns {string} */
function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return `new ${node.parent.name?.text ?? 'class'}`;
  if (ts.isFunctionLike(node) && node.name !== undefined) return node.name.getText();
  for (let inner = node, outer = node.parent; !ts.isSourceFile(outer); inner = outer, outer = outer.parent) {
    if (ts.isPropertyAssignment(outer) || ts.isPropertyDeclaration(outer)) return outer.name.getText();
    if (ts.isVariableDeclaration(outer) && ts.isIdentifier(outer.name)) {
      return inner === node ? outer.name.text : `${outer.name.text}()`;
    }
    if (ts.isFunctionLike(outer)) return `${nameOf(outer).replace(/\(\)$/, '')}()`;
  }
  return '()';
}
