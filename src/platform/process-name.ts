import { hostname } from 'node:os';

/** Maximum length of the host name: names in PostgreSQL have up to 63 characters. */
const MAX_HOST = 30;

/** Returns a name for this process that people can recognize across machines. */
export function describeProcess(): string {
  return `nv-auth-mock on ${hostname().slice(0, MAX_HOST)}, process ${process.pid}`;
}
