import { createHash, type Hash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** SHA-256. */
const DIGEST_BYTES = 32;
/** A file of CommonJS is the body of a function (Node's documentation: "The module wrapper"). */
const HEAD = Buffer.from('(function (exports, require, module, __filename, __dirname) {\n');
const TAIL = Buffer.from('\n})');

/** Code that was compiled in this process. */
interface Compiled {
  readonly file: string;
  /** Of its source. */
  readonly digest: Hash;
  readonly script: Script;
}

/**
 * Keeps the compiled code of the bundle from one process to the next, as Node 22.8 and newer do themselves
 * (`module.enableCompileCache`).
 *
 * A user who can write to the folder can have this process run any code, so a folder of another user, or one that others
 * may write to, is not used. V8 compares its version and its flags with those of compiled code, but damaged code ends it
 * with a fatal error. So a digest comes before the code.
 *
 * @param main a file of the bundle. Its `.cjs` files have no `import()`, of which Node 20 would warn in such code
 * @param folder for what is kept; made if it does not exist. If it cannot be used, nothing is kept, which is no error
 * @returns keeps what was compiled since the call before: V8 compiles functions when they are called
 */
export function keepCompiledCode(main: string, folder = folderOfUser()): () => void {
  if (!isOurs(folder)) return () => {};
  const bundle = dirname(realpathSync(main));
  const compiled: Compiled[] = [];
  const { extensions } = createRequire(process.execPath);
  const loadByNode = extensions['.js'];
  extensions['.cjs'] = (module, filename) => {
    if (dirname(filename) !== bundle) return loadByNode(module, filename);
    const source = readFileSync(filename);
    const digest = createHash('sha256').update(source);
    const file = join(folder, fileOf(filename));
    const cachedData = readKept(file, digest);
    const script = new Script(Buffer.concat([HEAD, source, TAIL]).toString(), {
      filename,
      lineOffset: -1,
      ...(cachedData !== null && { cachedData }),
    });
    if (cachedData === null || script.cachedDataRejected === true) compiled.push({ file, digest, script });
    const { exports } = module;
    script.runInThisContext().call(exports, exports, createRequire(filename), module, filename, dirname(filename));
  };
  return () => {
    for (const one of compiled.splice(0)) keep(one);
  };
}

/** A folder of this user, in that for temporary files. */
function folderOfUser(): string {
  return join(tmpdir(), `nv-auth-mock-code-${process.getuid?.() ?? 'of-user'}`);
}

function isOurs(folder: string): boolean {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    const found = lstatSync(folder);
    // Windows has neither: the folder for temporary files is one of the user there.
    const isOfUser = process.platform === 'win32' || (found.uid === process.getuid?.() && (found.mode & 0o022) === 0);
    return found.isDirectory() && isOfUser;
  } catch {
    return false;
  }
}

/** Different installations have files of the same name. */
function fileOf(filename: string): string {
  return `${basename(filename)}-${createHash('sha256').update(filename).digest('hex').slice(0, 16)}`;
}

/** @returns null if there is none for this source, or it is damaged */
function readKept(file: string, digest: Hash): Buffer | null {
  try {
    const kept = readFileSync(file);
    const data = kept.subarray(DIGEST_BYTES);
    return digestWith(digest, data).equals(kept.subarray(0, DIGEST_BYTES)) ? data : null;
  } catch {
    return null;
  }
}

/** Renamed when it is complete: other processes may read or write it at the same time. */
function keep({ file, digest, script }: Compiled): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    const data = script.createCachedData();
    writeFileSync(unfinished, Buffer.concat([digestWith(digest, data), data]), { mode: 0o600 });
    renameSync(unfinished, file);
  } catch {
    remove(unfinished);
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is useless, and in nobody’s way.
  }
}

/** Of a source and what was compiled of it. */
function digestWith(digest: Hash, data: Buffer): Buffer {
  return digest.copy().update(data).digest();
}
