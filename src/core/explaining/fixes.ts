import { type GivenResource, readPolicy } from '../../kits/ngc/key-policy.ts';
import { rfc3339 } from '../clock.ts';
import { decideAndCover, isEnough, lackOf, type Pending, type Verdict } from '../decide.ts';
import type { Decision, Evidence } from '../decision.ts';
import { type Law, permissionsOfRoles } from '../law.ts';
import { own } from '../own.ts';
import type { Resource, Standing } from '../policy.ts';
import type { RemedyRow, RoleRow, Tables } from '../rule.ts';
import { WORLD_HEADER, worldPath } from '../world-id.ts';
import type { DenyReason } from './reasons.ts';
import { describeLack, labelOfType, labelsOfResources, namePrincipal, quote } from './wording.ts';

/** One change that would turn a refusal, or the first step of it. */
export interface Fix {
  readonly kind: RemedyRow['kind'] | 'role' | 'grant' | 'policy' | 'propagation';
  readonly text: string;
  /** The roles that would do, where the fix is a role. */
  readonly roles?: readonly string[];
  /** The call that makes the change: of the switchboard, or of the vendor's own API by somebody who may. */
  readonly request?: {
    readonly method: 'PATCH' | 'POST';
    readonly path: string;
    readonly body: Readonly<Record<string, unknown>>;
  };
}

/** The changes of rights that would turn a refusal, where a vendor gives rights in a way of its own. */
export type FindFixes = (evidence: Evidence) => readonly Fix[];

/** The smallest changes that would turn a refusal; none for an answer that was allowed, or that nothing would turn. */
export function findFixes(decision: Decision, tables: Tables, mend?: FindFixes): readonly Fix[] {
  const { reason, principal, evidence, pending } = decision;
  if (reason === null) return [];
  if (evidence !== undefined && pending?.effect === 'allow') return [propagationFix(decision, evidence, pending)];
  if (evidence !== undefined && FIXABLE.has(reason) && (mend !== undefined || isFixable(evidence))) {
    const told = (mend ?? keyFixes)(evidence);
    if (told.length > 0) return told;
    const absent = absenceOf(evidence);
    if (absent !== null) return remedyOf(absent, tables);
    return mend === undefined ? remedyOf(lastReason(evidence, reason), tables) : [];
  }
  if (reason === 'other_world' || reason === 'world_gone') return worldFixes(decision.ofWorld, reason);
  const remedy = remedyOf(reason, tables);
  if (remedy.length > 0) return remedy;
  const isLack = reason === 'missing_permission' || reason === 'missing_scope';
  return isLack && principal?.kind !== 'service-key' ? roleFixes(decision, tables.roles) : [];
}

/** What is of another world counts there; what is of a world that is gone counts nowhere. */
function worldFixes(world: string | undefined, reason: 'other_world' | 'world_gone'): readonly Fix[] {
  const ours = {
    kind: 'credential',
    text: 'use a credential of this world: `GET /_mock/cast` under the same prefix, host or header shows them',
  } as const;
  if (world === undefined) return [ours];
  if (reason === 'world_gone') {
    const anew = `make the world anew (\`POST /_mock/worlds\` with the id \`${world}\`), and it has the same credentials again`;
    return [ours, { kind: 'credential', text: anew }];
  }
  const there = `the credential is of the world \`${world}\`: call it below \`${worldPath(world)}\`, or with the header \`${WORLD_HEADER}: ${world}\``;
  return [{ kind: 'credential', text: there }, ours];
}

function remedyOf(reason: DenyReason, { remedies }: Tables): readonly RemedyRow[] {
  return [remedies[reason] ?? COMMON[reason] ?? []].flat();
}

/** What a key would still be refused for, were it made for the service. */
function lastReason(evidence: Evidence, reason: DenyReason): DenyReason {
  if (reason !== 'service_not_enabled') return reason;
  const next = verdictFor(evidence, serviceChange(evidence).standing);
  return next.effect === 'deny' ? next.reason : reason;
}

/** Why no rights would turn a refusal: what it is about is not there, or is somebody else's. */
function absenceOf({ sighting }: Evidence): 'no_such_object' | 'foreign_object' | null {
  if (sighting?.seen === 'nothing') return 'no_such_object';
  return sighting?.seen === 'foreign' ? 'foreign_object' : null;
}

/** Rights of keys can be edited, except where only roles bring them, and a service key has none. */
function isFixable({ question: { law }, caller: { principal } }: Evidence): boolean {
  return principal.kind === 'personal-key' || (principal.kind === 'service-key' && law.tables.product !== undefined);
}

