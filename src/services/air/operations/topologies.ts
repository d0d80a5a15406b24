import type { Context, Handler } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { Problem } from '../../../core/problem.ts';
import type { Row } from '../../../store/collections.ts';
import { NotFound } from '../../../store/errors.ts';
import { mustOwn, targetOf } from '../engine.ts';
import { entry } from '../histories.ts';
import { type AirRow, changedRow, collectionOf, newRow, put } from '../objects.ts';
import { IMAGES } from '../tables/resources/images.ts';
import { SIMULATION_ZTP_SCRIPT } from '../tables/resources/simulation-ztp-script.ts';
import { SIMULATIONS } from '../tables/resources/simulations.ts';
import { built, networkOf, readTopology, topologyOf } from '../topology.ts';
import { newSimulation, simulationView } from './simulations.ts';

interface Given {
  readonly format: string;
  readonly content: unknown;
  readonly name?: string;
  readonly ztp?: string | null;
}

/** A simulation out of a file: all of it, or nothing. */
const importOne: Handler = async (context) => {
  const { format, content, name, ztp } = context.body as Given;
  const topology = readTopology(format, content);
  const members = { name, sleep_at: null, expires_at: null, documentation: null, metadata: null };
  const draft = newSimulation(context, members, 'import');
  const oob = { auto_oob_enabled: topology.oob, enable_dhcp: topology.oob };
  const row = newRow(context, SIMULATIONS, { ...draft, members: { ...draft.members, ...oob } });
  const script = typeof ztp === 'string' && ztp !== '' ? [put(newScript(context, row.id, ztp))] : [];
  const parts = await built(context, row.id, topology);
  const note = entry(context, 'simulation', row.id, `Imported from ${format}`);
  await context.store.collections.commit([put(row), ...parts, ...script, note]);
  return { status: 201, body: simulationView(context, row) };
};

/** What a file would become, with nothing made. */
const parse: Handler = async (context) => {
  const { format, content, name } = context.body as Given;
  const { nodes, links, oob } = readTopology(format, content);
  return { status: 200, body: { ...(name !== undefined && { name }), nodes, links, oob } };
};

const exportOne: Handler = async (context) => {
  const row = targetOf(context);
  const { store, query } = context;
  const network = await networkOf(context, row.id);
  const ids = [...new Set(network.nodes.map(({ body }) => String(body.members['image'])))];
  const images = (await Promise.all(
    ids.map((id) => store.collections.byId(collectionOf(IMAGES), id)),
  )) as (AirRow | null)[];
  const names = new Map(
    images.flatMap((image) => (image === null ? [] : [[image.id, String(image.body.members['name'])]])),
  );
  const imageName = (id: string) => (query['image_ids'] === true ? id : (names.get(id) ?? id));
  const oob = row.body.members['auto_oob_enabled'] === true;
  const script = (await store.collections.byId(SCRIPTS, row.id)) as AirRow | null;
  const content = { ...topologyOf(network, imageName), oob };
  const ztp = script === null ? null : String(script.body.members['content']);
  return { status: 200, body: { format: 'JSON', name: String(row.body.members['name']), content, ztp } };
};

const SCRIPTS = collectionOf(SIMULATION_ZTP_SCRIPT);

/** A script has the id of its simulation, so there is one at most. */
function newScript(context: Context, simulation: string, content: string): AirRow {
  return newRow(context, SIMULATION_ZTP_SCRIPT, { members: { content }, parent: simulation }, simulation);
}

function scriptView({ body: { created, modified, members } }: AirRow) {
  return { created: rfc3339(created), modified: rfc3339(modified), content: members['content'] };
}

const createScript: Handler = async (context) => {
  const simulation = targetOf(context);
  mustOwn(context, simulation);
  const { content } = context.body as { content: string };
  if ((await context.store.collections.byId(SCRIPTS, simulation.id)) !== null) {
    throw new Problem('bad_state', 'The simulation has a ZTP script already; change it with PATCH.');
  }
  const row = newScript(context, simulation.id, content);
  await context.store.collections.commit([put(row)]);
  return { status: 201, body: scriptView(row) };
};

const getScript: Handler = async (context) => {
  const row = await context.store.collections.byId(SCRIPTS, targetOf(context).id);
  if (row === null) throw new Problem('not_found');
  return { status: 200, body: scriptView(row as AirRow) };
};

const updateScript: Handler = async (context) => {
  const { content } = context.body as { content?: string };
  const row = await changedScript(context, (before) =>
    changedRow(
      before as AirRow,
      SIMULATION_ZTP_SCRIPT,
      context.now,
      content === undefined ? {} : { members: { content } },
    ),
  );
  return { status: 200, body: scriptView(row as AirRow) };
};

const deleteScript: Handler = async (context) => {
  await changedScript(context, () => null);
  return { status: 204 };
};

async function changedScript(context: Context, change: (row: Row) => Row | null): Promise<Row | null> {
  const simulation = targetOf(context);
  mustOwn(context, simulation);
  try {
    return await context.store.collections.change(SCRIPTS, simulation.id, change);
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
}

export const topologyOperations = {
  simulations_import: importOne,
  simulations_parse: parse,
  simulations_export: exportOne,
  simulation_ztp_script_create: createScript,
  simulation_ztp_script_get: getScript,
  simulation_ztp_script_update: updateScript,
  simulation_ztp_script_delete: deleteScript,
};
