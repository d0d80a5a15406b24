import { readBody } from '../body.ts';
import type { InFlight } from '../in-flight.ts';
import { lookAt } from '../tripwire.ts';

/** The body, as a value. */
export async function parse({ server, route, raw, context }: InFlight): Promise<void> {
  const { operation, row } = route;
  const look = (text: string) => lookAt(server, context, text);
  const body = await readBody(raw, operation, row.fieldNames ?? 'exact', server.limits, look);
  context.body = route.service.habits?.caselessEnums === true ? operation.spelled(body) : body;
}
