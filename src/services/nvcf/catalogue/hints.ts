import type { HintRule } from '../../../explaining/hints/refused-request.ts';

const GATEWAY = 'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway)';

const OF_MODELS: ReadonlySet<string | undefined> = new Set(['unknown_model', 'model_offline', 'model_retired']);

/** Operations that need no key. */
const KEYLESS: ReadonlySet<string | undefined> = new Set(['getModel', 'getModelOfCompany']);

/** Mistakes that clients of the catalogue make. */
export const CATALOGUE_HINTS: readonly HintRule[] = [
  {
    code: 'model_before_key',
    symptom: 'the catalogue refuses a model, and the key is suspected',
    advice: 'look at the model first: the key was not looked at',
    source: GATEWAY,
    certainty: 'documented',
    when: ({ problem: { reason }, decision }) => {
      if (!OF_MODELS.has(reason) || KEYLESS.has(decision?.operation)) return null;
      const what = decision?.credential?.detail === undefined ? '' : `: ${decision.credential.detail}`;
      return `The catalogue looks for the model before it looks at the key, so this answer says nothing about the key${what}. To test a key, call a model that is live.`;
    },
  },
  {
    code: 'model_not_for_account',
    symptom: 'the catalogue answers 404 with `Not found for account`',
    advice: 'call another model: the key is good, its account may not use this one',
    source: 'public issues of July and August 2026',
    certainty: 'observed',
    when: ({ decision, service }) =>
      service === 'catalogue' && decision?.reason === 'foreign_object' && decision.operation !== 'getStatus'
        ? 'The key is good, but its account may not use this model, although `/v1/models` lists it. Another key of the same account is answered alike.'
        : null,
  },
];
