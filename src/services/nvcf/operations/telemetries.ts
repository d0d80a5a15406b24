import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { pick } from '../../../objects/pick.ts';
import { Collection } from '../../../store/collection.ts';
import type { Row } from '../../../store/collections.ts';
import { type Instant, rfc3339 } from '../../../time/clock.ts';
import { accountOf } from '../caller.ts';
import { FUNCTIONS, type FunctionRow } from '../functions.ts';
import { addObject, changeObject, objectsOf, removeObject } from '../objects.ts';
import { createAccountLookup } from './lookups.ts';

/** Maximum number of endpoints per account, as published. */
export const MAX_TELEMETRIES = 25;

type TelemetryView = Schema<'nvcf', 'Telemetry'>;

export interface Telemetry extends Omit<TelemetryView, 'createdAt'> {
  readonly createdAt: Instant;
}

type TelemetryRow = Row<Telemetry, null>;
export const TELEMETRIES = new Collection<Telemetry>('nvcf.telemetries');

export function telemetryView({ createdAt, ...telemetry }: Telemetry): TelemetryView {
  return { ...telemetry, createdAt: rfc3339(createdAt) };
}

const create: Handler<'nvcf', 'createTelemetry'> = async (context) => {
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
      if (others.some((telemetry) => telemetry.name === name))
        throw new Problem('conflict', `Telemetry '${name}' exists already`);
    },
  });
  return { status: 200, body: { telemetry: telemetryView(telemetry) } };
};

const list: Handler<'nvcf', 'listTelemetries'> = async (context) => ({
  status: 200,
  body: { telemetries: (await objectsOf(context, TELEMETRIES)).map(telemetryView) },
});

const get: Handler<'nvcf', 'getTelemetry', TelemetryRow> = ({ target }) => ({
  status: 200,
  body: { telemetry: telemetryView(target.body) },
});

const remove: Handler<'nvcf', 'deleteTelemetry', TelemetryRow> = async (context) => {
  const { id } = context.target;
  const functions = await FUNCTIONS.ofOwner(context.store.collections, accountOf(context));
  const user = functions.find((row) => usesTelemetry(row, id));
  if (user !== undefined) {
    throw new Problem(
      'bad_state',
      `Telemetry id '${id}': In use by function id '${user.parent}', version '${user.id}'`,
    );
  }
  await removeObject(context, TELEMETRIES, context.target);
  return { status: 204 };
};

const TYPE_OF = { logsTelemetryId: 'LOGS', metricsTelemetryId: 'METRICS', tracesTelemetryId: 'TRACES' } as const;

/** @throws Problem if an endpoint does not exist in the account, or has a different type */
export async function checkTelemetries(
  context: Pick<AuthenticatedContext, 'store' | 'caller'>,
  references: Schema<'nvcf', 'TelemetryRefs'>,
): Promise<void> {
  const account = accountOf(context);
  for (const member of ['logsTelemetryId', 'metricsTelemetryId', 'tracesTelemetryId'] as const) {
    const id = references[member]?.toLowerCase();
    if (id === undefined) continue;
    const row = await TELEMETRIES.byId(context.store.collections, id);
    if (row?.owner !== account) throw new Problem('not_found', `Account '${account}' Telemetry '${id}': Not found`);
    if (!row.body.types.includes(TYPE_OF[member])) throw new Problem('bad_state', 'Invalid telemetry type');
  }
}

function usesTelemetry({ body }: FunctionRow, id: string): boolean {
  return Object.values(body.definition.telemetries ?? {}).includes(id);
}

/** Does not store the secret, because no operation returns it. */
const updateSecret: Handler<'nvcf', 'updateTelemetrySecret', TelemetryRow> = async (context) => {
  const { secret } = context.body;
  await changeObject(context, TELEMETRIES, context.target, (before) => ({ ...before, name: secret.name }));
  return { status: 204 };
};

export const telemetryLookups = { telemetry: createAccountLookup(TELEMETRIES) };

export const telemetryOperations = {
  createTelemetry: create,
  listTelemetries: list,
  getTelemetry: get,
  deleteTelemetry: remove,
  updateTelemetrySecret: updateSecret,
};
