import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { deletion, resolveReference } from '../engine.ts';
import { newInterface } from '../network.ts';
import { changedRow, put, removal, storedView } from '../objects.ts';
import { linksOf } from '../removals.ts';
import { collectionOf, type RowOf } from '../stored.ts';
import { INTERFACES, NODES, SERVICES } from '../tables/network.ts';

type InterfaceRow = RowOf<'interfaces'>;

const LONGEST_INTERFACE = 15;
const PART = /s(\d+)$/;

function isBrokenOut({ body }: InterfaceRow): boolean {
  const { split } = body.members;
  return typeof split === 'string' && split !== '1';
}

/** Breaks an interface out: it becomes the first of its parts. */
const breakout: Handler<'air', 'interfaces_breakout', InterfaceRow> = async (context) => {
  const { target: row, body } = context;
  const { name, interface_type, node: nodeId } = row.body.members;
  if (isBrokenOut(row)) throw new Problem('bad_state', 'The interface is already broken out.');
  if (interface_type !== 'DATA_PLANE_INTF') {
    const message = `The interface is of type \`${interface_type}\`; only one of \`DATA_PLANE_INTF\` can be broken out.`;
    throw new Problem('bad_state', message);
  }
  const node = await resolveReference(context, NODES, 'node', nodeId);
  if (`${name}s${body.split_count - 1}`.length > LONGEST_INTERFACE) {
    const message = `The name \`${name}\` is too long: its parts would have more than ${LONGEST_INTERFACE} characters.`;
    throw new Problem('bad_state', message);
  }
  const split = String(body.split_count);
  const first = changedRow(row, INTERFACES, context.now, { members: { name: `${name}s0`, split } });
  const others = Array.from({ length: body.split_count - 1 }, (_, index) =>
    newInterface(context, node, { name: `${name}s${index + 1}`, interface_type, split }),
  );
  const links = await linksOf(context, row);
  await context.store.collections.commit([put(first), ...others.map(put), ...links.map(removal)]);
  return { status: 200, body: [first, ...others].map(storedView) };
};

/** The parts of one interface, in their order. */
async function partsOf({ store }: AuthenticatedContext, { body }: InterfaceRow): Promise<readonly InterfaceRow[]> {
  const { name, node } = body.members;
  const whole = name.replace(PART, '');
  const numbered = (await collectionOf(INTERFACES).ofParent(store.collections, node)).flatMap((row) => {
    const { name: other } = row.body.members;
    const number = PART.exec(other)?.[1];
    const isPart = number !== undefined && isBrokenOut(row) && other.replace(PART, '') === whole;
    return isPart ? [{ row, number: Number(number) }] : [];
  });
  return numbered.toSorted((one, other) => one.number - other.number).map(({ row }) => row);
}

/** Deletes the parts of an interface but the first, which gets the name of the whole. */
const revertBreakout: Handler<'air', 'interfaces_revert_breakout', InterfaceRow> = async (context) => {
  const { store, now, target: row } = context;
  const [first, ...others] = await partsOf(context, row);
  if (!isBrokenOut(row) || first === undefined) throw new Problem('bad_state', 'The interface is not broken out.');
  for (const part of [first, ...others]) {
    const services = await collectionOf(SERVICES).ofParent(store.collections, part.id);
    if (services.length === 0) continue;
    const message = `The interface \`${part.body.members.name}\` has a service; delete it first.`;
    throw new Problem('bad_state', message);
  }
  const links = await linksOf(context, first);
  const gone = await Promise.all(others.map((part) => deletion(context, INTERFACES, part)));
  const name = first.body.members.name.replace(PART, '');
  const whole = changedRow(first, INTERFACES, now, { members: { name, split: null } });
  await store.collections.commit([...gone.flat(), ...links.map(removal), put(whole)]);
  return { status: 200, body: storedView(whole) };
};

export const breakoutOperations = {
  interfaces_breakout: breakout,
  interfaces_revert_breakout: revertBreakout,
};
