import type { Section } from '../../../contract/sections.ts';
import type { OperationRow } from '../../../decisions/rule.ts';
import type { RuleId } from './rules.ts';

export const OPERATION_SECTIONS = [
  {
    certainty: 'observed',
    rows: {
      createServiceKey: {
        rule: 'service-keys',
        source:
          'observed in published clients with other types in the path; that it accepts SERVICE_KEY, a type in caller info, is inferred',
        certainty: 'inferred',
      },
      createPersonalKey: { rule: 'keys', source: 'observed in published clients' },
      getCallerInfo: {
        rule: 'public',
        selects: 'body',
        decidedBy: 'body',
        source: 'observed in published clients: a public path, with the key in the form',
      },
      startDeviceLogin: { rule: 'public', source: 'observed in the Air SDK (NVIDIA/nv-air-sdk, 9af2cb31)' },
      getToken: {
        rule: 'public',
        selects: 'header',
        source:
          'observed in the Air SDK (NVIDIA/nv-air-sdk, 9af2cb31), and in NVIDIA/tao_front_end_services for `ApiKey`',
      },
      getCurrentUser: { rule: 'user', source: 'observed in NVIDIA/tao_front_end_services: with the token of a key' },
    },
  },
  {
    source: 'the family of paths is published; the operation is modelled on the observed create operation',
    certainty: 'ours',
    rows: {
      listKeys: { rule: 'keys' },
      getKey: { rule: 'key' },
      updateKey: { rule: 'key' },
      deleteKey: { rule: 'key' },
      rotateKey: { rule: 'key' },
    },
  },
  {
    rule: 'public',
    source: 'replaces the login page of NGC; clients get its address from a response',
    certainty: 'ours',
    rows: { showDeviceLogin: {}, confirmDeviceLogin: {} },
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: RuleId | 'public' }, 'id'>[];
