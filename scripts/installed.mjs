// @ts-check
/** Stops a script if `npm ci` was not run, did not finish, or is out of date. */
import { readFileSync } from 'node:fs';

/** @param {string} path */
function read(path) {
  return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
}

/** @param {readonly [name: string, wanted: string]} dependency */
function isMissing([name, wanted]) {
  // An alias is written as `npm:typescript@7.0.2`.
  const version = wanted.slice(wanted.lastIndexOf('@') + 1);
  try {
    return read(`node_modules/${name}/package.json`).version !== version;
  } catch {
    return true;
  }
}

const root = read('package.json');
const manifests = [root, ...root.workspaces.map((/** @type {string} */ folder) => read(`${folder}/package.json`))];
// Versions are exact, and npm installs all packages at the root.
const missing = manifests
  .flatMap(({ dependencies, devDependencies }) => Object.entries({ ...dependencies, ...devDependencies }))
  .find(isMissing);
if (missing !== undefined) {
  process.stderr.write(`nv-auth-mock: ${missing.join(' ')} is not installed. Run \`npm ci\` first.\n`);
  process.exit(1);
}
