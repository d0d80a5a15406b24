import { keptBytes } from '../../journal/entry.ts';
import type { InFlight } from '../in-flight.ts';
import { readBody } from '../transport/body.ts';
import { reportForeignCredentials } from '../tripwire.ts';

/** Parses the body. */
export async function parse(flight: InFlight): Promise<void> {
  const { route, context } = flight;
  const body = await sentBody(flight);
  context.body = route.service.quirks?.caselessEnums === true ? route.operation.normalizeSpelling(body) : body;
}

async function sentBody(flight: InFlight): Promise<unknown> {
  const { server, route, raw, context, body } = flight;
  const look = (text: string) => {
    flight.sent = keptBytes(text);
    if (reportForeignCredentials(server, context, text)) flight.isForeign = true;
  };
  if (body === null) return readBody(raw, route.operation, route.row.fieldNames ?? 'exact', server.limits, look);
  for (const text of body.texts) look(text);
  if (body.fault !== null) throw body.fault;
  return body.value;
}
