import type { OperationRow } from '../../../decisions/rule.ts';
import type { Section } from '../../../definitions/sections.ts';

const CODE = {
  source: 'published code of the key service (NVIDIA/nvcf, fadc0f81): every path is open, headers name the caller',
  certainty: 'documented',
} as const;

/** Every operation is open: the service trusts its network. */
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
      introspectApiKey: { selects: 'body' },
      evaluateApiKey: { selects: 'body' },
      setUserApiKeyStatus: {},
      suspendUserApiKeys: {},
      lookUpApiKey: { selects: 'body' },
      setKeyOwnerStatus: {},
    },
  },
  {
    rule: 'public',
    source:
      'published chart and source of the issuer of administrators’ tokens; of its answer the client reads `value` and `expires_at`, the other members are inferred',
    certainty: 'documented',
    rows: ['createAdminToken'],
  },
  {
    rule: 'public',
    source: 'the address is ours: where the product serves the keys of its issuer is not published',
    certainty: 'ours',
    rows: ['listAdminTokenKeys'],
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: 'public' }, 'id'>[];
