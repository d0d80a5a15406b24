import { keptBytes } from '../../journal/entry.ts';
import type { InFlightRequest } from '../flight.ts';
import { reportForeignCredentials } from '../tripwire.ts';

/** Takes the body from its parser. @throws the reason why it cannot be read */
export function parseBody(inFlight: InFlightRequest): void {
  const { server, route, context, body } = inFlight;
  if (body === null) return;
  const { text } = body;
  if (text !== null) {
    inFlight.sent = keptBytes(text);
    if (route.row.readsTraffic !== true && reportForeignCredentials(server, context, text)) inFlight.isForeign = true;
  }
  if (body.fault !== null) throw body.fault;
  const { conventions } = route.service;
  context.body = conventions?.caselessEnums === true ? route.operation.normalizeSpelling(body.value) : body.value;
}
