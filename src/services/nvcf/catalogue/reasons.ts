import type { Reasons, StagesOf } from '../../../decisions/reasons.ts';

const GATEWAY_SOURCE = {
  source: 'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway)',
  certainty: 'documented',
} as const;

/** Why the gateway refuses a request before it forwards the key. */
export const CATALOGUE_REASONS = {
  reserved_header: {
    stage: 'validate',
    meaning: 'the `NVCF-Shadow` header is reserved for the gateway',
    ...GATEWAY_SOURCE,
  },
  body_not_decoded: {
    stage: 'validate',
    meaning: 'the body is not a JSON object with a string `model`',
    ...GATEWAY_SOURCE,
  },
  model_missing: { stage: 'validate', meaning: 'the body has no `model`', ...GATEWAY_SOURCE },
  unknown_model: {
    stage: 'validate',
    meaning: 'no model with this name can be called at this path',
    ...GATEWAY_SOURCE,
  },
  model_offline: { stage: 'validate', meaning: 'the operator has taken the model offline', ...GATEWAY_SOURCE },
  model_retired: { stage: 'validate', meaning: 'the model has reached its end of life', ...GATEWAY_SOURCE },
} as const satisfies Reasons;

declare module '../../../decisions/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof CATALOGUE_REASONS> {}
}
