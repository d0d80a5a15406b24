import type { Handler } from '../../../contract/request.ts';
import { type Instant, rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { accountOf } from '../caller.ts';
import { FUNCTIONS, type FunctionRow } from '../functions.ts';
import { picked } from '../members.ts';
import { addObject, changeTarget, objectsOf } from '../objects.ts';
import { ofAccount } from './lookups.ts';

export const TELEMETRIES = 'nvcf.telemetries';
/** Of one account, as published. */
const MOST = 25;

interface Telemetry {
  readonly telemetryId: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly [member: string]: unknown;
}

function view({ createdAt, ...telemetry }: Telemetry) {
  return { ...telemetry, createdAt: rfc3339(createdAt) };
}

const create: Handler = async (context) => {
  const { random, now } = context;
  const body = context.body as { secret: { name: string } };
  const name = body.secret.name;
  if ((await objectsOf<Telemetry>(context, TELEMETRIES)).some((one) => one.name === name)) {
    throw new Problem('conflict', `Telemetry '${name}' exists already`);
  }
  const telemetry: Telemetry = {
    ...picked(body, ['endpoint', 'protocol', 'provider', 'types']),
    telemetryId: random.uuid(),
    name,
    createdAt: now,
  };
  await addObject(context, TELEMETRIES, telemetry.telemetryId, telemetry, { limit: MOST });
  return { status: 200, body: { telemetry: view(telemetry) } };
};

const list: Handler = async (context) => ({
  status: 200,
  body: { telemetries: (await objectsOf<Telemetry>(context, TELEMETRIES)).map(view) },
});

const get: Handler = ({ target }) => ({
  status: 200,
  body: { telemetry: view((target as Row).body as Telemetry) },
});

const remove: Handler = async (context) => {
  const { id } = context.target as Row;
  const functions = await context.store.collections.ofOwner(FUNCTIONS, accountOf(context));
  const user = functions.find((row) => usesTelemetry(row as FunctionRow, id));
  if (user !== undefined) {
    throw new Problem(
      'bad_state',
      `Telemetry id '${id}': In use by function id '${user.parent}', version '${user.id}'`,
    );
  }
  await changeTarget(context, () => null);
  return { status: 204 };
};

function usesTelemetry({ body }: FunctionRow, id: string): boolean {
  return Object.values((body.definition['telemetries'] ?? {}) as Record<string, unknown>).includes(id);
}

/** The secret itself is not kept: nothing ever shows it. */
const updateSecret: Handler = async (context) => {
  const { secret } = context.body as { secret: { name: string } };
  await changeTarget<Telemetry>(context, (before) => ({ ...before, name: secret.name }));
  return { status: 204 };
};

export const telemetryLookups = { telemetry: ofAccount(TELEMETRIES) };

export const telemetryOperations = {
  createTelemetry: create,
  listTelemetries: list,
  getTelemetry: get,
  deleteTelemetry: remove,
  updateTelemetrySecret: updateSecret,
};
