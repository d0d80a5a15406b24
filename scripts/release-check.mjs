// @ts-check
/**
 * Checks that a tag can be released, because a published version can't be withdrawn.
 *
 * Usage: npm run release-check -- v0.1.0
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * Returns the problems with a release, as sentences.
 *
 * @param {object} given
 * @param {string} given.tag
 * @param {{ version: string }} given.manifest `package.json`
 * @param {{ version: string }} given.lock `package-lock.json`
 * @param {string} given.changelog
 */
export function faultsOf({ tag, manifest, lock, changelog }) {
  const [, version] = /^v(\d+\.\d+\.\d+)$/.exec(tag) ?? [];
  if (version === undefined) return [`the tag is \`${tag}\`; expected \`v\` and a version, such as \`v0.1.0\``];
  const files = { 'package.json': manifest, 'package-lock.json': lock };
  const others = Object.entries(files).filter(([, file]) => file.version !== version);
  const heading = `## [${version}] - `;
  const isDated = changelog.split('\n').some((line) => line.startsWith(heading) && /\d{4}-\d\d-\d\d$/.test(line));
  return [
    ...others.map(([name, file]) => `${name} has the version ${file.version}, but the tag is ${tag}`),
    ...(isDated ? [] : [`CHANGELOG.md has no section \`${heading}\` with a date`]),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [manifest = '', lock = '', changelog = ''] = await Promise.all(
    ['package.json', 'package-lock.json', 'CHANGELOG.md'].map((file) =>
      readFile(new URL(`../${file}`, import.meta.url), 'utf8'),
    ),
  );
  const tag = process.argv[2] ?? '';
  const faults = faultsOf({ tag, manifest: JSON.parse(manifest), lock: JSON.parse(lock), changelog });
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
