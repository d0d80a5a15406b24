// @ts-check
/**
 * A plugin that leaves out modules of libraries that the server never uses, because reading and running them is a part of
 * every start.
 */

/** Replaces a module of which nothing is used. A use fails, because it has no member. */
const NOTHING = 'module.exports = {};';

/**
 * Replacements of modules, by the package that imports them and the name that it imports.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const LEFT_OUT = {
  // Routes have no schemas (`http/transport/fastify.ts`).
  'fastify @fastify/ajv-compiler': NOTHING,
  'fastify @fastify/fast-json-stringify-compiler': NOTHING,
  // The server speaks plain HTTP/1.1, trusts no proxy, and has a log of its own.
  'fastify node:https': NOTHING,
  'fastify node:http2': NOTHING,
  'fastify @fastify/proxy-addr': NOTHING,
  'fastify ./logger-pino.js': NOTHING,
  // The one plugin is bundled together with the version of Fastify that it asks for.
  'fastify semver': 'module.exports = { satisfies: () => true };',
  // Routes have no schemas to make a document of: the documents are there before.
  '@fastify/swagger ./lib/mode/dynamic': NOTHING,
  // No route has a regular expression: only those of find-my-way itself are checked.
  'find-my-way safe-regex2': 'module.exports = () => true;',
  // Subcommands are functions and not executables.
  'commander node:child_process': NOTHING,
};

const PREFIX = '\0left out: ';

/** The package of a module; of one package inside another, the inner one. */
const PACKAGE = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** @type {import('rolldown').Plugin} */
export const leftOut = {
  name: 'left-out',
  resolveId: (id, importer = '') => {
    const name = `${PACKAGE.exec(importer)?.[1]} ${id}`;
    return Object.hasOwn(LEFT_OUT, name) ? `${PREFIX}${name}` : null;
  },
  load: (id) => (id.startsWith(PREFIX) ? (LEFT_OUT[id.slice(PREFIX.length)] ?? null) : null),
};
