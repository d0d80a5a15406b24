import type { HintRule } from '../../../decisions/explaining/hints/refused-request.ts';

const GATEWAY_SOURCE = 'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway)';

/** The reasons for which the gateway refuses a model before it checks the key. */
const MODEL_REASONS: ReadonlySet<string | undefined> = new Set(['unknown_model', 'model_offline', 'model_retired']);

const KEYLESS_OPERATIONS: ReadonlySet<string | undefined> = new Set(['getModel', 'getModelOfCompany']);

export const CATALOGUE_HINTS: readonly HintRule[] = [
  {
    code: 'model_before_key',
    symptom: 'the catalogue refused the model, not the key',
    source: GATEWAY_SOURCE,
    certainty: 'documented',
    when: ({ problem: { reason }, decision }) => {
      if (!MODEL_REASONS.has(reason) || KEYLESS_OPERATIONS.has(decision?.operation)) return null;
      const detail = decision?.credential?.detail === undefined ? '' : `: ${decision.credential.detail}`;
      return `The catalogue looks up the model before it checks the key, so this response says nothing about the key${detail}. To test a key, call a live model.`;
    },
  },
  {
    code: 'path_of_rankings',
    symptom: '`/v1/ranking` at the catalogue',
    source: 'the paths of the published gateway, which has no `/v1/ranking`',
    certainty: 'documented',
    isOnly: true,
    when: ({ problem, service, path }) =>
      problem.kind === 'unknown_path' && service === 'catalogue' && /\/v1\/ranking\/?$/.test(path)
        ? 'The catalogue has no `/v1/ranking`, which only a self-hosted NIM has. Each ranking model has a path of its own at `ai.api.nvidia.com`, such as `/v1/retrieval/nvidia/reranking`: `GET /_mock/cast` lists them in `catalogue.models`, and the mock has that host below `/ai`, too.'
        : null,
  },
  {
    code: 'model_not_for_account',
    symptom: "the catalogue's 404 `Not found for account`",
    source: 'public issues of July and August 2026',
    certainty: 'observed',
    when: ({ decision, service }) =>
      service === 'catalogue' && decision?.reason === 'foreign_object' && decision.operation !== 'getStatus'
        ? 'The key is valid, but its account may not use this model, although `/v1/models` lists it. Other keys of the account get the same response.'
        : null,
  },
];
