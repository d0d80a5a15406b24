import type { Schema } from '../../../contract/documented.ts';
import type { Context, Handler } from '../../../contract/request.ts';
import { quote } from '../../../core/explaining/index.ts';
import type { Policy } from '../../../core/policy.ts';
import { Problem } from '../../../core/problem.ts';
import { editKey, issueKey, newestPolicy, reportUseless, rotateKey } from '../../../kits/ngc/keyring.ts';
import { ngcKeysIn } from '../../../ngc-keys/index.ts';
import type { KeyInForce, Organization } from '../../../ngc-keys/records.ts';
import { NotFound } from '../../../store/errors.ts';
import { checkedPolicy, checkedServices, checkRoles, expiryOf, refuseMembers } from '../key-checks.ts';
import { keyView } from '../key-view.ts';
import { shortPage } from '../lists.ts';

const DEFAULT_LIMIT = 100;

/** The context of a request whose path names a key. */
interface Naming extends Context {
  readonly params: { readonly keyId: string };
}

const create: Handler<'control', 'create_key'> = async (context) => {
  const { now, body: order } = context;
  const isService = order.type === 'service';
  const { name: org } = await organizationOf(context, order.org);
  if (!isService)
    refuseMembers(
      order,
      ['scopes', 'resource'],
      'it is a member of service keys; the rights of a personal key are the `roles` of its user',
    );
  else
    refuseMembers(
      order,
      ['user', 'roles'],
      'it is a member of personal keys; the rights of a service key are its `scopes` and `resource`',
    );
  const person = isService ? null : await personOf(context, org, order);
  const { id, text } = await issueKey(
    context,
    now,
    {
      org,
      type: order.type,
      name: order.name,
      description: null,
      services: checkedServices(context.laws, order.services),
      user: person?.email ?? null,
      roles: person?.roles ?? [],
      expiresAt: expiryOf(order.expiresAt, now) ?? null,
      policy: isService ? checkedPolicy(context.laws, order, null) : null,
    },
    null,
  );
  const key = await keyOf(context, id);
  return { status: 201, body: { ...(await keyView(context, key)), key: text, ...(await warned(context, key)) } };
};

async function organizationOf({ store }: Context, name: string | undefined): Promise<Organization> {
  const all = await ngcKeysIn(store).organizations();
  const [first] = all;
  const found = name === undefined ? first : all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const message =
    first === undefined
      ? 'This world has no organisation, so no key can be made in it; start it of a seed that has one.'
      : `Field \`org\` names an unknown organisation; expected one of ${quote(all.map((one) => one.name))}.`;
  throw new Problem('invalid_request', message);
}

/** The owner of a personal key: a known user, or a new one who has these roles. */
async function personOf(
  { store, laws }: Context,
  org: string,
  { user, roles, name, services }: Schema<'control', 'KeyOrder'>,
) {
  if (roles !== undefined) checkRoles(laws, roles, services);
  if (user === undefined && roles === undefined) {
    throw new Problem(
      'invalid_request',
      'Field `user` or `roles` is missing; a personal key has the rights of its user.',
    );
  }
  const email = user ?? `${name.replaceAll(/[^A-Za-z0-9.-]+/g, '-').toLowerCase()}@${org}.test`;
  const known = await ngcKeysIn(store).user(org, email);
  if (user !== undefined && known === null && roles === undefined) {
    throw new Problem(
      'invalid_request',
      `Field \`user\` names nobody of \`${org}\`; give \`roles\` too, and the user is made.`,
    );
  }
  if (known !== null && roles !== undefined && [...known.roles].sort().join() !== [...roles].sort().join()) {
    const message = `\`${email}\` has the roles ${quote(known.roles) || 'none'} already; leave \`roles\` out, or change them with \`PATCH /_mock/keys/{id}\`.`;
    throw new Problem('conflict', message);
  }
  return { email, roles: known?.roles ?? roles ?? [] };
}

