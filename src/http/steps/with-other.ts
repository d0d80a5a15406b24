import type { Decision } from '../../core/decision.ts';
import { own } from '../../core/own.ts';
import type { InFlightRequest } from '../flight.ts';
import { findPresentedCredentials } from '../presented-credentials.ts';

/** Adds to a refusal another credential that would be allowed, if the service knows one. */
export async function withOther({ server, route, context }: InFlightRequest, refusal: Decision): Promise<Decision> {
  const { reason, input } = refusal;
  const find = reason === null ? undefined : own(route.service.findOther, reason);
  if (find === undefined) return refusal;
  const instead = await find(
    { input, presented: findPresentedCredentials(server.extractors, route, context) },
    context,
  );
  return instead === null ? refusal : { ...refusal, instead };
}
