import { Unusable } from '../../core/unusable.ts';
import { Unreachable } from '../errors.ts';
import type { Connection, Reader } from './connection.ts';
import type { Location } from './location.ts';
import { MIGRATIONS, POSTGRES_SCHEMA, STATEMENTS } from './schema.ts';

/** The program that the tables name as their owner. */
const PROGRAM = 'nv-auth-mock';

/** The oldest tested version of PostgreSQL: 14. */
const OLDEST = 140_000;

/** The lock for which servers wait that start at the same time: any number that no other program uses. */
const LOCK = 6_625_000_001;

/** How long tables, with indexes of all rows, may be created or changed, or waited for, in milliseconds. */
const CHANGE_MS = 10 * 60_000;

/**
 * Creates the tables of a store, or checks the existing ones. A schema of another program, or of a later version, is
 * left unchanged; a schema of an earlier version is upgraded in one transaction.
 *
 * @returns notices for the user
 * @throws Unusable with a remedy
 */
export async function prepareSchema(connection: Connection, location: Location): Promise<readonly string[]> {
  const { schema, shown } = location;
  try {
    await checkVersion(connection, shown);
    // Usually the tables exist, and then no server has to wait for another.
    if ((await metaOf(connection, schema)) !== null && (await checkTables(connection, location)) === POSTGRES_SCHEMA)
      return [];
    return await connection.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const name = schema.slice(1, -1);
      const [found] = await transaction.query<{ readonly tables: string; readonly is_there: boolean }>(
        `SELECT (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid) AS tables, n.oid IS NOT NULL AS is_there
         FROM (SELECT $1::name AS wanted) w LEFT JOIN pg_namespace n ON n.nspname = w.wanted`,
        [name],
      );
      if (found?.is_there !== true) await transaction.query(`CREATE SCHEMA ${schema}`);
      if (Number(found?.tables ?? 0) > 0)
        return migrate(transaction, location, await checkTables(transaction, location));
      for (const statement of STATEMENTS) await transaction.query(statement.replaceAll('$schema', schema));
      await transaction.query(`INSERT INTO ${schema}.meta VALUES ($1, $2)`, [PROGRAM, POSTGRES_SCHEMA]);
      return [];
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

/** @returns the number of the schema */
async function checkTables(reader: Reader, { schema, shown }: Location): Promise<number> {
  const meta = await metaOf(reader, schema);
  if (meta?.program !== PROGRAM) {
    throw new Unusable(
      `--data ${shown}: the schema ${schema} belongs to another program. It was left as it is; give another one with \`?schema=\`.`,
    );
  }
  if (meta.version > POSTGRES_SCHEMA) {
    throw new Unusable(
      `--data ${shown}: the schema ${schema} was written by a newer version of nv-auth-mock (schema ${meta.version}; this one ` +
        `knows ${POSTGRES_SCHEMA}). It was left as it is; use that version, or give another schema with \`?schema=\`.`,
    );
  }
  return meta.version;
}

/** @returns notices for the user */
async function migrate(reader: Reader, { schema, shown }: Location, found: number): Promise<readonly string[]> {
  if (found === POSTGRES_SCHEMA) return [];
  const before = await countDroppable(reader, schema);
  for (let version = found; version < POSTGRES_SCHEMA; version += 1) {
    await reader.query((MIGRATIONS[version] ?? '').replaceAll('$schema', schema));
  }
  await reader.query(`UPDATE ${schema}.meta SET version = $1`, [POSTGRES_SCHEMA]);
  const after = await countDroppable(reader, schema);
  return (['snapshot', 'decision', 'use'] as const).flatMap((what) => {
    const dropped = Number(before[what]) - Number(after[what]);
    if (dropped === 0) return [];
    const were = dropped === 1 ? `One ${what} was` : `${dropped} ${what}s were`;
    return [
      `${were} dropped from --data ${shown}: an earlier version wrote them in a form that this one does not read.`,
    ];
  });
}

/** Counts the data that a migration may drop. */
async function countDroppable(reader: Reader, schema: string) {
  const [counts] = await reader.query<Record<'snapshot' | 'decision' | 'use', string>>(
    `SELECT (SELECT count(*) FROM ${schema}.snapshots) AS snapshot,
      count(*) FILTER (WHERE kind = 'decision' AND data IS NOT NULL) AS decision, count(*) FILTER (WHERE kind = 'use') AS use
      FROM ${schema}.happenings`,
  );
  return counts ?? { snapshot: '0', decision: '0', use: '0' };
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
