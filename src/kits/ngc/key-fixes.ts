import { rfc3339 } from '../../core/clock.ts';
import { decideAndCover, isEnough, lackOf, type Pending, type Verdict } from '../../core/decide.ts';
import type { Decision, Evidence } from '../../core/decision.ts';
import {
  type FindFixes,
  type Fix,
  labelOfType,
  labelsOfResources,
  namePrincipal,
  quote,
  REASONS_OF_RIGHTS,
} from '../../core/explaining/index.ts';
import type { DenyReason } from '../../core/explaining/reasons.ts';
import { type Law, permissionsOfRoles } from '../../core/law.ts';
import { own } from '../../core/own.ts';
import type { Resource, Standing } from '../../core/policy.ts';
import { type GivenResource, readPolicy } from './key-policy.ts';

/** Finds fixes for a refused key: waiting until a recorded edit takes effect, or an edit with the control API. */
export const findKeyFixes: FindFixes = (decision, evidence, reason) => {
  const { pending } = decision;
  if (pending?.effect === 'allow') return { fixes: [propagationFix(decision, evidence, pending)] };
  if (!REASONS_OF_RIGHTS.has(reason)) return null;
  if (!isEditable(evidence)) return { fixes: [], otherwise: reason };
  return { fixes: keyFixes(evidence), otherwise: lastReason(evidence, reason) };
};

/** A service key has no roles, so it cannot gain rights that only roles grant. */
function isEditable({ question: { law }, caller: { principal } }: Evidence): boolean {
  return principal.kind === 'personal-key' || law.tables.product !== undefined;
}

/** The reason that would remain if the key were for the service. */
function lastReason(evidence: Evidence, reason: DenyReason): DenyReason {
  if (reason !== 'service_not_enabled') return reason;
  const next = verdictFor(evidence, serviceChange(evidence).standing);
  return next.effect === 'deny' ? next.reason : reason;
}

/** A recorded edit grants the right. To flush helps only if the newest version allows the request. */
function propagationFix({ at }: Decision, evidence: Evidence, { version, effectiveAt }: Pending): Fix {
  const { principal, standing } = evidence.caller;
  const newest = standing.pending.at(-1);
  const canFlush = newest !== undefined && verdictFor(evidence, { ...standing, ...newest }).effect === 'allow';
  const text = `wait until ${rfc3339(effectiveAt)}, when version ${version} takes effect, or move the clock there (\`POST /_mock/clock/advance\`)`;
  return {
    kind: 'propagation',
    text: canFlush ? `${text}; or put it into force now` : text,
    request: canFlush
      ? { method: 'POST', path: '/_mock/propagation/flush', body: { keyId: principal.id } }
      : { method: 'POST', path: '/_mock/clock/advance', body: { by: `${effectiveAt - at}ms` } },
  };
}

/** A change to a key: the rights after it, the request that makes it, and its description. */
interface Change {
  readonly standing: Standing;
  readonly body: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}

/**
 * Tries every change on the decision itself; those that allow the request stay. For a key of another service only the
 * smallest stays, because another key is the usual fix.
 */
function keyFixes(evidence: Evidence): Fix[] {
  const { principal } = evidence.caller;
  const withService = serviceChange(evidence);
  const changes =
    principal.kind === 'personal-key' ? roleChanges(evidence, withService) : policyChanges(evidence, withService);
  const turning = changes.filter(({ standing }) => verdictFor(evidence, standing).effect === 'allow');
  return (withService.texts.length === 0 ? turning : smallestOf(turning)).map(({ body, texts }) => ({
    kind: 'policy',
    text: `${namePrincipal(principal)}: ${texts.join(', and ')}`,
    request: { method: 'PATCH', path: `/_mock/keys/${principal.id}`, body },
  }));
}

/** The change with the fewest rights; among equals, one that names its objects. */
function smallestOf(changes: readonly Change[]): readonly Change[] {
  const sizeOf = ({ standing: { held, resources } }: Change) =>
    2 * held.size + (resources?.some(({ ids }) => ids === undefined) === true ? 1 : 0);
  const least = Math.min(...changes.map(sizeOf));
  return changes.filter((change) => sizeOf(change) === least).slice(0, 1);
}

function verdictFor({ question, caller: { principal }, sighting }: Evidence, standing: Standing): Verdict {
  return decideAndCover(question, { principal, standing: { ...standing, pending: [] } }, sighting);
}

/** An edit continues from the latest recorded version, even if it is not in force yet. */
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
    texts: [`add the service \`${law.service}\``],
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
      texts: [...from.texts, `grant its user the role ${quote(added)}`],
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

/** Adds the resource types that the scopes require; a combination that the documents rule out needs `force`. */
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
    texts: isWider && !texts.some((text) => text.startsWith(BIND)) ? [...texts, describeBinding(law, wider)] : texts,
  };
}

const BIND = 'bind it to ';

function describeBinding(law: Law, resources: readonly Resource[]): string {
  return `${BIND}${quote(labelsOfResources(law, resources))}`;
}

function givenResources(law: Law, resources: readonly Resource[]): readonly GivenResource[] {
  return resources.map(({ type, ...rest }) => ({ type: labelOfType(law, type), ...rest }));
}

/** Adds all missing scopes of `all`, and one of `any` per change. */
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

/** One change for each accepted type, with the object if the type names objects. */
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
        texts: [...from.texts, describeBinding(law, resources)],
      };
    });
  });
}

/** A resource of the same type gains the object. Another type replaces all that no scope requires. */
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
