import { keptBytes } from '../../journal/entry.ts';
import type { InFlightRequest } from '../in-flight.ts';
import { limitsForTraffic, readBody } from '../transport/body.ts';
import { reportForeignCredentials } from '../tripwire.ts';

/** Parses the body, if the operation reads one. */
export function parseBody(inFlight: InFlightRequest): Promise<void> | undefined {
  return inFlight.route.readsBody ? parse(inFlight) : undefined;
}

async function parse(inFlight: InFlightRequest): Promise<void> {
  const { route, context } = inFlight;
  const body = await sentBody(inFlight);
  context.body = route.service.conventions?.caselessEnums === true ? route.operation.normalizeSpelling(body) : body;
}

async function sentBody(inFlight: InFlightRequest): Promise<unknown> {
  const { server, route, raw, context, body } = inFlight;
  const look = (text: string) => {
    inFlight.sent = keptBytes(text);
    if (route.row.readsTraffic !== true && reportForeignCredentials(server, context, text)) inFlight.isForeign = true;
  };
  if (body === null) {
    const limits = route.row.readsTraffic === true ? limitsForTraffic(server.limits) : server.limits;
    return readBody(raw, route.operation, route.row.fieldNames ?? 'exact', limits, look);
  }
  for (const text of body.texts) look(text);
  if (body.fault !== null) throw body.fault;
  return body.value;
}
