import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { emptyFolder } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = join(ROOT, 'clients/go');

/** The module path of the Go client. */
export const GO_MODULE = 'github.com/nv-auth-mock/nv-auth-mock/clients/go';

/**
 * Whether Go 1.19 or later is installed. False on Windows, where Go needs more environment variables than the PATH and
 * HOME that tests pass to child processes.
 */
export const hasGo =
  process.platform !== 'win32' &&
  /go1\.(?:19|[2-9]\d)/.test(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '');

/** The versions of the zip format that the entries were made with and need: 2.0. */
const ZIP_VERSION = 20;
/** 1 January 1980 in the format of MS-DOS, the earliest date. */
const ZIP_DATE = 33;
/** The signatures of the records of a zip file. */
const LOCAL_HEADER = Buffer.from('PK\x03\x04');
const DIRECTORY_ENTRY = Buffer.from('PK\x01\x02');
const DIRECTORY_END = Buffer.from('PK\x05\x06');

/**
 * Encodes an uncompressed zip entry: its local header with the content, and its directory entry. The offsets are from
 * APPNOTE.TXT of PKWARE, sections 4.3.7 and 4.3.12, without the signature and, in the directory entry, the version made
 * by. All other members are 0.
 *
 * @param offset the position of the local header in the file
 */
function encodeZipEntry(name: string, content: Buffer, offset: number) {
  const path = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(ZIP_VERSION, 0);
  common.writeUInt16LE(ZIP_DATE, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(path.length, 22);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return {
    localEntry: Buffer.concat([LOCAL_HEADER, common, path, content]),
    directoryEntry: Buffer.concat([DIRECTORY_ENTRY, Buffer.from([ZIP_VERSION, 0]), common, rest, path]),
  };
}

/** Creates a zip file with these files. The offsets in its end record are from section 4.3.16 of APPNOTE.TXT. */
function createZip(files: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const localEntries: Buffer[] = [];
  const directoryEntries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const { localEntry, directoryEntry } = encodeZipEntry(name, content, offset);
    localEntries.push(localEntry);
    directoryEntries.push(directoryEntry);
    offset += localEntry.length;
  }
  const directory = Buffer.concat(directoryEntries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...localEntries, directory, DIRECTORY_END, end]);
}

/**
 * Creates a folder that serves the Go module as a module proxy. The zip has the files that `go` takes from a tag of the
 * repository, including the licence at its root.
 *
 * @returns the URL of the proxy, and the version of the module
 */
export async function createGoProxy(): Promise<{ readonly url: string; readonly version: string }> {
  const version = `v${JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version}`;
  const proxy = await emptyFolder();
  const folder = join(proxy, GO_MODULE, '@v');
  const names = (await readdir(SOURCE, { recursive: true })).sort();
  const sources = [...names.map((name) => [name, join(SOURCE, name)]), ['LICENSE', join(ROOT, 'LICENSE')]] as const;
  const files = await Promise.all(
    sources.map(async ([name, path]) => [`${GO_MODULE}@${version}/${name}`, await readFile(path)] as const),
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'list'), `${version}\n`);
  await writeFile(join(folder, `${version}.info`), JSON.stringify({ Version: version, Time: '2026-01-01T00:00:00Z' }));
  await writeFile(join(folder, `${version}.mod`), await readFile(join(SOURCE, 'go.mod')));
  await writeFile(join(folder, `${version}.zip`), createZip(files));
  return { url: `file://${proxy}`, version };
}
