import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Answer, TestServer } from './server.ts';

type Caller = Pick<TestServer, 'call'>;

/** Downloads the file of a snapshot. @param at the prefix of the control API's path */
export async function downloaded({ call }: Caller, id: string, at = ''): Promise<string> {
  const { status, body, headers } = await call(`GET ${at}/_mock/snapshots/${id}/file`);
  expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson']);
  expect(headers['content-disposition']).toBe(`attachment; filename="${id}.ndjson"`);
  return body;
}

/** Takes a snapshot of a world, and downloads its file. */
export async function fileOf(server: Caller, at = ''): Promise<string> {
  const { id } = (await server.call(`POST ${at}/_mock/snapshots`, { body: {} })).body;
  const file = await downloaded(server, id, at);
  await server.call(`DELETE ${at}/_mock/snapshots/${id}`);
  return file;
}

export function uploaded({ call }: Caller, file: string, at = ''): Promise<Answer> {
  return call(`POST ${at}/_mock/snapshots/file`, {
    body: file,
    headers: { 'content-type': 'application/x-ndjson' },
  });
}

/** Returns a file with changed lines and a matching hash. */
export function rewritten(file: string, change: (lines: string[]) => readonly string[]): string {
  const text = change(file.trimEnd().split('\n').slice(0, -1)).join('\n');
  return `${text}\n${JSON.stringify({ sha256: createHash('sha256').update(`${text}\n`).digest('hex') })}\n`;
}

/** A row of a file. */
export interface FileRow {
  readonly collection: string;
  readonly id: string;
  readonly owner: string;
  readonly parent: string | null;
  readonly aliases: readonly string[];
  readonly [member: string]: unknown;
}

export function rowsIn(file: string): readonly FileRow[] {
  return file
    .trimEnd()
    .split('\n')
    .slice(2, -1)
    .map((line) => JSON.parse(line).row);
}

/** Returns a file with changed rows and a matching hash. */
export function withRows(file: string, change: (rows: readonly FileRow[]) => readonly object[]): string {
  return rewritten(file, (lines) => [
    ...lines.slice(0, 2),
    ...change(rowsIn(file)).map((row) => JSON.stringify({ row })),
  ]);
}
