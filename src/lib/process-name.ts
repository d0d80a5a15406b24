import { hostname } from 'node:os';

/** The maximum length of the host name: the whole name must fit into PostgreSQL's 63 characters. */
const MAX_HOST_LENGTH = 30;

/** Returns a name for this process that people can recognize across machines. */
export function describeProcess(): string {
  return `nv-auth-mock on ${hostname().slice(0, MAX_HOST_LENGTH)}, process ${process.pid}`;
}
