import type { DenyReason } from '../../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../../../ngc-keys/remedies.ts';

const ANOTHER_MODEL = 'name a model that is live: `GET /_mock/cast` lists them with their states in `catalogue.models`';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  no_such_object: {
    kind: 'object',
    text: 'call a model whose function is in this world, or poll a result that was not delivered yet',
  },
  foreign_object: {
    kind: 'identity',
    text: "call a model that the key's account may use, or use a key of an account that may: no change to the key helps. `accounts` of the model, or the sharing of its function, decides",
  },
  reserved_header: { kind: 'object', text: 'send the request without the header `NVCF-Shadow`' },
  body_not_decoded: { kind: 'object', text: 'send a JSON object with a string as `model`' },
  model_missing: { kind: 'object', text: 'name a model in `model`' },
  unknown_model: { kind: 'object', text: `${ANOTHER_MODEL}, and the paths at which each is called` },
  model_offline: { kind: 'object', text: ANOTHER_MODEL },
  model_retired: {
    kind: 'object',
    text: `${ANOTHER_MODEL}; the clock of the mock decides what has reached its end of life`,
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
