import { originOf } from '../arrival.ts';
import type { RequestContext } from '../context.ts';
import type { Arrived, Route, Server } from '../in-flight.ts';
import { lookAt } from '../tripwire.ts';
import { unknownPath } from '../unknown-path.ts';

/** Which world, under which name: and may the request come in at all? */
export function place({ server, raw, context, guard }: Arrived): void {
  enter(server, context);
  lookAt(server, context, raw.url ?? '');
  for (const line of raw.rawHeaders) lookAt(server, context, line);
  context.origin = originOf(raw, server.publicUrl);
  server.gate.check(raw, guard);
}

/** The only place that chooses a world; and from here on the request has its one time. */
export function enter({ world }: Server, context: RequestContext): void {
  context.world = world;
  context.now = world.clock.now();
}

/** Which object, by its path? */
export function locate({ operation }: Route, { raw, context }: Pick<Arrived, 'raw' | 'context'>): void {
  if (operation.pathParams.some((name) => context.params[name] === '')) throw unknownPath(raw);
  // UUIDs are found whatever case they are written in.
  for (const name of operation.uuidParams) context.params[name] = (context.params[name] ?? '').toLowerCase();
}
