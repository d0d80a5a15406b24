import type { Section } from '../../../contract/sections.ts';
import type { OperationRow } from '../../../decisions/rule.ts';

const CODE = {
  source:
    'published code of the key service (NVIDIA/nvcf, fadc0f81): every path is public, and headers identify the caller',
  certainty: 'documented',
} as const;

/** All operations are public: the service trusts its network. */
export const OPERATION_SECTIONS = [
  {
    rule: 'public',
    ...CODE,
    rows: [
      'listApiKeys',
      'getApiKey',
      'deleteApiKey',
      'listKeyServices',
      'getKeyService',
      'listUserApiKeys',
      'getUserApiKey',
      'deleteUserApiKey',
      'getKeyOwner',
      'listOwnerApiKeys',
      'deleteOwnerApiKeys',
    ],
  },
  {
    rule: 'public',
    needsJsonType: true,
    ...CODE,
    rows: {
      createApiKey: {},
      updateApiKeyAuthorizations: {},
      introspectApiKey: { selects: 'body', decidedBy: 'body' },
      evaluateApiKey: { selects: 'body', decidedBy: 'body' },
      setUserApiKeyStatus: {},
      suspendUserApiKeys: {},
      lookUpApiKey: { selects: 'body', decidedBy: 'body' },
      setKeyOwnerStatus: {},
    },
  },
  {
    rule: 'public',
    source:
      'published chart and source of the issuer of administrators’ tokens; the client reads only `value` and `expires_at`; the other members are inferred',
    certainty: 'documented',
    rows: ['createAdminToken'],
  },
  {
    rule: 'public',
    source: 'the path is ours: where the product serves these keys is not published',
    certainty: 'ours',
    rows: ['listAdminTokenKeys'],
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: 'public' }, 'id'>[];
