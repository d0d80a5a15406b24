// @ts-check
/** Ends a script where `npm ci` was not run, did not finish, or has not been run since the versions changed. */
import { readFileSync } from 'node:fs';

/** @param {string} path */
function read(path) {
  return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
}

/** @param {readonly [name: string, wanted: string]} dependency */
function isMissing([name, wanted]) {
  // A package under another name is asked for as `npm:typescript@7.0.2`.
  const version = wanted.slice(wanted.lastIndexOf('@') + 1);
  try {
    return read(`node_modules/${name}/package.json`).version !== version;
  } catch {
    return true;
  }
}

const root = read('package.json');
const manifests = [root, ...root.workspaces.map((/** @type {string} */ folder) => read(`${folder}/package.json`))];
// Their versions are exact, and npm installs them all at the root.
const missing = manifests
  .flatMap(({ dependencies, devDependencies }) => Object.entries({ ...dependencies, ...devDependencies }))
  .find(isMissing);
if (missing !== undefined) {
  process.stderr.write(`nv-auth-mock: ${missing.join(' ')} is not installed. Run \`npm ci\` first.\n`);
  process.exit(1);
}
