import {
  decideOnResource,
  isEnough,
  missingRightsOf,
  objectsOf,
  type PendingChange,
  type ResourceState,
  serviceOfKey,
  type Verdict,
} from '../../decisions/decide.ts';
import type { Decision, DecisionInput } from '../../decisions/decision.ts';
import { type FindFixes, type Fix, namePrincipal, quote } from '../../decisions/explaining/index.ts';
import type { HeldRights, Resource } from '../../decisions/policy.ts';
import { type DenyReason, labelOfType, labelsOfResources, REASONS_OF_RIGHTS } from '../../decisions/reasons.ts';
import { permissionsOfRoles, type Ruleset } from '../../decisions/ruleset.ts';
import { rfc3339 } from '../../lib/clock.ts';
import { own } from '../../lib/members.ts';
import { editPolicy, type GivenResource } from './key-policy.ts';

/** Finds fixes for a refused key: wait for a recorded edit to take effect, or edit the key with the control API. */
export const findKeyFixes: FindFixes = (decision, input, reason) => {
  const { pending } = decision.rights ?? {};
  if (pending?.effect === 'allow') return { fixes: [buildPropagationFix(decision, input, pending)] };
  if (!REASONS_OF_RIGHTS.has(reason)) return null;
  const { kind } = input.caller.principal;
  if (kind === 'trusted-token') return { fixes: [ASK_THE_ISSUER] };
  if (kind === 'admin-token')
    return { fixes: [input.accessRequest.rule.closed === true ? USE_ANOTHER_ISSUER : USE_A_KEY] };
  if (kind === 'organization-user') return { fixes: buildUserFixes(input), otherwise: reason };
  // A service key has no roles, so it can't get rights that only roles grant.
  if (kind !== 'personal-key' && serviceOfKey(input.accessRequest.ruleset, kind) === null) {
    return { fixes: [], otherwise: reason };
  }
  return { fixes: buildKeyFixes(input), otherwise: findRemainingReason(input, reason) };
};

/** The issuer gives every admin token the same scopes. */
const USE_A_KEY: Fix = {
  kind: 'credential',
  text: 'use a key that has the scope, created with `POST /v1/keys` or `POST /_mock/keys`: the scopes of an admin token are fixed',
};

const ASK_THE_ISSUER: Fix = {
  kind: 'credential',
  text: 'have the issuer add the scope to the `scopes` claim, which must be a list of strings, and get a new token',
};

const USE_ANOTHER_ISSUER: Fix = {
  kind: 'credential',
  text: 'use a token from an issuer of `--nvcf-trusted-issuer` with the scope in `scopes`: no key can do this, and the scopes of an admin token are fixed',
};

function findRemainingReason(input: DecisionInput, reason: DenyReason): DenyReason {
  if (reason !== 'service_not_enabled') return reason;
  const next = verdictFor(input, buildServiceChange(input).held);
  return next.effect === 'deny' ? next.reason : reason;
}

/** A recorded edit already grants the right. Flushing helps only if the newest version allows the request. */
function buildPropagationFix({ at }: Decision, input: DecisionInput, { version, effectiveAt }: PendingChange): Fix {
  const { principal, held } = input.caller;
  const newest = held.pending.at(-1);
  const canFlush = newest !== undefined && verdictFor(input, { ...held, ...newest }).effect === 'allow';
  const text = `wait until ${rfc3339(effectiveAt)}, when version ${version} takes effect, or move the clock there (\`POST /_mock/clock/advance\`)`;
  return {
    kind: 'propagation',
    text: canFlush ? `${text}; or apply it now` : text,
    request: canFlush
      ? { method: 'POST', path: '/_mock/propagation/flush', body: { keyId: principal.id } }
      : { method: 'POST', path: '/_mock/clock/advance', body: { by: `${effectiveAt - at}ms` } },
  };
}

/** A change to a key: the resulting rights, the body of the request, and descriptions. */
interface Change {
  readonly held: HeldRights;
  readonly body: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}

/** For a key of another service, returns only the smallest change, because the usual fix is a different key. */
function buildKeyFixes(input: DecisionInput): Fix[] {
  const { principal } = input.caller;
  const withService = buildServiceChange(input);
  const changes =
    principal.kind === 'personal-key' ? buildRoleChanges(input, withService) : buildPolicyChanges(input, withService);
  const sufficient = changes.filter(({ held }) => verdictFor(input, held).effect === 'allow');
  return (withService.texts.length === 0 ? sufficient : selectSmallest(sufficient)).map(({ body, texts }) => ({
    kind: 'policy',
    text: `${namePrincipal(principal)}: ${texts.join(', and ')}`,
    request: { method: 'PATCH', path: `/_mock/keys/${principal.id}`, body },
  }));
}

