import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The folder of the package. The running code is this file, or a bundle in `dist/` that contains it. */
const ROOT = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url);

// Only this file knows the paths of documents, fixtures and page files.
const DOCUMENTS = new URL('dist/openapi/', ROOT);
/** The documents as the build prepares them for the server. */
const OPERATIONS = new URL('dist/operations/', ROOT);
const SCAFFOLDS = new URL('examples/scaffold/', ROOT);
const FIXTURES = new URL('fixtures/', ROOT);
const CONSOLE = new URL('dist/console/', ROOT);
const THEME = new URL('dist/docs/', ROOT);

/** The folder with the files of Swagger UI. */
export const SWAGGER_UI = fileURLToPath(new URL('dist/swagger-ui/', ROOT));

/** A merged OpenAPI document, as JSON text. @param name of a service, or of one of its profiles: `air.2.0` */
export function documentText(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, DOCUMENTS), 'utf8');
}

/** The server's form of a document: its operations now, as JSON text, and its schemas on demand. */
export async function preparedDocument(name: string) {
  return {
    operations: await readFile(new URL(`${name}.json`, OPERATIONS), 'utf8'),
    schemas: () => readFile(new URL(`${name}.schemas.json`, OPERATIONS), 'utf8'),
  };
}

/** The names of the documents of services; a document with versions has one for each version. */
export async function documentNames(): Promise<string[]> {
  const names = (await readdir(DOCUMENTS)).map((file) => file.replace(/\.json$/, '')).sort();
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`)));
}

/** A file of the theme of Swagger UI, by its own name. */
export function themeFile(name: string): Promise<Buffer> {
  return readFile(new URL(name, THEME));
}

/** A file of the console, by its own name. */
export function consoleFile(name: string): Promise<Buffer> {
  return readFile(new URL(name, CONSOLE));
}

/**
 * A fixture of a service, parsed. It is so small that an asynchronous read would take longer than a synchronous one.
 */
export async function fixture(service: string, file: string): Promise<unknown> {
  return JSON.parse(readFileSync(new URL(`${service}/${file}`, FIXTURES), 'utf8'));
}

/** A file that `init` writes. */
export function scaffoldFile(kind: string, name: string): Promise<string> {
  // At the root, agents find it in the installed package, too.
  return readFile(kind === 'agents' ? new URL(name, ROOT) : new URL(`${kind}/${name}`, SCAFFOLDS), 'utf8');
}

/** The version of this package. */
export async function packageVersion(): Promise<string> {
  const text = readFileSync(new URL('package.json', ROOT), 'utf8');
  // npm requires a version in our package.json.
  return JSON.parse(text).version;
}

/** Where this package is. */
export interface PackageFolder {
  readonly path: string;
  /** Is it a clone of the repository? Only a clone has the clients. */
  readonly isClone: boolean;
  readonly version: string;
}

/** Looks where the running code is. */
export async function packageFolder(): Promise<PackageFolder> {
  return {
    path: fileURLToPath(new URL('.', ROOT)).replace(/[\\/]$/, ''),
    isClone: existsSync(new URL('clients/', ROOT)),
    version: await packageVersion(),
  };
}

/** The `package.json` of a package that is installed beside this one; null if it is not. */
export function installedManifest(name: string): object | null {
  try {
    return createRequire(import.meta.url)(`${name}/package.json`) as object;
  } catch {
    return null;
  }
}

/** Loads a package that the user's project must have beside this one. @throws Error with the command that installs it */
export function requirePeer<Exports>(name: string): Exports {
  try {
    return createRequire(import.meta.url)(name) as Exports;
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new Error(
      `nv-auth-mock/${name} needs the package \`${name}\`, which is not installed: \`npm i -D ${name}\`.`,
      {
        cause,
      },
    );
  }
}
