import type { InFlight } from '../in-flight.ts';

/** Who is asking? */
export async function authenticate({ route, context, authentication }: InFlight): Promise<void> {
  if (route.rule !== null) context.caller = await (authentication ?? route.service.authenticate(context));
}
