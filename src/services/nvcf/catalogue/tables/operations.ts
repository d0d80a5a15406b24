import type { Section } from '../../../../contract/sections.ts';
import type { OperationRow } from '../../../../decisions/rule.ts';
import type { RuleId } from './rules.ts';

const CODE = 'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway)';

/** The rule of each operation. The gateway checks the body and the model before it forwards the key. */
export const OPERATION_SECTIONS = [
  {
    rule: 'call-model',
    decidedBy: 'body',
    anyBodyType: true,
    bodyLimit: 25 * 1024 * 1024,
    source: CODE,
    certainty: 'documented',
    rows: {
      createChatCompletion: { checksFirst: 'chatModel' },
      createCompletion: { checksFirst: 'completionModel' },
      createEmbedding: { checksFirst: 'embeddingModel' },
      createResponse: { checksFirst: 'responseModel' },
      createMessage: { checksFirst: 'messageModel', source: 'published gateway code (NVIDIA/nvcf, #1022)' },
    },
  },
  {
    rule: 'call-endpoint',
    checksFirst: 'endpoint',
    anyBodyType: true,
    bodyLimit: 25 * 1024 * 1024,
    source: `${CODE}: the paths are configurable; three to five segments below v1 are inferred from public examples`,
    certainty: 'inferred',
    rows: ['callEndpoint', 'callTaskEndpoint', 'callActionEndpoint'],
  },
  { source: CODE, certainty: 'documented', rows: { getStatus: { rule: 'poll-result', checksFirst: 'reserved' } } },
  {
    rule: 'public',
    checksFirst: 'reserved',
    source: `${CODE}: open paths`,
    certainty: 'documented',
    rows: [
      'listModels',
      'getModel',
      'getModelOfCompany',
      'getIntegrateHealth',
      'getIntegrateInfo',
      'getAiHealth',
      'getAiInfo',
    ],
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: RuleId | 'public' }, 'id'>[];
