import type { InFlight } from '../in-flight.ts';

/** Identifies the caller. */
export async function authenticate({ route, context, authentication }: InFlight): Promise<void> {
  if (route.rule !== null) context.caller = await (authentication ?? route.service.authenticate(context));
}
