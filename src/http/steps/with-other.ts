import type { Decision } from '../../core/decision.ts';
import { own } from '../../core/own.ts';
import type { InFlight } from '../in-flight.ts';
import { findPresented } from '../presented.ts';

/** Adds to a refusal another credential that would be allowed, if the service knows one. */
export async function withOther({ server, route, context }: InFlight, refusal: Decision): Promise<Decision> {
  const { reason, evidence } = refusal;
  const find = reason === null ? undefined : own(route.service.findOther, reason);
  if (find === undefined) return refusal;
  const instead = await find({ evidence, presented: findPresented(server.presenters, route, context) }, context);
  return instead === null ? refusal : { ...refusal, instead };
}
