import type { RowIn, Section } from '../../../../contract/sections.ts';
import type { DenyReason } from '../../../../decisions/reasons.ts';
import type { PermissionRow, RemedyRow, Rule, Sourced } from '../../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../../ngc-keys/remedies.ts';
import type { ResourceTypeId } from '../../tables/resource-types.ts';

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

/** The scope that a service key needs to call a model. */
export const SCOPE_SECTIONS = [
  {
    source: 'service-keys page, for service keys; public issues report that personal keys need only the service',
    certainty: 'observed',
    ofEveryUser: true,
    rows: { invoke_function: { label: 'Invoke Function' } },
  },
] as const satisfies readonly Section<PermissionRow, 'id'>[];

export type Scope = RowIn<'id', (typeof SCOPE_SECTIONS)[number]>['id'];
