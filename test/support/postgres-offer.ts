import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestProject } from 'vitest/node';
import { type PostgresProgram, postgresProgram } from './postgres-program.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** The PostgreSQL data for test files. */
export interface PostgresOffer {
  readonly program: PostgresProgram;
  /** The port that reports the shared server, which starts on first use. */
  readonly port: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresOffer | null;
  }
}

/** Offers a shared server to all test files of a run. @returns a function that stops it */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const program = postgresProgram();
  if (program === null) {
    process.stdout.write(`SKIP: PostgreSQL is tested where npm has it: not for ${process.platform}-${process.arch}\n`);
    provide('postgres', null);
    return async () => {};
  }
  let server: Promise<PostgresServer> | undefined;
  const door = createServer((socket) => {
    socket.on('error', () => {});
    // Each server under test opens several connections, and a file may start ten servers.
    server ??= startPostgres(program, { settings: { max_connections: 500 } });
    server.then(
      ({ url }) => socket.end(url),
      (fault) => socket.end(String(fault)),
    );
  });
  await once(door.listen(0, '127.0.0.1'), 'listening');
  provide('postgres', { program, port: (door.address() as AddressInfo).port });
  return async () => {
    door.close();
    await (await server)?.end();
  };
}

/** Returns the URL of the shared server. */
export async function commonPostgres({ port }: PostgresOffer): Promise<string> {
  const answer = await text(connect(port, '127.0.0.1'));
  if (!answer.startsWith('postgres://')) throw new Error(answer);
  return answer;
}
