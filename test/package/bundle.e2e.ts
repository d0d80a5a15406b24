import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { launchProgram } from '../support/command.ts';
import { copyInstallation, write } from '../support/package.ts';

const run = promisify(execFile);
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Globals that tests replace in the process of their app. */
const REPLACED = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'performance',
  'Date',
]);

/** Members of `process` that tests replace. */
const MEMBERS = new Set(['nextTick', 'hrtime']);

/** Names under which libraries know the global object. */
const GLOBALS = /^(?:globalThis|global|root|self|window|context)$/;

/** Sources that use one of these names, and why that is harmless. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'src/lib/time.ts': 'gives them to all the others',
  'platform.cjs': 'the imports of src/lib/time.ts, above its own header',
  'node_modules/fastify/lib/logger-factory.js': 'takes `performance` from Node',
  'node_modules/lodash/lodash.js': 'only to count calls, and in functions such as `debounce`, which nobody calls',
  'node_modules/pino/lib/time.js': 'only for times in nanoseconds, which nobody asks it for',
  'node_modules/@apidevtools/json-schema-ref-parser/node_modules/undici/lib/web/fetch/util.js':
    'only to load documents from an address, which nobody does',
};

/** The line that the bundler writes above the code of each source. */
const SOURCE_HEADER = /^\/\/ ((?:node_modules|src)\/\S+)$/gm;

/** Returns a function that finds the source of a position in a file of the bundle. */
function partsOf(file: string, text: string): (at: number) => string {
  const heads = [...text.matchAll(SOURCE_HEADER)];
  return (at) => heads.findLast(({ index }) => index <= at)?.[1] ?? file;
}

/** Lists the uses of replaceable globals, as `source: name`. */
function usesIn(file: string, text: string): string[] {
  const partAt = partsOf(file, text);
  const found: string[] = [];
  const look = (node: ts.Node) => {
    const use = ts.isIdentifier(node) ? useOf(node) : ts.isStringLiteral(node) ? moduleOf(node) : null;
    if (use !== null) found.push(`${partAt(node.getStart())}: ${use}`);
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  return found;
}

function moduleOf({ text }: ts.StringLiteral): string | null {
  return /^(?:node:)?timers(?:\/promises)?$/.test(text) ? text : null;
}

/** Returns the use if it is a replaceable global, bare or on the global object, or a replaceable member of `process`. */
function useOf(node: ts.Identifier): string | null {
  const { parent, text } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    const owner = parent.expression.getText();
    const isReplaced = MEMBERS.has(text)
      ? !/^require_platform(?:\$\d+)?$/.test(owner)
      : REPLACED.has(text) && GLOBALS.test(owner);
    return isReplaced ? parent.getText() : null;
  }
  const isName = 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
  if (ts.isBindingElement(parent)) return MEMBERS.has(text) ? `{ ${text} }` : null;
  return REPLACED.has(text) && !isName ? text : null;
}

describe('the bundle', () => {
  const files = readdirSync(DIST).filter((file) => /\.c?js$/.test(file));
  const uses = files.flatMap((file) => usesIn(file, readFileSync(join(DIST, file), 'utf8')));

  it('uses no global that a test may replace', () => {
    const unexplained = uses.filter((use) => !Object.keys(EXPLAINED).some((source) => use.startsWith(`${source}: `)));

    expect([...new Set(unexplained)]).toEqual([]);
  });

  it('needs every listed exception', () => {
    const needless = Object.keys(EXPLAINED).filter((source) => !uses.some((use) => use.startsWith(`${source}: `)));

    expect(needless).toEqual([]);
  });

  it('contains every library once', () => {
    const parts = files.flatMap((file) => [...readFileSync(join(DIST, file), 'utf8').matchAll(SOURCE_HEADER)]);
    const names = parts.map(([, name = '']) => name);
    const twice = names.filter((name, index) => names.indexOf(name) !== index);

    expect(names.length).toBeGreaterThan(500);
    expect(twice).toEqual([]);
  });
});