const list: Handler<'control', 'list_keys'> = async (context) => {
  const { org, ...query } = context.query;
  const ngcKeys = ngcKeysIn(context.store);
  // A key that was made between the two has a place that is not used.
  const all = await ngcKeys.list({ org }, Number.MAX_SAFE_INTEGER, context.now);
  const places = await ngcKeys.places();
  const placed = all.flatMap((inForce) => {
    const { id, createdAt: at } = inForce.key;
    const place = places.get(id);
    return place === undefined ? [] : [{ id, at, place: [place] as const, inForce }];
  });
  const { entries, extent } = shortPage(placed, query, 'oldest first', { fallback: DEFAULT_LIMIT });
  const keys = await Promise.all(entries.map(({ inForce }) => keyView(context, inForce)));
  return { status: 200, body: { keys, ...extent } };
};

const get: Handler<'control', 'get_key'> = async (context) => ({
  status: 200,
  body: await keyView(context, await found(context)),
});

const update: Handler<'control', 'update_key'> = async (context) => {
  const { now, laws, body: edit } = context;
  const before = await found(context);
  const { key } = before;
  if (key.type === 'personal')
    refuseMembers(
      edit,
      ['scopes', 'resource'],
      'it is a member of service keys, and this key is personal; edit its `roles`',
    );
  else
    refuseMembers(
      edit,
      ['roles'],
      'it is a member of personal keys, and this is a service key; edit its `scopes` and `resource`',
    );
  if (edit.roles !== undefined) checkRoles(laws, edit.roles, edit.services ?? key.services);
  const { name, status, services, roles } = edit;
  const expiresAt = expiryOf(edit.expiresAt, now);
  const isPolicy = edit.scopes !== undefined || edit.resource !== undefined;
  // What the edit does not name stays as it is then, whoever edits the key meanwhile.
  const policy = (newest: Policy | null) => checkedPolicy(laws, edit, newest);
  if (isPolicy) policy(await newestPolicy(context, before));
  await stillThere(
    editKey(context, now, key, {
      ...(name !== undefined && { name }),
      ...(status !== undefined && { enabled: status === 'active' }),
      ...(services !== undefined && { services: checkedServices(laws, services) }),
      ...(roles !== undefined && { roles }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(isPolicy && { policy }),
    }),
  );
  const after = await found(context);
  return { status: 200, body: { ...(await keyView(context, after)), ...(await warned(context, after)) } };
};

const remove: Handler<'control', 'delete_key'> = async (context) => {
  await stillThere(ngcKeysIn(context.store).delete((await found(context)).key.id));
  return { status: 204 };
};

const rotate: Handler<'control', 'rotate_key'> = async (context) => {
  const { key } = await found(context);
  const text = await stillThere(rotateKey(context, key.id));
  return { status: 200, body: { ...(await keyView(context, await found(context))), key: text } };
};

export const keyOperations = {
  create_key: create,
  list_keys: list,
  get_key: get,
  update_key: update,
  delete_key: remove,
  rotate_key: rotate,
};

function found(context: Naming): Promise<KeyInForce> {
  return keyOf(context, context.params.keyId);
}

async function keyOf({ store, now }: Context, id: string): Promise<KeyInForce> {
  const key = await ngcKeysIn(store).byId(id, now);
  if (key === null) throw new Problem('not_found', 'There is no key of this id; `GET /_mock/keys` lists them.');
  return key;
}

/** Warns of a key that can do nothing: legal, but hardly intended. */
async function warned(context: Context, key: KeyInForce): Promise<{ readonly warnings?: readonly string[] }> {
  const warnings = await reportUseless(context, context.now, key);
  return warnings.length === 0 ? {} : { warnings };
}

/** Another request may have deleted the key since it was looked up. */
async function stillThere<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found', 'The key was deleted meanwhile.') : thrown;
  }
}
