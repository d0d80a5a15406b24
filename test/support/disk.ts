import { execFile } from 'node:child_process';
import { mkdir, open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mounts a small disk. Skips the test with a message if this user may not. */
export async function mountSmallDisk(folder: string, skip: () => never, megabytes = 1) {
  const path = join(folder, 'disk');
  await mkdir(path);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  } catch {
    process.stdout.write('SKIP: a small disk needs the right to mount one\n');
    return skip();
  }
  return { path, remove: () => run('umount', ['--lazy', path]) };
}

/** Fills the disk with a file, and returns the path of the file. */
export async function fillDisk(disk: string): Promise<string> {
  const path = join(disk, 'filler');
  const file = await open(path, 'w');
  try {
    for (let { bavail, bsize } = await statfs(disk); bavail > 0; { bavail, bsize } = await statfs(disk)) {
      await file.write(Buffer.alloc(bsize));
    }
  } finally {
    await file.close();
  }
  return path;
}
