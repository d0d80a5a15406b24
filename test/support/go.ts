import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { emptyFolder } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = join(ROOT, 'clients/go');

/** The path of the Go module. */
export const GO_MODULE = 'github.com/nv-auth-mock/nv-auth-mock/clients/go';

/** Whether there is a recent enough Go. Not on Windows: tests pass only PATH and HOME to child processes. */
export const hasGo =
  process.platform !== 'win32' &&
  /go1\.(?:19|[2-9]\d)/.test(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '');

/** Returns the parts of an uncompressed zip entry: local header with content, and directory entry. */
function encodeZipEntry(name: string, content: Buffer, offset: number) {
  const path = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  // 1 January 1980: there is no day 0.
  common.writeUInt16LE(33, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(path.length, 22);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return {
    local: Buffer.concat([Buffer.from('PK\x03\x04'), common, path, content]),
    entry: Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, rest, path]),
  };
}

/** Returns a zip with these files. */
function createZip(files: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const { local, entry } = encodeZipEntry(name, content, offset);
    locals.push(local);
    entries.push(entry);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]);
}

/**
 * Creates a module proxy in a folder with the Go module, as `go` builds it from a tag, including the license.
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
