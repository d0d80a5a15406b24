// @ts-check
/** Describes the contents of the package as a CycloneDX document (https://cyclonedx.org/docs/1.6/json/). */

/** @import { Bundled } from './bundled.mjs' */

/**
 * The parts of an entry in `package-lock.json` that are used here.
 *
 * @typedef {object} Locked
 * @property {string} [name] if it differs from the folder's name
 * @property {string} [version]
 * @property {string} [license]
 * @property {string} [integrity]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies] only for the project itself
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, object>} [peerDependenciesMeta] an optional one may be listed only here
 */

/** @typedef {Record<string, Locked>} Lock packages by the folder in which they are installed */

/**
 * @typedef {object} Part
 * @property {string | null} path where it is installed; null if it is part of another package
 * @property {string} name
 * @property {string} version
 * @property {string} [license]
 * @property {'required' | 'optional'} scope
 * @property {boolean} isBundled
 */

/** CycloneDX names for npm's hashes. */
const ALGORITHMS = new Map([
  ['sha1', 'SHA-1'],
  ['sha256', 'SHA-256'],
  ['sha384', 'SHA-384'],
  ['sha512', 'SHA-512'],
]);

/**
 * Returns the bill of materials of a build, without the optional time and serial number, so that it is reproducible.
 *
 * @param {object} given
 * @param {any} given.manifest `package.json`
 * @param {Lock} given.lock
 * @param {readonly Bundled[]} given.bundled
 * @param {readonly string[]} given.drivers packages that a server loads if the user has installed them
 */
export function sbomOf({ manifest, lock, bundled, drivers }) {
  const parts = [
    ...bundled.map((one) => ({ ...one, scope: /** @type {const} */ ('required'), isBundled: true })),
    ...installedParts(lock, Object.keys(manifest.dependencies ?? {}), 'required'),
    ...installedParts(lock, [...Object.keys(manifest.optionalDependencies ?? {}), ...drivers], 'optional'),
  ];
  /** @type {Map<string, Part>} */
  const byPurl = new Map();
  for (const part of parts) if (!byPurl.has(purlOf(part))) byPurl.set(purlOf(part), part);
  const components = [...byPurl.values()].sort((one, other) => (purlOf(one) < purlOf(other) ? -1 : 1));
  const purls = new Map(parts.flatMap((part) => (part.path === null ? [] : [[part.path, purlOf(part)]])));
  /** @param {readonly string[]} paths */
  const dependsOn = (paths) => [...new Set(paths.flatMap((path) => purls.get(path) ?? []))].sort();
  // Packages inside other packages aren't listed as dependencies.
  const brought = components.filter(({ path }) => path === null).map(purlOf);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': purlOf(manifest),
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        licenses: licensesOf(manifest.license),
        purl: purlOf(manifest),
        externalReferences: [
          { type: 'vcs', url: manifest.repository.url },
          { type: 'website', url: manifest.homepage },
          { type: 'issue-tracker', url: manifest.bugs.url },
        ],
      },
    },
    components: components.map((part) => componentOf(part, lock)),
    dependencies: [
      { ref: purlOf(manifest), dependsOn: [...dependsOn(ownNeedsOf(lock)), ...brought].sort() },
      ...components.map((part) => ({
        ref: purlOf(part),
        dependsOn: part.path === null ? [] : dependsOn(needsOf(lock, part.path)),
      })),
    ],
    // The dependencies of these are unknown.
    compositions: [{ aggregate: 'incomplete', assemblies: brought }],
  };
}

/**
 * Returns the packages installed next to this one, with their dependencies.
 *
 * @param {Lock} lock
 * @param {readonly string[]} names
 * @param {Part['scope']} scope
 * @returns {Part[]}
 */
function installedParts(lock, names, scope) {
  const paths = new Set(names.flatMap((name) => resolved(lock, '', name) ?? []));
  // Iterating a set includes entries added during the iteration.
  for (const path of paths) for (const need of needsOf(lock, path)) paths.add(need);
  return [...paths].map((path) => {
    const { name = path.split('node_modules/').at(-1) ?? '', version = '', license } = lock[path] ?? {};
    return { path, name, version, ...(license && { license }), scope, isBundled: false };
  });
}

/**
 * Returns the paths of the project's dependencies, including the workspaces', which are part of the build.
 *
 * @param {Lock} lock
 */
function ownNeedsOf(lock) {
  const folders = Object.keys(lock).filter((path) => !path.includes('node_modules/'));
  return folders.flatMap((folder) => needsOf(lock, folder));
}

/**
 * Returns the paths of a package's dependencies.
 *
 * @param {Lock} lock
 * @param {string} path
 */
function needsOf(lock, path) {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
    lock[path] ?? {};
  const runtime = { ...dependencies, ...optionalDependencies, ...peerDependencies, ...peerDependenciesMeta };
  const names = Object.keys({ ...runtime, ...devDependencies });
  return names.flatMap((name) => resolved(lock, path, name) ?? []);
}

/**
 * Resolves a package from a folder like Node does, in the nearest `node_modules` upwards.
 *
 * @param {Lock} lock
 * @param {string} folder
 * @param {string} name
 * @returns {string | null}
 */
function resolved(lock, folder, name) {
  const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
  if (path in lock) return path;
  return folder === ''
    ? null
    : resolved(lock, folder.replace(/(?:^|\/)(?:node_modules\/(?:@[^/]+\/)?)?[^/]+$/, ''), name);
}

/** @param {Part} part @param {Lock} lock */
function componentOf(part, lock) {
  const { path, name, version, license, scope, isBundled } = part;
  const [, group, own] = /^(@[^/]+)\/(.*)$/.exec(name) ?? [];
  const locked = lock[path ?? ''];
  const hashes = locked?.version === version ? hashesOf(locked.integrity) : [];
  return {
    type: 'library',
    'bom-ref': purlOf(part),
    ...(group && { group }),
    name: own ?? name,
    version,
    scope,
    ...(hashes.length > 0 && { hashes }),
    ...(license && { licenses: licensesOf(license) }),
    purl: purlOf(part),
    ...(isBundled && { properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }] }),
  };
}

/**
 * Returns the hashes of a package's tarball.
 *
 * @param {string | undefined} integrity
 */
function hashesOf(integrity) {
  return (integrity?.split(/\s+/) ?? []).flatMap((one) => {
    const [algorithm = '', base64 = ''] = one.split('-', 2);
    const alg = ALGORITHMS.get(algorithm);
    return alg === undefined ? [] : [{ alg, content: Buffer.from(base64, 'base64').toString('hex') }];
  });
}

/** @param {string} license */
function licensesOf(license) {
  return /^[\w.+-]+$/.test(license) ? [{ license: { id: license } }] : [{ expression: license }];
}

/** Returns the package URL, which is unique among all registries. @param {{ name: string, version: string }} named */
function purlOf({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
}