/** Roles belong to the user; they can be changed through any personal key of the user in the organisation. */
function buildUserFixes(input: DecisionInput): Fix[] {
  const { principal, held } = input.caller;
  const changes = buildRoleChanges(input, { held, body: {}, texts: [] });
  const sufficient = changes.filter((change) => verdictFor(input, change.held).effect === 'allow');
  return selectSmallest(sufficient).map(({ held: { roles } }) => ({
    kind: 'policy',
    text: `give ${namePrincipal(principal)} the role ${quote(roles.filter((role) => !held.roles.includes(role)))}: send all roles as \`roles\` with \`PATCH /_mock/keys/{id}\`, where the key is a personal key of the user in \`${principal.org}\` (create one with \`POST /_mock/keys\`)`,
  }));
}

/** Picks the change with the fewest rights, preferring one that names its objects. */
function selectSmallest(changes: readonly Change[]): readonly Change[] {
  const sizeOf = ({ held: { permissions, resources } }: Change) =>
    2 * permissions.size + (resources?.some(({ ids }) => ids === undefined) === true ? 1 : 0);
  const min = Math.min(...changes.map(sizeOf));
  return changes.filter((change) => sizeOf(change) === min).slice(0, 1);
}

function verdictFor({ accessRequest, caller: { principal }, lookedUp }: DecisionInput, held: HeldRights): Verdict {
  const object = lookedUp ?? assumeOwnedObject(accessRequest);
  return decideOnResource(accessRequest, { principal, held: { ...held, pending: [] } }, object);
}

/** Stands in for an object that a body names and that was not read: a fix must work for any object of the account. */
function assumeOwnedObject({ rule: { cover } }: DecisionInput['accessRequest']): ResourceState | null {
  const isInBody = cover !== undefined && cover.param === undefined;
  return isInBody ? { found: 'object', attributes: { relation: 'owned', names: {} } } : null;
}

/** Edits build on the latest recorded version, even if it is not in force yet. */
function buildServiceChange({ accessRequest: { ruleset }, caller }: DecisionInput): Change {
  const { permissions, resources } = caller.held.pending.at(-1) ?? caller.held;
  const held = { ...caller.held, permissions, resources };
  const { services } = held;
  const service = serviceOfKey(ruleset, caller.principal.kind);
  if (services === null || service === null || services.includes(service)) return { held, body: {}, texts: [] };
  const wider = [...services, service];
  return {
    held: { ...held, services: wider },
    body: { services: wider },
    texts: [`add the service \`${service}\``],
  };
}

function buildRoleChanges({ accessRequest: { rule, ruleset } }: DecisionInput, from: Change): Change[] {
  const { held } = from;
  const missingRoles = (rule.needs.roles ?? []).filter((role) => !held.roles.includes(role));
  if (missingRoles.length === 0 && isEnough(missingRightsOf(rule, held, held.roles))) return [from];
  const choices = missingRoles.length > 0 ? [missingRoles] : ruleset.tables.roles.map(({ name }) => [name]);
  return choices.map((added) => {
    const roles = [...held.roles, ...added];
    return {
      held: { ...held, roles, permissions: permissionsOfRoles(ruleset.tables, roles) },
      body: { ...from.body, roles },
      texts: [...from.texts, `grant its user the role ${quote(added)}`],
    };
  });
}

function buildPolicyChanges(input: DecisionInput, from: Change): Change[] {
  const { ruleset } = input.accessRequest;
  return buildScopeChanges(input, from)
    .flatMap((change) =>
      verdictFor(input, change.held).effect === 'allow' ? [change] : buildResourceChanges(input, change),
    )
    .map((change) => makeStorable(ruleset, change, from.held));
}

