import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';

interface Limits {
  /** The maximum number of bytes. One more is read, so that the caller can detect larger files. */
  readonly max?: number;
  readonly onlyFile?: boolean;
}

/**
 * Reads the text of a file, or of a pipe such as `<(command)`.
 *
 * @throws a system error; its code may also be `NOT_A_FILE` or `UTF_16`
 */
export async function readTextFile(path: string, limits: Limits = {}): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of readFileChunks(path, limits)) parts.push(chunk);
  const bytes = Buffer.concat(parts);
  if (isUtf16(bytes)) throw Object.assign(new Error('not UTF-8'), { code: 'UTF_16' });
  return bytes.toString('utf8');
}

/** Returns whether a file is UTF-16, as `>` of PowerShell 5 writes it: its first character has a zero byte, or is the mark. */
function isUtf16([first, second]: Buffer): boolean {
  if (second === undefined) return false;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || (first === 0) !== (second === 0);
}

/** Like `readTextFile`, but yields the parts as they are read. */
export async function* readFileChunks(path: string, limits: Limits = {}): AsyncGenerator<Buffer> {
  const { max = Number.POSITIVE_INFINITY, onlyFile = false } = limits;
  // Otherwise a thread would block on opening a pipe until there is a writer, and the process could not exit.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(fd);
  const isPipe = stats.isFIFO() && !onlyFile;
  if (!stats.isFile() && !isPipe) {
    closeSync(fd);
    throw Object.assign(new Error('not a file'), { code: stats.isDirectory() ? 'EISDIR' : 'NOT_A_FILE' });
  }
  let bytes = 0;
  // A socket waits for a pipe without a thread.
  for await (const chunk of isPipe ? new Socket({ fd, writable: false }) : createReadStream(path, { fd, end: max })) {
    yield chunk;
    bytes += chunk.length;
    if (bytes > max) break;
  }
}
