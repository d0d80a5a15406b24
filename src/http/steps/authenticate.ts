import type { InFlight } from '../in-flight.ts';

/** Who is asking? */
export async function authenticate({ route, context }: InFlight): Promise<void> {
  if (route.rule !== null) context.caller = await route.service.authenticate(context);
}
