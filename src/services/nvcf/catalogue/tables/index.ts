import { layOut, type NotEmulatedRow, type Section } from '../../../../contract/sections.ts';
import type { Tables } from '../../../../decisions/rule.ts';
import { DOCUMENTED_TYPES, OPEN_SOURCE_TYPES } from '../../tables/index.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { REMEDIES, RULE_SECTIONS, SCOPE_SECTIONS } from './rules.ts';

/** Image generation, and counting tokens. */
const NOT_EMULATED_SECTIONS = [
  {
    source: 'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway)',
    certainty: 'documented',
    methods: ['POST'],
    rows: ['/integrate/v1/images/generations', '/integrate/v1/images/edits', '/integrate/v1/images/variations'],
  },
  {
    source:
      "Anthropic's reference, `POST /v1/messages/count_tokens`: the SDK for `/integrate/v1/messages` has the call",
    certainty: 'inferred',
    methods: ['POST'],
    rows: ['/integrate/v1/messages/count_tokens'],
  },
] as const satisfies readonly Section<NotEmulatedRow, 'path'>[];

export const NOT_EMULATED = layOut('path', NOT_EMULATED_SECTIONS);

const BOTH = {
  term: 'scope',
  keyServices: { 'personal-key': 'public-api', 'service-key': 'nvcf' },
  permissions: layOut('id', SCOPE_SECTIONS),
  unbound: 'may call no model',
  roles: [],
  operations: layOut('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
  more: { notEmulated: NOT_EMULATED },
} as const;

export const TABLES = {
  documented: { ...BOTH, resourceTypes: DOCUMENTED_TYPES, rules: layOut('id', RULE_SECTIONS.documented) },
  'open-source': { ...BOTH, resourceTypes: OPEN_SOURCE_TYPES, rules: layOut('id', RULE_SECTIONS['open-source']) },
} as const satisfies Readonly<Record<string, Tables>>;
