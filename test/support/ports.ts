import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Command } from './command.ts';

/** Whether this machine has ::1. */
export const hasLoopback6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

/** Occupies a port of an address until it is released. */
export async function occupyPort(host = '127.0.0.1'): Promise<{ port: number; release: () => Promise<void> }> {
  const taker = createServer();
  await new Promise<void>((resolve) => taker.listen({ host, port: 0 }, resolve));
  return {
    port: (taker.address() as { port: number }).port,
    release: () => new Promise((resolve) => taker.close(() => resolve())),
  };
}

/** Returns a port that was just free, for a process that does not report its port. */
export async function findFreePort(): Promise<number> {
  const { port, release } = await occupyPort();
  await release();
  return port;
}

/** Starts a server on a port. Returns its URL, or null if the port is in use. */
export async function startOnPort(command: Command, port: number): Promise<string | null> {
  const running = command.launch(['-p', String(port)]);
  try {
    return (await running.waitForOutput(/ready on (.+)\n/))[1] ?? '';
  } catch (ended) {
    if ((await running.ended).stderr.includes('in use')) return null;
    throw ended;
  }
}