/** Adds the resource types that the scopes require, and `force` for combinations that the documents rule out. */
function makeStorable(ruleset: Ruleset, change: Change, before: HeldRights): Change {
  const { held, texts } = change;
  const resources = held.resources ?? [];
  const absent = ruleset.tables.permissions.flatMap(({ id, onlyOn }) =>
    held.permissions.has(id) && onlyOn?.every((type) => resources.every((resource) => resource.type !== type))
      ? onlyOn.slice(0, 1)
      : [],
  );
  const wider = [...resources, ...[...new Set(absent)].map((type) => ({ type }))];
  const scopes = change.body['scopes'] === undefined ? undefined : [...held.permissions];
  const isBound = change.body['resource'] !== undefined;
  if (scopes === undefined && !isBound) return change;
  const isWider = wider.length > resources.length;
  const isBinding = isWider || isBound;
  const labelled = labelResources(ruleset, wider);
  const { faults } = editPolicy(
    [ruleset],
    { scopes: [...before.permissions], resources: before.resources ?? [] },
    { scopes, resources: isBinding ? labelled : undefined },
  );
  return {
    held: { ...held, resources: wider },
    body: {
      ...change.body,
      ...(isBinding && { resource: labelled.length === 1 ? labelled[0] : labelled }),
      ...(faults.some(({ forceable }) => forceable) && { force: true }),
    },
    texts: isWider ? [...texts.filter((text) => !text.startsWith(BIND)), describeBinding(ruleset, wider)] : texts,
  };
}

const BIND = 'bind it to ';

function describeBinding(ruleset: Ruleset, resources: readonly Resource[]): string {
  return `${BIND}${quote(labelsOfResources(ruleset, resources))}`;
}

function labelResources(ruleset: Ruleset, resources: readonly Resource[]): readonly GivenResource[] {
  return resources.map(({ type, ...rest }) => ({ type: labelOfType(ruleset, type), ...rest }));
}

/** Each change adds all missing scopes of `all`, and one of `any`. */
function buildScopeChanges({ accessRequest: { rule } }: DecisionInput, from: Change): Change[] {
  const { held } = from;
  const missing = missingRightsOf(rule, held, held.roles);
  if (isEnough(missing)) return [from];
  const { missing: all, missingAnyOf: any = [] } = missing;
  const choices = any.length === 0 ? [all] : any.map((scope) => [...all, scope]);
  return choices.map((added) => {
    const scopes = [...held.permissions, ...added];
    return {
      held: { ...held, permissions: new Set(scopes) },
      body: { ...from.body, scopes },
      texts: [...from.texts, `add the scope ${quote(added)}`],
    };
  });
}

/** One change per accepted type, with the object's id if the type has ids. */
function buildResourceChanges({ accessRequest: { rule, ruleset }, lookedUp }: DecisionInput, from: Change): Change[] {
  const attributes = lookedUp?.found === 'object' ? lookedUp.attributes : undefined;
  const before = from.held.resources ?? [];
  return (rule.on ?? []).flatMap((type): Change[] => {
    const row = ruleset.resourceTypes.get(type);
    if (row === undefined) return [];
    const named = attributes === undefined ? [] : objectsOf(attributes).map(({ names }) => own(names, type) ?? []);
    // An object with several names needs only one of them, but every object needs one.
    const [first = [], ...others] = named;
    const choices =
      row.names === null ? [undefined] : first.map((name) => [name, ...others.flatMap((names) => names.slice(0, 1))]);
    return choices.map((ids) => {
      const resources = addResource(ruleset, from.held.permissions, before, { type, ...(ids && { ids }) });
      return {
        held: { ...from.held, resources },
        body: { ...from.body, resource: labelResources(ruleset, resources) },
        texts: [...from.texts, describeBinding(ruleset, resources)],
      };
    });
  });
}

/** Extends a resource of the same type, or replaces those types of the service that no scope requires. */
function addResource(
  { tables, resourceTypes }: Ruleset,
  held: ReadonlySet<string>,
  before: readonly Resource[],
  added: Resource,
): readonly Resource[] {
  const same = before.find(({ type }) => type === added.type);
  if (same !== undefined) {
    const ids = added.ids && [...new Set([...(same.ids ?? []), ...added.ids])];
    return before.map((resource) => (resource === same ? { type: added.type, ...(ids && { ids }) } : resource));
  }
  const bound = tables.permissions.filter(({ id, onlyOn }) => held.has(id) && onlyOn?.includes(added.type) === false);
  const needed = before.filter(
    ({ type }) => !resourceTypes.has(type) || bound.some(({ onlyOn }) => onlyOn?.includes(type) === true),
  );
  return [...needed, added];
}
