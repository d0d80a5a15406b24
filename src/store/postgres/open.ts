import type * as Postgres from 'pg';
import { readStopwatch } from '../../lib/clock.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { setTimeout } from '../../lib/time.ts';
import { DamagedData, isStorageFailure, UnreachableDatabase } from '../errors.ts';
import type { Waiting } from '../world-log.ts';
import type { DatabaseLocation } from './location.ts';
import { CREATE_STATEMENTS, SCHEMA_VERSION, TABLE_NAMES } from './schema.ts';
import { Session, type Statements } from './session.ts';

const PROGRAM = 'nv-auth-mock';

/** The oldest tested version of PostgreSQL: 14. */
const OLDEST_VERSION = 140_000;

/** Distinguishes this program's locks from others in the same database: "nvam". */
const LOCK_CLASS = 0x6e76616d;

/** The database cannot be used right now, but may recover: it isn't running, is starting, is full, or is a replica. */
class UnavailableDatabase extends UserError {}

/** How often to try again, in milliseconds. */
const POLL_MS = 500;

/**
 * Reads the tables once this process has the lock of the schema, and creates missing ones. If the database goes away in
 * the meantime, waits again.
 * @throws UserError if it cannot be used, or if the wait was too long; errors of `read`
 */
export async function lockSchema<Result>(
  pg: typeof Postgres,
  location: DatabaseLocation,
  { onWait, maxMs }: Waiting,
  read: (session: Session) => Promise<Result>,
): Promise<Result> {
  const startedAt = readStopwatch();
  let session: Session | null = null;
  let reported: string | null = null;
  for (;;) {
    let reason: string;
    try {
      session ??= await openSession(pg, location);
      const owner = await tryLock(session, location);
      if (owner === null) {
        await createTables(session, location);
        return await read(session);
      }
      reason = `--data ${location.shown}: ${owner} has the lock of the schema \`${location.schema}\`. Stop that process, or wait until it ends.`;
    } catch (cause) {
      await session?.close();
      session = null;
      const isExplained = [UserError, DamagedData, TypeError].some((kind) => cause instanceof kind);
      const error = isExplained ? cause : toUserError(cause, location);
      if (!(error instanceof UnavailableDatabase)) throw error;
      reason = error.message;
    }
    if (readStopwatch() - startedAt >= maxMs) {
      await session?.close();
      throw new UserError(reason);
    }
    if (reason !== reported) onWait(reason);
    reported = reason;
    // Not unref'd: nothing else keeps a waiting process running.
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Opens a session with reliable locks: with PostgreSQL itself, and with a server that accepts changes. */
async function openSession(pg: typeof Postgres, location: DatabaseLocation): Promise<Session> {
  const session = await Session.open(pg, location);
  try {
    await checkServer(session, location);
    await checkSchema(session, location);
    return session;
  } catch (cause) {
    await session.close();
    throw cause;
  }
}

/** Tries to lock the schema. @returns null if it succeeded, otherwise a description of the process with the lock */
async function tryLock(session: Session, { schema }: DatabaseLocation): Promise<string | null> {
  // Null if this user may not see the process with the lock.
  const [attempt] = await session.query<{ has: boolean; holder: string | null; since: string | null }>(
    `WITH attempt AS MATERIALIZED (SELECT pg_try_advisory_lock($1, hashtext($2)) AS has)
     SELECT attempt.has, a.application_name AS holder,
       to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
     FROM attempt LEFT JOIN pg_locks l ON l.locktype = 'advisory' AND l.granted AND l.classid = $1::oid
       AND l.objid = (hashtext($2)::bigint & 4294967295)::oid AND l.objsubid = 2
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       LEFT JOIN pg_stat_activity a ON a.pid = l.pid`,
    [LOCK_CLASS, schema],
  );
  if (attempt?.has === true) return null;
  const known = [attempt?.holder, attempt?.since && `connected since ${attempt.since}`].filter(Boolean);
  return known.length === 0 ? 'another process' : `another process (${known.join(', ')})`;
}

/** Creates the tables if they don't exist. Requires the lock. */
async function createTables(session: Session, location: DatabaseLocation): Promise<void> {
  const { schema } = location;
  if ((await checkSchema(session, location)) === 'ours') return;
  await session.transaction(async (transaction) => {
    const [existing] = await transaction.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
    // `IF NOT EXISTS` requires the right to create schemas even if the schema exists.
    if (existing === undefined) await transaction.query(`CREATE SCHEMA "${schema}"`);
    for (const statement of CREATE_STATEMENTS) await transaction.query(statement.replaceAll('$schema', `"${schema}"`));
    const columns = '(program, schema, at)';
    await transaction.query(`INSERT INTO "${schema}".store ${columns} VALUES ($1, $2, 0)`, [PROGRAM, SCHEMA_VERSION]);
  });
}

/** Through a pooler, two processes could share a session and so its lock. A replica grants locks of its own. */
async function checkServer(session: Session, { shown }: DatabaseLocation): Promise<void> {
  const [server] = await session.query<{
    readonly number: string;
    readonly version: string;
    readonly process_id: number;
    readonly mark: string | null;
    readonly read_only: boolean;
    readonly is_replica: boolean;
  }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
       pg_backend_pid() AS process_id, current_setting('app.session', true) AS mark,
       current_setting('transaction_read_only') = 'on' AS read_only, pg_is_in_recovery() AS is_replica`,
  );
  if (server === undefined || server.process_id !== session.processId || server.mark !== session.mark) {
    throw new UserError(`--data ${shown} ${POOLER}`);
  }
  if (Number(server.number) < OLDEST_VERSION) {
    const oldest = OLDEST_VERSION / 10_000;
    throw new UserError(
      `--data ${shown} is PostgreSQL ${server.version}, which is too old. Use version ${oldest} or newer.`,
    );
  }
  if (server.is_replica) {
    // It may be promoted.
    throw new UnavailableDatabase(
      `--data ${shown} is a replica, which accepts no changes. Promote it, or give the address of its primary.`,
    );
  }
  if (server.read_only) {
    throw new UserError(
      `--data ${shown} is read-only. Make it writable, or give the address of a server that accepts changes.`,
    );
  }
}

const POOLER =
  'is a pooler such as PgBouncer, and locks are unreliable through a pooler. Give the address of the PostgreSQL server itself.';

async function checkSchema(session: Statements, location: DatabaseLocation): Promise<'ours' | 'empty'> {
  const { schema, shown } = location;
  const [tables] = await session.query<{ readonly ours: string | null; readonly tables: number }>(
    `SELECT to_regclass($1) AS ours,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $2) AS tables`,
    [`"${schema}".store`, schema],
  );
  const foreignMessage = `--data ${shown}: the schema \`${schema}\` belongs to another program and was not changed. Give another schema with \`?schema=\`.`;
  if (tables?.ours == null) {
    if ((tables?.tables ?? 0) === 0) return 'empty';
    throw new UserError(foreignMessage);
  }
  const [store] = await session.query<Readonly<Record<'program' | 'schema', string | null>>>(
    `SELECT to_jsonb(s)->>'program' AS program, to_jsonb(s)->>'schema' AS schema FROM "${schema}".store s LIMIT 1`,
  );
  if (store?.program !== PROGRAM) throw new UserError(foreignMessage);
  if (store.schema !== String(SCHEMA_VERSION)) {
    const reason = `the schema \`${schema}\` was written by another version of nv-auth-mock (${store.schema}; this version reads ${SCHEMA_VERSION})`;
    throw new UserError(`--data ${shown}: ${reason}. Use that version, or rename or drop the schema.`);
  }
  await checkRights(session, location);
  return 'ours';
}

async function checkRights(session: Statements, { schema, shown }: DatabaseLocation): Promise<void> {
  const [rights] = await session.query<{ readonly are_there: boolean; readonly may: boolean | null }>(
    `SELECT bool_and(t.id IS NOT NULL) AS are_there, bool_and(has_table_privilege(t.id, p.name)) AS may
     FROM (SELECT to_regclass(n) AS id FROM unnest($1::text[]) AS n) AS t,
       unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p (name)`,
    [TABLE_NAMES.map((name) => `"${schema}".${name}`)],
  );
  if (rights?.are_there !== true) {
    throw new UserError(
      `--data ${shown}: the schema \`${schema}\` lacks tables that nv-auth-mock created. Restore the schema from a dump, or drop it.`,
    );
  }
  if (rights.may !== true) {
    throw new UserError(
      `--data ${shown} lacks the right to read and change the tables of the schema \`${schema}\`. Grant it (\`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema}\`), or use the user that owns them.`,
    );
  }
}

/**
 * Codes of possibly temporary errors: connection, resources, operator, system
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html), and socket errors.
 */
const TEMPORARY_CODES = /^(?:08|53|57|58|E(?!RR_))/;
/** Messages of errors without a code, from the driver and from `Session`. */
const SILENT = /^timeout expired$|does not answer$/;
const CUT = /^Connection terminated|^the connection was closed$/;

function toUserError(cause: unknown, { shown, schema }: DatabaseLocation): UserError {
  const reported = isStorageFailure(cause) ? ((cause as Error).cause ?? cause) : cause;
  const code = reported instanceof Error && 'code' in reported ? String(reported.code) : '';
  const reason = messageOf(reported);
  const refusal = describeRefusal(code, reason, schema);
  if (refusal !== null) return new UserError(`--data ${shown} ${refusal}`, { cause });
  const isTemporary =
    cause instanceof UnreachableDatabase || TEMPORARY_CODES.test(code) || SILENT.test(reason) || CUT.test(reason);
  const why = `--data ${shown} ${describeAbsence(code, reason)}`;
  return isTemporary ? new UnavailableDatabase(why, { cause }) : new UserError(why, { cause });
}

function describeRefusal(code: string, reason: string, schema: string): string | null {
  switch (code) {
    case '28P01':
    case '28000':
      if (/no encryption$/.test(reason)) {
        return 'has no entry in `pg_hba.conf` for this user and address without TLS. Add `sslmode=require` to the URL, or the entry to the file.';
      }
      return 'rejected the user or the password. Check both in the URL.';
    case '3D000':
      return 'names a database that does not exist. Create it, or give the name of another database.';
    case '42501':
      return `lacks the right to create or use the schema \`${schema}\`. Grant it (\`GRANT CREATE ON DATABASE\`), or give a schema that the user owns.`;
    default:
      // PgBouncer's error for settings that it doesn't pass on.
      if (/unsupported startup parameter/i.test(reason)) return POOLER;
      // A connection reset during the TLS handshake has another cause.
      if (code === 'ECONNRESET' || !/SSL|TLS|certificate|self.signed/i.test(reason)) return null;
      return `cannot be reached over TLS: ${reason}. Check \`sslmode\` and \`sslrootcert\`.`;
  }
}

function describeAbsence(code: string, reason: string): string {
  switch (code) {
    case '53300':
      return 'has reached its connection limit. Raise `max_connections`, or close other connections.';
    case '57P03':
      return 'is starting or stopping. Try again in a moment.';
    case 'ECONNREFUSED':
      return 'refused the connection. Check the host and port, or start PostgreSQL.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has an unknown host. Check the host name.';
    default:
      if (SILENT.test(reason)) {
        return 'does not answer. Check the host and port, and that no firewall drops the packets.';
      }
      return `cannot be used: ${reason}. Check the URL, and that PostgreSQL is running there.`;
  }
}

export async function loadDriver(): Promise<typeof Postgres> {
  try {
    const loaded = await import('pg');
    // The module is CommonJS, so its members are on the default export at run time.
    return loaded.default as unknown as typeof Postgres;
  } catch (cause) {
    const message = '--data names a PostgreSQL database, but the package `pg` is not installed: `npm install pg`.';
    throw new UserError(message, { cause });
  }
}
