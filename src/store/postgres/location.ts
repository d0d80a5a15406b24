import type { ClientConfig } from 'pg';
import { explainUnreadable, UserError } from '../../lib/errors.ts';
import { showValue } from '../../lib/redact.ts';
import { readTextFile } from '../../lib/text-file.ts';

export interface DatabaseLocation {
  readonly shown: string;
  readonly schema: string;
  /** The user's `options` for the session (libpq), or null. */
  readonly options: string | null;
  readonly settings: Pick<ClientConfig, 'connectionString' | 'ssl'>;
}

const DEFAULT_SCHEMA = 'nv_auth_mock';

/** PostgreSQL truncates names longer than 63 characters. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** Parses a URL such as `postgres://user@host/db?schema=name`, with `sslmode` as in `psql`. @throws UserError */
export async function parseLocation(data: string): Promise<DatabaseLocation> {
  if (!URL.canParse(data)) {
    throw new UserError('--data is not a valid URL. Give one such as `postgres://user@host/database?schema=name`.');
  }
  const url = new URL(data);
  const take = (name: string) => {
    const value = url.searchParams.get(name);
    url.searchParams.delete(name);
    return value;
  };
  const schema = take('schema') ?? DEFAULT_SCHEMA;
  const options = take('options');
  const { username, host, pathname } = url;
  const shown = `postgres://${username === '' ? '' : `${username}@`}${host}${pathname}`;
  if (!SCHEMA_NAME.test(schema)) {
    throw new UserError(
      `--data ${shown}: \`${showValue(schema).slice(0, 100)}\` is not a valid schema name. Use up to 63 lowercase letters, digits and underscores.`,
    );
  }
  const [mode, certificates] = [take('sslmode'), take('sslrootcert')];
  const ssl = await readSsl(mode, certificates, shown);
  return { shown, schema, options, settings: { connectionString: url.href, ssl } };
}

async function readSsl(mode: string | null, certificates: string | null, shown: string): Promise<ClientConfig['ssl']> {
  const ca = certificates === null ? {} : { ca: await readCertificates(certificates, shown) };
  switch (mode) {
    case null:
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { ...ca, checkServerIdentity: () => undefined };
    case 'verify-full':
      return ca;
    default:
      throw new UserError(
        `--data ${shown}: \`sslmode=${showValue(mode).slice(0, 100)}\` is not supported. Use disable, require, verify-ca or verify-full.`,
      );
  }
}

function readCertificates(path: string, shown: string): Promise<string> {
  return readTextFile(path).catch((cause: unknown) => {
    const why = `${showValue(path)} cannot be read: ${explainUnreadable(cause)}`;
    throw new UserError(`--data ${shown}: \`sslrootcert\` ${why}. Give a file of PEM certificates.`, { cause });
  });
}