/** Reasons that other rights of the same key would turn. */
const FIXABLE: ReadonlySet<DenyReason> = new Set([
  'service_not_enabled',
  'missing_role',
  'missing_permission',
  'missing_scope',
  'incompatible_resource_type',
  'resource_mismatch',
]);

/** What is needed is recorded already: nothing has to be edited. Counting now helps only if the newest version allows it. */
function propagationFix({ at }: Decision, evidence: Evidence, { version, effectiveAt }: Pending): Fix {
  const { principal, standing } = evidence.caller;
  const newest = standing.pending.at(-1);
  const canFlush = newest !== undefined && verdictFor(evidence, { ...standing, ...newest }).effect === 'allow';
  const text = `wait until ${rfc3339(effectiveAt)}, when version ${version} counts, or move the clock there (\`POST /_mock/clock/advance\`)`;
  return {
    kind: 'propagation',
    text: canFlush ? `${text}; or let it count now` : text,
    request: canFlush
      ? { method: 'POST', path: '/_mock/propagation/flush', body: { keyId: principal.id } }
      : { method: 'POST', path: '/_mock/clock/advance', body: { by: `${effectiveAt - at}ms` } },
  };
}

function roleFixes(decision: Decision, roles: readonly RoleRow[]): Fix[] {
  const { missing: all = [], missingAnyOf: any = [] } = decision;
  const does = ({ permissions }: RoleRow) =>
    all.every((permission) => permissions.includes(permission)) &&
    (any.length === 0 || any.some((permission) => permissions.includes(permission)));
  const would = roles.filter(does).map(({ name }) => name);
  const who = namePrincipal(decision.principal);
  const lack = describeLack({ missing: all, missingAnyOf: any });
  if (would.length === 0) return [{ kind: 'grant', text: `give ${who} ${lack}` }];
  return [
    { kind: 'role', roles: would, text: `give ${who} a role that has ${lack}: ${quote(would)}` },
    { kind: 'identity', roles: would, text: `call as somebody who has the role ${quote(would)}` },
  ];
}

/** A change of a key: what its standing would be, and how to make and to tell it. */
interface Change {
  readonly standing: Standing;
  readonly body: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}

/** Every change is tried on the decision itself: only those that turn it are told. */
function keyFixes(evidence: Evidence): Fix[] {
  const { principal } = evidence.caller;
  const withService = serviceChange(evidence);
  const changes =
    principal.kind === 'personal-key' ? roleChanges(evidence, withService) : policyChanges(evidence, withService);
  return changes
    .filter(({ standing }) => verdictFor(evidence, standing).effect === 'allow')
    .map(({ body, texts }) => ({
      kind: 'policy',
      text: `${namePrincipal(principal)}: ${texts.join(', and ')}`,
      request: { method: 'PATCH', path: `/_mock/keys/${principal.id}`, body },
    }));
}

function verdictFor({ question, caller: { principal }, sighting }: Evidence, standing: Standing): Verdict {
  return decideAndCover(question, { principal, standing: { ...standing, pending: [] } }, sighting);
}

/** An edit goes on from what was recorded last, whether that counts yet or not. */
function serviceChange({ question: { law }, caller }: Evidence): Change {
  const { held, resources } = caller.standing.pending.at(-1) ?? caller.standing;
  const standing = { ...caller.standing, held, resources };
  const { services } = standing;
  if (services === null || law.tables.product === undefined || services.includes(law.service)) {
    return { standing, body: {}, texts: [] };
  }
  const wider = [...services, law.service];
  return {
    standing: { ...standing, services: wider },
    body: { services: wider },
    texts: [`make it for the service \`${law.service}\` too`],
  };
}

function roleChanges({ question: { rule, law } }: Evidence, from: Change): Change[] {
  const { standing } = from;
  const lacking = (rule.needs.roles ?? []).filter((role) => !standing.roles.includes(role));
  if (lacking.length === 0 && isEnough(lackOf(rule, standing, standing.roles))) return [from];
  const choices = lacking.length > 0 ? [lacking] : law.tables.roles.map(({ name }) => [name]);
  return choices.map((added) => {
    const roles = [...standing.roles, ...added];
    return {
      standing: { ...standing, roles, held: permissionsOfRoles(law.tables, roles) },
      body: { ...from.body, roles },
      texts: [...from.texts, `give its user the role ${quote(added)}`],
    };
  });
}

function policyChanges(evidence: Evidence, from: Change): Change[] {
  const { law } = evidence.question;
  return scopeChanges(evidence, from)
    .flatMap((change) =>
      verdictFor(evidence, change.standing).effect === 'allow' ? [change] : resourceChanges(evidence, change),
    )
    .map((change) => storable(law, change));
}

