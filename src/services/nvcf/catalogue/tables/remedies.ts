import type { DenyReason } from '../../../../decisions/reasons.ts';
import type { RemedyRow } from '../../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../../ngc-keys/remedies.ts';

const ANOTHER_MODEL = 'use a live model: `GET /_mock/cast` lists the models and their states in `catalogue.models`';

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  no_such_object: {
    kind: 'object',
    text: 'call a model with a function in this world, or poll a result of a model that has not been delivered yet',
  },
  foreign_object: {
    kind: 'identity',
    text: "call a model that the key's account may use, or use a key of an account that may use it. Changing the key does not help: access depends on `accounts` of the model and on who shares its function",
  },
  reserved_header: { kind: 'object', text: 'send the request without the `NVCF-Shadow` header' },
  body_not_decoded: { kind: 'object', text: 'send a JSON object with a string `model`' },
  model_missing: { kind: 'object', text: 'send the name of a model as `model`' },
  unknown_model: { kind: 'object', text: `${ANOTHER_MODEL}, and the paths of each` },
  model_offline: { kind: 'object', text: ANOTHER_MODEL },
  model_retired: {
    kind: 'object',
    text: `${ANOTHER_MODEL}; the end of life is checked against the mock's clock`,
  },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
