import { ask } from '../switchboard/client.ts';
import type { Decision } from '../switchboard/types.ts';
import { askAs } from '../switchboard/vendor.ts';
import { readEverybody } from './everybody.ts';

/** A call of a vendor's API. */
export interface VendorCall {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** Who may send it, if that is known. */
  readonly as?: { readonly principal: string };
}

/** So many are asked about: whoever may give rights stands at the beginning of a cast. */
const MOST_ASKED = 20;

/** The name of somebody who may send such a call, as the switchboard decides it; undefined if nobody is found. */
export async function senderOf(service: string, { method, path, as }: VendorCall): Promise<string | undefined> {
  if (as !== undefined) return as.principal;
  const callers = (await readEverybody()).filter(({ services }) => services.includes(service));
  for (const caller of callers.slice(0, MOST_ASKED)) {
    const asked = { principal: caller.id, method, path };
    const { effect } = await ask<Decision>('POST', '/_mock/decisions/simulate', asked);
    if (effect === 'allow') return caller.name;
  }
  return undefined;
}

/** Sends a call as somebody, with a token that is made for it. @throws as `askAs` does */
export async function sendAs(principal: string, { method, path, body }: VendorCall): Promise<void> {
  const { token } = await ask<{ token: string }>('POST', '/_mock/tokens', { for: principal });
  await askAs(token, method, path, body);
}
