import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { originOf } from '../arrival.ts';
import { RequestContext } from '../context.ts';
import type { Guard } from '../gate.ts';
import type { Arrived, InFlight, Route, Server } from '../in-flight.ts';
import { lookAt } from '../tripwire.ts';
import { unknownPath } from '../unknown-path.ts';

/** Which world, under which name? Nothing is made of a request before, and no other step chooses a world. */
export function place(server: Server, raw: IncomingMessage, guard: Guard): Arrived {
  const { world } = server;
  let origin = '';
  let fault: Problem | null = null;
  try {
    origin = originOf(raw, server.publicUrl);
    server.gate.check(raw, guard);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    fault = thrown;
  }
  return { server, raw, context: new RequestContext(server, { world, origin, raw }), fault };
}

/** May the request come in at all? What it carries that may be a real credential is told in any case. */
export function admit({ server, raw, context, fault }: Arrived): void {
  lookAt(server, context, raw.url ?? '');
  for (const line of raw.rawHeaders) lookAt(server, context, line);
  if (fault !== null) throw fault;
}

/** Which object, by its path? */
export function locate({ operation }: Route, { raw, context }: Pick<InFlight, 'raw' | 'context'>): void {
  if (operation.pathParams.some((name) => context.params[name] === '')) throw unknownPath(raw);
  // UUIDs are found whatever case they are written in.
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}
