import { ROLES } from './tables/roles.ts';

const text = { type: 'string', minLength: 1 } as const;

const role = { enum: [null, ...ROLES.map(({ name }) => name)] } as const;

const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const list = (items: object) => ({ type: 'array', items });

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
          passwordHash: { ...text, pattern: '^scrypt(\\$\\d+){3}\\$[^$]+\\$[A-Za-z0-9_-]+$' },
          role,
          accessKey: object({ id: text, name: text, clientId: text, clientSecret: text }, ['id']),
        },
        ['id', 'passwordHash', 'accessKey'],
      ),
    ),
    applications: list(object({ id: text, name: text, clientId: text, secret: text, role }, ['id'])),
    serviceAccounts: list(object({ id: text, name: text, clientId: text, clientSecret: text, role }, ['id'])),
    clients: list(object({ clientId: text, redirectUris: list(text) })),
  },
  ['users', 'applications', 'serviceAccounts', 'clients'],
);
