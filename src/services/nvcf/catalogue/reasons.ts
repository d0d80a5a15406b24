import type { Reasons, StagesOf } from '../../../decisions/reasons.ts';

const GATEWAY = {
  source: 'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway)',
  certainty: 'documented',
} as const;

/** Why the gateway refuses a request before it passes on the key. */
export const CATALOGUE_REASONS = {
  reserved_header: {
    stage: 'validate',
    meaning: 'the header `NVCF-Shadow` is reserved for the gateway itself',
    ...GATEWAY,
  },
  body_not_decoded: {
    stage: 'validate',
    meaning: 'the body is not a JSON object with a string as `model`',
    ...GATEWAY,
  },
  model_missing: { stage: 'validate', meaning: 'the body names no `model`', ...GATEWAY },
  unknown_model: { stage: 'validate', meaning: 'no model with this name can be called at this path', ...GATEWAY },
  model_offline: { stage: 'validate', meaning: 'the operator has taken the model offline', ...GATEWAY },
  model_retired: { stage: 'validate', meaning: 'the model has reached its end of life', ...GATEWAY },
} as const satisfies Reasons;

declare module '../../../decisions/reasons.ts' {
  interface ServiceReasons extends StagesOf<typeof CATALOGUE_REASONS> {}
}
