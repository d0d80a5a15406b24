import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The folder of the package. The running code is this file, or a bundle in `dist/` that contains it. */
const ROOT = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url);

/** The merged OpenAPI documents, for users. */
const DOCUMENTS = new URL('dist/openapi/', ROOT);
/** The documents as prepared by the build, which the server loads faster. */
const OPERATIONS = new URL('dist/operations/', ROOT);
const EXAMPLES = new URL('examples/', ROOT);
const FIXTURES = new URL('fixtures/', ROOT);
const CONSOLE = new URL('dist/console/', ROOT);

/** The folder with the files of Swagger UI and its theme. */
export const DOCS = fileURLToPath(new URL('dist/docs/', ROOT));

/** Reads a merged OpenAPI document as JSON text. @param name of a service, or of one of its profiles: `air.2.0` */
export function readDocumentText(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, DOCUMENTS), 'utf8');
}

/** Reads a prepared document: its operations now, as JSON text, and its schemas on demand. */
export async function readPreparedDocument(name: string) {
  return {
    operations: await readFile(new URL(`${name}.json`, OPERATIONS), 'utf8'),
    schemas: () => readFile(new URL(`${name}.schemas.json`, OPERATIONS), 'utf8'),
  };
}

/** Lists the documents of services, one per version if a document has versions. */
export async function listDocumentNames(): Promise<string[]> {
  const names = (await readdir(DOCUMENTS)).map((file) => file.replace(/\.json$/, '')).sort();
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`)));
}

export function readDocsFile(name: string): Promise<Buffer> {
  return readFile(DOCS + name);
}

export function readConsoleFile(name: string): Promise<Buffer> {
  return readFile(new URL(name, CONSOLE));
}

/** Reads and parses a fixture of a service. Synchronous inside, because an asynchronous read of a small file is slower. */
export async function readFixture(service: string, file: string): Promise<unknown> {
  return JSON.parse(readFileSync(new URL(`${service}/${file}`, FIXTURES), 'utf8'));
}

export function readScaffoldFile(kind: string, name: string): Promise<string> {
  // At the root, agents also find it in the installed package.
  if (kind === 'agents') return readFile(new URL(name, ROOT), 'utf8');
  return readFile(new URL(kind === 'go' ? `go/${name}` : `scaffold/${kind}/${name}`, EXAMPLES), 'utf8');
}

export async function readPackageVersion(): Promise<string> {
  const text = readFileSync(new URL('package.json', ROOT), 'utf8');
  // npm requires a version in our package.json.
  return JSON.parse(text).version;
}

export interface PackageFolder {
  readonly path: string;
  /** Whether it is a clone of the repository. Only a clone has the client. */
  readonly isClone: boolean;
  readonly version: string;
}

export async function locatePackage(): Promise<PackageFolder> {
  return {
    path: fileURLToPath(new URL('.', ROOT)).replace(/[\\/]$/, ''),
    isClone: existsSync(new URL('clients/', ROOT)),
    version: await readPackageVersion(),
  };
}

/** Returns the `package.json` of a package installed next to this one; null if it is not installed. */
export function findInstalledManifest(name: string): object | null {
  try {
    return createRequire(import.meta.url)(`${name}/package.json`) as object;
  } catch {
    return null;
  }
}

/** Loads a peer package from the user's project. @throws Error with the command that installs it */
export function requirePeer<Exports>(name: string): Exports {
  try {
    return createRequire(import.meta.url)(name) as Exports;
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw cause;
    const message = `nv-auth-mock/${name} needs the package \`${name}\`, which is not installed. Run \`npm i -D ${name}\`.`;
    throw new Error(message, { cause });
  }
}
