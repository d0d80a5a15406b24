import { Problem } from '../../core/problem.ts';
import type { Arrival } from '../../service.ts';

/**
 * No web page may drive the mock: not under a name that was bent to this machine (DNS rebinding), and not from another
 * origin. Programs send no `Origin`.
 *
 * @throws Problem `foreign_page`
 */
export function admit({ headerLines, hosts }: Pick<Arrival, 'headerLines' | 'hosts'>): void {
  const host = headerLines('host')[0] ?? 'localhost';
  if (!hosts.has(host)) {
    throw new Problem(
      'foreign_page',
      'The switchboard does not answer under this host name. Use localhost or an IP address, or start the server with `--alias NAME`.',
    );
  }
  const origins = headerLines('origin');
  if (origins.some((origin) => !isSameOrigin(origin, host))) {
    throw new Problem('foreign_page', 'The switchboard does not answer pages of another origin.');
  }
}

function isSameOrigin(origin: string, host: string): boolean {
  const given = origin.toLowerCase();
  return given === `http://${host.toLowerCase()}` || given === `https://${host.toLowerCase()}`;
}
