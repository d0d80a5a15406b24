import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';

/** Which text is read. */
interface Limits {
  /** Bytes; one more is read at most, so that the caller sees that there are more. */
  readonly max?: number;
  /** Pipes are refused. */
  readonly onlyFile?: boolean;
}

/**
 * The text of a file, or of a pipe such as `<(command)` of a shell.
 *
 * @throws an error of the system; `NOT_A_FILE` is the code for anything else, such as a device
 */
export async function readTextFile(path: string, limits: Limits = {}): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of bytesOfFile(path, limits)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** As `readTextFile`, but in parts, as they are read. */
export async function* bytesOfFile(path: string, limits: Limits = {}): AsyncGenerator<Buffer> {
  const { max = Number.POSITIVE_INFINITY, onlyFile = false } = limits;
  // Else the opening of a pipe waits for its writer in a thread, and the end of the process waits for that thread.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(fd);
  const isPipe = stats.isFIFO() && !onlyFile;
  if (!stats.isFile() && !isPipe) {
    closeSync(fd);
    throw Object.assign(new Error('not a file'), { code: stats.isDirectory() ? 'EISDIR' : 'NOT_A_FILE' });
  }
  let bytes = 0;
  // A socket waits for a pipe without a thread.
  for await (const part of isPipe ? new Socket({ fd, writable: false }) : createReadStream(path, { fd, end: max })) {
    yield part;
    bytes += part.length;
    if (bytes > max) break;
  }
}
