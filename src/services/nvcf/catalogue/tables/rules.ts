import type { RowIn, Section } from '../../../../contract/sections.ts';
import type { Rule, Sourced } from '../../../../decisions/rule.ts';
import type { ResourceTypeId } from '../../tables/resource-types.ts';
import type { Scope } from './scopes.ts';

const CALL = {
  needs: { all: ['invoke_function'] },
  on: ['account-functions', 'function', 'function-versions', 'authorized-functions'],
} as const;

const PAGE = {
  source:
    'service-keys page, Invoke Function; the published gateway code shows that calling a model is such an invocation',
  certainty: 'implied',
} as const satisfies Sourced;
const CODE = {
  source:
    'published gateway code (NVIDIA/nvcf, fadc0f81, vanity-gateway), which forwards the key to the invocation of the function',
  certainty: 'documented',
} as const satisfies Sourced;

const ROWS = {
  'call-model': { label: 'Call a model', cover: { lookup: 'functionOfModel' } },
  'call-endpoint': { label: 'Call an endpoint', cover: { lookup: 'functionOfEndpoint', param: 'model' } },
} as const;
const POLL = {
  'poll-result': { label: 'Poll a result', cover: { lookup: 'invocation', param: 'requestId' } },
} as const;

/** The same as for an invocation, by Cloud Functions profile. */
export const RULE_SECTIONS = {
  documented: [
    { ...CALL, ...PAGE, versionless: 'refuse', rows: ROWS },
    { ...CALL, ...PAGE, rows: POLL },
  ],
  'open-source': [
    { ...CALL, ...CODE, open: ['public'], versionless: 'narrow', rows: ROWS },
    { ...CALL, ...CODE, open: ['public'], rows: POLL },
  ],
} as const satisfies Readonly<Record<string, readonly Section<Rule<Scope, ResourceTypeId>, 'id'>[]>>;

export type RuleId = RowIn<'id', (typeof RULE_SECTIONS)['documented'][number]>['id'];
