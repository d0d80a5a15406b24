import { Unusable } from '../../core/unusable.ts';
import { Unreachable } from '../errors.ts';
import type { Connection, Reader } from './connection.ts';
import type { Location } from './location.ts';
import { POSTGRES_SCHEMA, STATEMENTS } from './schema.ts';

/** The program that the tables name as their owner. */
const PROGRAM = 'nv-auth-mock';

/** The oldest tested version of PostgreSQL: 14. */
const OLDEST = 140_000;

/** The lock for which servers wait that start at the same time: any number that no other program uses. */
const LOCK = 6_625_000_001;

/** How long tables may be created, or waited for, in milliseconds. */
const CHANGE_MS = 60_000;

/**
 * Creates the tables of a store, or checks the existing ones. A schema of another program or version is left unchanged.
 *
 * @throws Unusable with a remedy
 */
export async function prepareSchema(connection: Connection, location: Location): Promise<void> {
  const { schema } = location;
  try {
    await checkVersion(connection, location.shown);
    // Usually the tables exist, and then no server has to wait for another.
    const meta = await metaOf(connection, schema);
    if (meta !== null) return checkMeta(meta, location);
    await connection.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const name = schema.slice(1, -1);
      const [found] = await transaction.query<{ readonly tables: string; readonly is_there: boolean }>(
        `SELECT (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid) AS tables, n.oid IS NOT NULL AS is_there
         FROM (SELECT $1::name AS wanted) w LEFT JOIN pg_namespace n ON n.nspname = w.wanted`,
        [name],
      );
      if (found?.is_there !== true) await transaction.query(`CREATE SCHEMA ${schema}`);
      if (Number(found?.tables ?? 0) > 0) return checkMeta(await metaOf(transaction, schema), location);
      for (const statement of STATEMENTS) await transaction.query(statement.replaceAll('$schema', schema));
      await transaction.query(`INSERT INTO ${schema}.meta VALUES ($1, $2)`, [PROGRAM, POSTGRES_SCHEMA]);
    }, CHANGE_MS);
  } catch (cause) {
    throw cause instanceof Unusable ? cause : unusable(cause, location);
  }
}

async function checkVersion(reader: Reader, shown: string): Promise<void> {
  const [row] = await reader.query<{ readonly number: string; readonly version: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version`,
  );
  if (Number(row?.number) >= OLDEST) return;
  throw new Unusable(
    `--data ${shown} is PostgreSQL ${row?.version}, which is too old. Use version ${OLDEST / 10_000} or newer.`,
  );
}

interface Meta {
  readonly program: string;
  readonly version: number;
}

/** The description of the tables in the schema; null if there is none. */
async function metaOf(reader: Reader, schema: string): Promise<Meta | null> {
  const [table] = await reader.query<{ readonly oid: string | null }>('SELECT to_regclass($1) AS oid', [
    `${schema}.meta`,
  ]);
  if (table?.oid == null) return null;
  const [meta = null] = await reader.query<Meta>(
    `SELECT to_jsonb(m)->>'program' AS program, (to_jsonb(m)->>'version')::integer AS version FROM ${schema}.meta m LIMIT 1`,
  );
  return meta;
}

function checkMeta(meta: Meta | null, { schema, shown }: Location): void {
  if (meta?.program !== PROGRAM) {
    throw new Unusable(
      `--data ${shown}: the schema ${schema} belongs to another program. It was left as it is; give another one with \`?schema=\`.`,
    );
  }
  if (meta.version === POSTGRES_SCHEMA) return;
  const what = `the schema ${schema} was written by another version of nv-auth-mock (${meta.version}; this one knows ${POSTGRES_SCHEMA})`;
  throw new Unusable(`--data ${shown}: ${what}: use that version, or rename or drop the schema.`);
}

/** Why a database cannot be used, in one line and without the password. */
function unusable(cause: unknown, { shown, schema }: Location): Unusable {
  const reported = cause instanceof Unreachable ? cause.cause : cause;
  const code = reported instanceof Error && 'code' in reported ? String(reported.code) : '';
  return new Unusable(`--data ${shown} ${reasonOf(code, reported, schema)}`, { cause });
}

function reasonOf(code: string, reported: unknown, schema: string): string {
  switch (code) {
    case '28P01':
    case '28000':
      return 'refuses the user or the password. Check both, or give others in the URL.';
    case '3D000':
      return 'names a database that does not exist. Create it, or name another one.';
    case '42501':
      return `lacks the right to create or use the schema ${schema}. Grant it (\`GRANT CREATE ON DATABASE\`), or give a schema that is the user's own.`;
    case '53300':
      return 'has no free connection: its limit is reached. Raise `max_connections`, or close other connections.';
    case '57P03':
      return 'is starting or stopping. Try again in a moment.';
    case 'ECONNREFUSED':
      return 'refuses connections: nothing listens there. Check host and port, or start PostgreSQL.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'names a host that is not known. Check its name.';
    default: {
      const said = reported instanceof Error ? reported.message : String(reported);
      if (/SSL|TLS|certificate|self.signed/i.test(said))
        return `cannot be reached by TLS: ${said}. Check \`sslmode\` and \`sslrootcert\`.`;
      return `cannot be used: ${said}. Check the URL, and that PostgreSQL runs there.`;
    }
  }
}
