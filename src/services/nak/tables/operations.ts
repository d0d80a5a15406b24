import type { OperationRow } from '../../../core/rule.ts';
import type { Section } from '../../../core/sections.ts';

const CODE = 'published code of the key service (NVIDIA/nvcf, fadc0f81): every path is open, headers name the caller';

/** Every operation is open: the service trusts its network. */
export const OPERATION_SECTIONS = [
  {
    rule: 'public',
    source: CODE,
    certainty: 'documented',
    rows: {
      createApiKey: {},
      listApiKeys: {},
      getApiKey: {},
      deleteApiKey: {},
      updateApiKeyAuthorizations: {},
      introspectApiKey: { selects: 'body' },
      evaluateApiKey: { selects: 'body' },
      listKeyServices: {},
      getKeyService: {},
      listUserApiKeys: {},
      getUserApiKey: {},
      deleteUserApiKey: {},
      setUserApiKeyStatus: {},
      suspendUserApiKeys: {},
      lookUpApiKey: { selects: 'body' },
      getKeyOwner: {},
      setKeyOwnerStatus: {},
      listOwnerApiKeys: {},
      deleteOwnerApiKeys: {},
    },
  },
  {
    rule: 'public',
    source:
      'published chart and source of the issuer of administrators’ tokens; of its answer the client reads `value` and `expires_at`, the other members are inferred',
    certainty: 'documented',
    rows: ['createAdminToken'],
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: 'public' }, 'id'>[];