/** With the types that its scopes are given with; what is stored against the documents already has to be forced again. */
function storable(law: Law, change: Change): Change {
  const { standing, texts } = change;
  const resources = standing.resources ?? [];
  const absent = law.tables.permissions.flatMap(({ id, onlyOn }) =>
    standing.held.has(id) && onlyOn?.every((type) => resources.every((resource) => resource.type !== type))
      ? onlyOn.slice(0, 1)
      : [],
  );
  const wider = [...resources, ...[...new Set(absent)].map((type) => ({ type }))];
  const isEdited = change.body['scopes'] !== undefined || change.body['resource'] !== undefined;
  if (!isEdited) return change;
  const isWider = wider.length > resources.length;
  const given = givenResources(law, wider);
  const { faults } = readPolicy([law], [...standing.held], given);
  return {
    standing: { ...standing, resources: wider },
    body: {
      ...change.body,
      ...((isWider || change.body['resource'] !== undefined) && { resource: given.length === 1 ? given[0] : given }),
      ...(faults.some(({ forceable }) => forceable) && { force: true }),
    },
    texts: isWider && !texts.some((text) => text.startsWith(BIND)) ? [...texts, boundTo(law, wider)] : texts,
  };
}

const BIND = 'bind it to ';

function boundTo(law: Law, resources: readonly Resource[]): string {
  return `${BIND}${quote(labelsOfResources(law, resources))}`;
}

function givenResources(law: Law, resources: readonly Resource[]): readonly GivenResource[] {
  return resources.map(({ type, ...rest }) => ({ type: labelOfType(law, type), ...rest }));
}

/** All that is needed of `all`; and of `any` one at a time. */
function scopeChanges({ question: { rule } }: Evidence, from: Change): Change[] {
  const { standing } = from;
  const lack = lackOf(rule, standing, standing.roles);
  if (isEnough(lack)) return [from];
  const { missing: all, missingAnyOf: any = [] } = lack;
  const choices = any.length === 0 ? [all] : any.map((scope) => [...all, scope]);
  return choices.map((added) => {
    const scopes = [...standing.held, ...added];
    return {
      standing: { ...standing, held: new Set(scopes) },
      body: { ...from.body, scopes },
      texts: [...from.texts, `add the scope ${quote(added)}`],
    };
  });
}

/** Each accepted type in turn, naming the object where the type names objects. */
function resourceChanges({ question: { rule, law }, sighting }: Evidence, from: Change): Change[] {
  const reach = sighting?.seen === 'object' ? sighting.reach : undefined;
  const before = from.standing.resources ?? [];
  return (rule.on ?? []).flatMap((type): Change[] => {
    const row = law.resourceTypes.get(type);
    if (row === undefined) return [];
    const choices = row.names === null ? [undefined] : (own(reach?.names, type) ?? []).map((name) => [name]);
    return choices.map((ids) => {
      const resources = withResource(law, from.standing.held, before, { type, ...(ids && { ids }) });
      return {
        standing: { ...from.standing, resources },
        body: { ...from.body, resource: givenResources(law, resources) },
        texts: [...from.texts, boundTo(law, resources)],
      };
    });
  });
}

/** A key of the same type gains the object. Another type takes the place of what was there, unless its scopes need that. */
function withResource(
  { tables }: Law,
  held: ReadonlySet<string>,
  before: readonly Resource[],
  added: Resource,
): readonly Resource[] {
  const same = before.find(({ type }) => type === added.type);
  if (same !== undefined) {
    const ids = [...new Set([...(same.ids ?? []), ...(added.ids ?? [])])];
    return before.map((resource) => (resource === same ? { ...same, ids } : resource));
  }
  const bound = tables.permissions.filter(({ id, onlyOn }) => held.has(id) && onlyOn?.includes(added.type) === false);
  const needed = before.filter(({ type }) => bound.some(({ onlyOn }) => onlyOn?.includes(type) === true));
  return [...needed, added];
}

const SEND_TOKEN: RemedyRow = {
  kind: 'authenticate',
  text: 'send one header `Authorization: Bearer <token>`, with a token or key of this server',
};

const ANOTHER_OBJECT: RemedyRow = {
  kind: 'object',
  text: 'use an id from the list; ids of deleted objects are never used again',
};

/** What helps whoever the vendor is. */
const COMMON: Partial<Record<DenyReason, RemedyRow>> = {
  no_token: SEND_TOKEN,
  multiple_authorization: SEND_TOKEN,
  wrong_scheme: SEND_TOKEN,
  no_such_object: ANOTHER_OBJECT,
  foreign_object: { kind: 'identity', text: 'call as its owner' },
  not_owner: { kind: 'identity', text: 'call as its owner; others may only read it' },
  other_organization: {
    kind: 'identity',
    text: 'use a key of the organisation in the path, or the organisation of the key in the path',
  },
};
