import type { AuthenticatedContext } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { HandlersOf } from '../crud.ts';
import { findLinks, planDeletion } from '../deletions.ts';
import { createInterface } from '../network.ts';
import { changeRow, createPut, createRemoval, renderStored } from '../objects.ts';
import { resolveReference } from '../references.ts';
import { collectionOf, type RowOf } from '../stored.ts';
import { INTERFACES, NODES, SERVICES } from '../tables/network.ts';

type InterfaceRow = RowOf<'interfaces'>;

const MAX_INTERFACE_NAME_LENGTH = 15;
/** The end of the name of a part, such as `s0`. */
const PART_SUFFIX = /s(\d+)$/;

/** Returns whether an interface is a part of a split one. The value `1` means that it is whole. */
function isBrokenOut({ body }: InterfaceRow): boolean {
  const { split } = body.members;
  return typeof split === 'string' && split !== '1';
}

/** Finds the other interfaces of the same node. */
async function findOthers({ store }: AuthenticatedContext, row: InterfaceRow): Promise<readonly InterfaceRow[]> {
  const all = await collectionOf(INTERFACES).ofParent(store.collections, row.body.members.node);
  return all.filter(({ id }) => id !== row.id);
}

/** @throws Problem naming the interface */
function assertUnusedNames(names: readonly string[], interfaces: readonly InterfaceRow[]): void {
  const wantedNames = new Set(names);
  const taken = interfaces.find(({ body }) => wantedNames.has(body.members.name))?.body.members.name;
  if (taken === undefined) return;
  throw new Problem('bad_state', `The node already has an interface \`${taken}\`; rename or delete it first.`);
}

/** Finds the other parts of an interface. Relies on names only if the parts were created with `split`. */
function findOtherParts({ body }: InterfaceRow, interfaces: readonly InterfaceRow[]): readonly InterfaceRow[] {
  const { whole } = body.hidden;
  const { name } = body.members;
  if (whole) return interfaces.filter((other) => other.body.hidden.whole?.id === whole.id);
  if (!PART_SUFFIX.test(name)) return [];
  return interfaces.filter((other) => {
    const otherName = other.body.members.name;
    const isNamedPart = PART_SUFFIX.test(otherName) && readWholeName(otherName) === readWholeName(name);
    return isNamedPart && !other.body.hidden.whole && isBrokenOut(other);
  });
}

function readWholeName(name: string): string {
  return name.replace(PART_SUFFIX, '');
}

/** Returns the part that a revert keeps: the original interface or, if it was deleted, that with the lowest number. */
function findFirstPart(parts: readonly [InterfaceRow, ...InterfaceRow[]]): InterfaceRow {
  const rank = ({ id, body }: InterfaceRow) =>
    id === body.hidden.whole?.id ? -1 : Number(PART_SUFFIX.exec(body.members.name)?.[1] ?? Number.MAX_SAFE_INTEGER);
  return parts.reduce((first, part) => (rank(part) < rank(first) ? part : first));
}

export const breakoutOperations = {
  /** Splits an interface into parts. The interface itself becomes the first part. */
  interfaces_breakout: async (context) => {
    const { target: row, body } = context;
    const { name, interface_type, node: nodeId } = row.body.members;
    if (isBrokenOut(row)) throw new Problem('bad_state', 'The interface is already broken out.');
    if (interface_type !== 'DATA_PLANE_INTF') {
      const message = `The interface has the type \`${interface_type}\`; expected \`DATA_PLANE_INTF\`.`;
      throw new Problem('bad_state', message);
    }
    const node = await resolveReference(context, NODES, 'node', nodeId);
    if (`${name}s${body.split_count - 1}`.length > MAX_INTERFACE_NAME_LENGTH) {
      const message = `The name \`${name}\` is too long: the names of its parts would exceed ${MAX_INTERFACE_NAME_LENGTH} characters. Rename the interface first.`;
      throw new Problem('bad_state', message);
    }
    const names = Array.from({ length: body.split_count }, (_, index) => `${name}s${index}`);
    assertUnusedNames(names, await findOthers(context, row));
    const whole = { id: row.id, name };
    const parts = names.map((partName, index) => {
      const part = index === 0 ? row : createInterface(context, node, { name: partName, interface_type });
      const members = { name: partName, split: String(body.split_count) };
      return changeRow(part, INTERFACES, context.now, { members, hidden: { whole } });
    });
    const links = await findLinks(context, row);
    await context.store.collections.commit([...parts.map(createPut), ...links.map(createRemoval)]);
    return { status: 200, body: parts.map(renderStored) };
  },
  /** Deletes all parts except the first, which gets back the original name. */
  interfaces_revert_breakout: async (context) => {
    const { store, now, target: row } = context;
    if (!isBrokenOut(row)) throw new Problem('bad_state', 'The interface is not broken out.');
    const others = await findOthers(context, row);
    const parts = [row, ...findOtherParts(row, others)] as const;
    for (const part of parts) {
      const services = await collectionOf(SERVICES).ofParent(store.collections, part.id);
      if (services.length === 0) continue;
      const message = `The interface \`${part.body.members.name}\` has a service; delete it first.`;
      throw new Problem('bad_state', message);
    }
    const first = findFirstPart(parts);
    const name = first.body.hidden.whole?.name ?? readWholeName(first.body.members.name);
    assertUnusedNames(
      [name],
      others.filter((other) => !parts.includes(other)),
    );
    const links = await findLinks(context, first);
    const deletions = await Promise.all(
      parts.filter((part) => part !== first).map((part) => planDeletion(context, INTERFACES, part)),
    );
    const whole = changeRow(first, INTERFACES, now, { members: { name, split: null }, hidden: { whole: null } });
    await store.collections.commit([...deletions.flat(), ...links.map(createRemoval), createPut(whole)]);
    return { status: 200, body: renderStored(whole) };
  },
} satisfies HandlersOf<'interfaces'>;