describe('the package', () => {
  let folder: string;
  const node = async (name: string, program: string) => {
    await write(folder, { [name]: program });
    const { stdout } = await run(process.execPath, [name], { cwd: folder });
    return stdout;
  };
  beforeAll(async () => {
    folder = await copyInstallation(['testcontainers']);
  });

  it('can be required, and finds its files', async () => {
    const program = `const { startMock } = require('nv-auth-mock');
      startMock({ listen: false }).then(async (mock) => {
        const answer = await mock.fetch('/docs/runai/');
        console.log((await mock.getToken()).split('.').length, answer.status);
        await mock.stop();
      });`;

    expect(await node('required.cjs', program)).toBe('3 200\n');
  });

  it('validates responses with the required members of its documents', async () => {
    const file = 'node_modules/nv-auth-mock/dist/operations/control.schemas.json';
    const program = `const { startMock } = require('nv-auth-mock');
      startMock({ listen: false }).then(async (mock) => {
        console.log(await mock.snapshots.take().then(() => 'taken', ({ message }) => message));
        await mock.stop();
      });`;
    const before = await readFile(join(folder, file), 'utf8');
    const changed = JSON.parse(before);
    changed.paths['/_mock/snapshots'].post.requestBody.content['application/json'].schema.required = ['moon'];

    expect(await node('asks.cjs', program)).toBe('taken\n');
    await write(folder, { [file]: JSON.stringify(changed) });
    expect(await node('asks.cjs', program)).toContain('`moon` is missing');
    await write(folder, { [file]: before });
  });

  it.each([
    ['imported.mjs', "import 'nv-auth-mock/testcontainers';"],
    ['required.cjs', "require('nv-auth-mock/testcontainers');"],
  ])('names the package to install if testcontainers is missing: %s', async (name, program) => {
    const without = await copyInstallation();
    await write(without, { [name]: program });
    const { code, stderr } = await launchProgram(process.execPath, [name], without).ended;

    expect(code).toBe(1);
    expect(stderr).toContain(
      'Error: nv-auth-mock/testcontainers needs the package `testcontainers`, which is not installed. Run `npm i -D testcontainers`.',
    );
  });

  it('has the same exports by `require` and `import`', async () => {
    const program = `import * as imported from 'nv-auth-mock';
      import * as containers from 'nv-auth-mock/testcontainers';
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const pairs = [[imported, require('nv-auth-mock')], [containers, require('nv-auth-mock/testcontainers')]];
      console.log(JSON.stringify(pairs.map(([a, b]) => [Object.keys(a).length > 1, Object.keys(b).every((name) => a[name] === b[name])])));`;

    expect(JSON.parse(await node('both.mjs', program))).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  it('does not open a data file of another copy, and does not release its lock', async () => {
    const copy = join(folder, 'copy/node_modules/nv-auth-mock');
    await cp(join(folder, 'node_modules/nv-auth-mock'), copy, { recursive: true });
    const program = `const one = require('nv-auth-mock');
      const two = require('node:module').createRequire(__dirname + '/copy/program.cjs')('nv-auth-mock');
      const opened = (mock) => mock.then(() => 'opened', ({ name, message }) => name + ': ' + message);
      const options = { listen: false, data: 'shared.db' };
      (async () => {
        const first = await one.startMock(options);
        console.log(one.startMock !== two.startMock, await opened(two.startMock(options)));
        const program = "require('nv-auth-mock').startMock(" + JSON.stringify(options) + ").then(() => 'opened', (e) => e.message).then(console.log)";
        console.log(require('node:child_process').execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }));
        await first.stop();
        const second = two.startMock(options);
        console.log(await opened(second));
        await (await second).stop();
      })();`;
    const [another, process_, after] = (await node('copies.cjs', program)).split('\n').filter((line) => line !== '');

    expect(another).toMatch(/^true Unusable: --data shared\.db is in use by another server/);
    expect(process_).toMatch(/^--data shared\.db is in use by another server/);
    expect(after).toBe('opened');
  });
});
