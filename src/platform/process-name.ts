import { hostname } from 'node:os';

/** How much of a host name is shown: a name in PostgreSQL has at most 63 characters. */
const MAX_HOST = 30;

/** Names this process among those of all machines, for people who look for it. */
export function processName(): string {
  return `nv-auth-mock on ${hostname().slice(0, MAX_HOST)}, process ${process.pid}`;
}
