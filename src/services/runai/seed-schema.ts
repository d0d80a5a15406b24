import { list, object, text } from '../../core/json-schema.ts';
import { ROLES } from './tables/roles.ts';

/** As the API itself asks for. */
const keyName = { type: 'string', pattern: '^[a-z][-_a-z0-9]*[a-z0-9]$', minLength: 2, maxLength: 255 } as const;

const role = { enum: [null, ...ROLES.map(({ name }) => name)] } as const;

/** What Run:ai's part of a seed file may hold (JSON Schema). */
export const SEED_SCHEMA = object(
  {
    tenant: object({ id: { type: 'integer' }, name: text, realm: { ...text, pattern: '^[A-Za-z0-9._-]+$' } }),
    users: list(
      object(
        {
          id: text,
          email: text,
          password: text,
          role,
          accessKey: object({ id: text, name: keyName, clientId: text, clientSecret: text }, ['id']),
        },
        ['id', 'accessKey'],
      ),
    ),
    applications: list(object({ id: text, name: text, clientId: text, secret: text, role }, ['id'])),
    serviceAccounts: list(object({ id: text, name: text, clientId: text, clientSecret: text, role }, ['id'])),
    clients: list(object({ clientId: text, redirectUris: list(text) })),
  },
  ['users', 'applications', 'serviceAccounts', 'clients'],
);
