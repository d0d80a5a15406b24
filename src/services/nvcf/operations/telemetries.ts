import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { type Instant, rfc3339 } from '../../../lib/clock.ts';
import { keysOf, pick } from '../../../lib/members.ts';
import { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/row.ts';
import { requireAccount } from '../caller.ts';
import { FUNCTIONS } from '../functions.ts';
import { addObject, changeObject, listObjects, removeObject } from '../objects.ts';
import { createAccountLookup } from './lookups.ts';

/** The maximum number of endpoints per account, as published. */
export const MAX_TELEMETRIES = 25;

type TelemetryView = Schema<'nvcf', 'Telemetry'>;

export interface Telemetry extends Omit<TelemetryView, 'createdAt'> {
  readonly createdAt: Instant;
}

type TelemetryRow = Row<Telemetry, null>;
export const TELEMETRIES = new Collection<Telemetry>('nvcf.telemetries');

export function renderTelemetry({ createdAt, ...telemetry }: Telemetry): TelemetryView {
  return { ...telemetry, createdAt: rfc3339(createdAt) };
}

const createTelemetry: Handler<'nvcf', 'createTelemetry'> = async (context) => {
  const { random, now, body } = context;
  const name = body.secret.name;
  const telemetry: Telemetry = {
    ...pick(body, ['endpoint', 'protocol', 'provider', 'types']),
    telemetryId: random.uuid(),
    name,
    createdAt: now,
  };
  await addObject(context, TELEMETRIES, telemetry.telemetryId, telemetry, {
    limit: MAX_TELEMETRIES,
    check: (others) => {
      if (!others.some((other) => other.name === name)) return;
      throw new Problem('conflict', `Telemetry '${name}' exists already`);
    },
  });
  return { status: 200, body: { telemetry: renderTelemetry(telemetry) } };
};

const listTelemetries: Handler<'nvcf', 'listTelemetries'> = async (context) => ({
  status: 200,
  body: { telemetries: (await listObjects(context, TELEMETRIES)).map(renderTelemetry) },
});

const getTelemetry: Handler<'nvcf', 'getTelemetry', TelemetryRow> = ({ target }) => ({
  status: 200,
  body: { telemetry: renderTelemetry(target.body) },
});

const deleteTelemetry: Handler<'nvcf', 'deleteTelemetry', TelemetryRow> = async (context) => {
  const { id } = context.target;
  const functions = await FUNCTIONS.ofOwner(context.store.collections, requireAccount(context));
  const version = functions.find((row) => Object.values(row.body.definition.telemetries ?? {}).includes(id));
  if (version !== undefined) {
    const message = `Telemetry id '${id}': In use by function id '${version.parent}', version '${version.id}'`;
    throw new Problem('bad_state', message);
  }
  await removeObject(context, TELEMETRIES, context.target);
  return { status: 204 };
};

/** The type that an endpoint must have, by the member that refers to it. */
const TYPE_BY_MEMBER = { logsTelemetryId: 'LOGS', metricsTelemetryId: 'METRICS', tracesTelemetryId: 'TRACES' } as const;

/** @throws Problem if an endpoint does not exist in the account, or has a different type */
export async function checkTelemetries(context: AuthenticatedContext, references: Schema<'nvcf', 'TelemetryRefs'>) {
  const account = requireAccount(context);
  for (const member of keysOf(TYPE_BY_MEMBER)) {
    const id = references[member]?.toLowerCase();
    if (id === undefined) continue;
    const row = await TELEMETRIES.byId(context.store.collections, id);
    if (row?.owner !== account) throw new Problem('not_found', `Account '${account}' Telemetry '${id}': Not found`);
    if (!row.body.types.includes(TYPE_BY_MEMBER[member])) throw new Problem('bad_state', 'Invalid telemetry type');
  }
}

/** Updates the name of the secret. Its value is not stored, because no operation returns it. */
const updateTelemetrySecret: Handler<'nvcf', 'updateTelemetrySecret', TelemetryRow> = async (context) => {
  const { secret } = context.body;
  await changeObject(context, TELEMETRIES, context.target, (before) => ({ ...before, name: secret.name }));
  return { status: 204 };
};

export const telemetryLookups = { telemetry: createAccountLookup(TELEMETRIES) };

export const telemetryOperations = {
  createTelemetry,
  listTelemetries,
  getTelemetry,
  deleteTelemetry,
  updateTelemetrySecret,
};
