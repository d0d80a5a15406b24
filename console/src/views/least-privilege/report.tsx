import { addressOfView } from '../../address.ts';
import type { KeyResource, LeastRights, PrincipalReport, ScopedRole } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { LongText } from '../../parts/long.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { Path } from '../../parts/path.tsx';
import { titleOfService } from '../../parts/service.ts';
import { formatTime } from '../../parts/time.ts';
import { editKey } from '../../state/edit-key.ts';
import { describeBinding } from '../../state/keys.ts';
import { offerUndo } from '../../state/undo.ts';

/** One credential: what it was used for, its rights, and the least rights it needs. */
export function Report({ report }: { readonly report: PrincipalReport }) {
  const { principal, held, used, smallest, unused, broader, seed } = report;
  const isMinimal = unused.length === 0 && broader.length === 0;
  const alternatives = listAlternatives(report);
  const edit = isMinimal ? null : createEdit(report);
  const act = useAct();
  const replace = async () => {
    const { key, undo } = await editKey(principal.id, edit ?? {});
    offerUndo(undo);
    const lastPending = key.pending.at(-1);
    return `The key \`${key.name}\` has exactly these rights${lastPending === undefined ? ' now' : `, from ${formatTime(lastPending.effectiveAt)} on`}.`;
  };
  const copy = (label: string, content: unknown): MenuItem => ({
    label,
    run: () =>
      act.run(async () => {
        // Browsers offer the clipboard only on https and localhost.
        if (navigator.clipboard === undefined) {
          throw new Error('This page cannot write to the clipboard. Open it on localhost or with https.');
        }
        await navigator.clipboard.writeText(JSON.stringify(content, null, 2));
        return 'Copied.';
      }),
  });
  const reduceItem: MenuItem = {
    label: 'Reduce the key to this',
    run: () => act.run(replace),
    confirmation: {
      title: `Reduce ${principal.name}?`,
      confirmLabel: 'Reduce key',
      warning: `The key ${principal.name} keeps the required rights, and loses: ${describeLost(report)}.`,
    },
  };
  return (
    <section class="report" aria-label={principal.name}>
      <div class="bar">
        <h2>
          {principal.name} <small class="quiet">{principal.kind.replaceAll('-', ' ')}</small>
        </h2>
        <Feedback act={act} />
        <Menu
          subject={principal.name}
          isBusy={act.isBusy}
          items={[
            copy('Copy as a seed', seed),
            copy('Copy the report', report),
            ...(edit === null ? [] : [reduceItem]),
          ]}
        />
      </div>
      <div class="sides">
        <section>
          <h3>Held</h3>
          {held === null ? (
            <p class="quiet">This credential no longer exists.</p>
          ) : (
            <RightsList rights={held} unused={unused} />
          )}
        </section>
        <section>
          {alternatives.length === 0 && (
            <>
              <h3>Required</h3>
              <RightsList rights={smallest} unused={[]} />
            </>
          )}
          {alternatives.map(({ kind, rights, beyond: operations }, index) => (
            <section key={kind}>
              <h3>
                {index === 0 ? 'Required' : 'Or'} as a {kind} key{' '}
                <a class="button small" href={createFormAddress(report, kind, rights)}>
                  Create this {kind} key
                </a>
              </h3>
              <RightsList rights={rights} unused={[]} />
              {operations.length > 0 && (
                <p class="fault">
                  No {kind} key may call {operations.join(', ')}.
                </p>
              )}
            </section>
          ))}
          {isMinimal && held !== null && <p class="verdict allow">It has no other rights.</p>}
        </section>
      </div>
      {broader.map(({ what, held: heldRights, enough }) => (
        <p key={what} class="hint">
          The {what} could be narrower:{' '}
          <LongText text={`${describeRights(enough)} instead of ${describeRights(heldRights)}.`} />
        </p>
      ))}
      <details>
        <summary>What it was used for: {used.length}</summary>
        <UseTable label={`What ${principal.name} was used for`} used={used} />
      </details>
    </section>
  );
}

/** The operations that a credential was used for. */
function UseTable(props: { readonly label: string; readonly used: PrincipalReport['used'] }) {
  return (
    <DataTable
      label={props.label}
      rows={props.used}
      keyOf={({ service, operation, target }) => `${service} ${operation} ${target}`}
      columns={[
        {
          title: 'Operation',
          sortKeyOf: ({ operation }) => operation,
          cell: ({ service, operation }) => (
            <>
              {operation} <span class="quiet">{titleOfService(service)}</span>
            </>
          ),
        },
        {
          title: 'Object',
          sortKeyOf: ({ target }) => target ?? null,
          cell: ({ target }) => target && <LongText text={target} />,
        },
        { title: 'Needs', cell: ({ grants }) => grants.join(', ') || 'nothing' },
        {
          title: 'First request',
          cell: ({ example: { method, path } }) => (
            <>
              <code>{method}</code> <Path path={path} />
            </>
          ),
        },
      ]}
    />
  );
}

/** A list of rights, with marks for the unused ones. */
function RightsList({ rights, unused }: { readonly rights: LeastRights; readonly unused: readonly string[] }) {
  const { services = [], scopes, resource, roles, rules, custom } = rights;
  const named = [...(scopes ?? []), ...(rules === undefined ? (roles ?? []) : [])];
  return (
    <>
      {services.length > 0 && <p class="quiet">{services.map(titleOfService).join(', ')}</p>}
      <ul class="rights">
        {named.map((name) => (
          <li key={name} class={unused.includes(name) ? 'spare' : ''}>
            <code>{name}</code>
            {unused.includes(name) && ' is unused'}
          </li>
        ))}
        {rules?.map(({ role, scopeType, scopeId, group }) => (
          <li key={`${role} ${scopeType} ${scopeId} ${group}`} class={unused.includes(role) ? 'spare' : ''}>
            <code>{role}</code> in {scopeType} {scopeId}
            {group !== undefined && `, through the group ${group}`}
            {unused.includes(role) && ' is unused'}
          </li>
        ))}
      </ul>
      {named.length === 0 && (rules ?? []).length === 0 && <p class="quiet">nothing</p>}
      {resource !== undefined && (
        <p>
          bound to <LongText text={describeBinding(resource)} />
        </p>
      )}
      {custom !== undefined && (
        <p class="quiet">
          or a custom role with{' '}
          {custom.permissionSets.map(({ name }) => name).join(', ') || custom.permissions.join(', ')}
        </p>
      )}
    </>
  );
}

/** Returns the edit that reduces a service key to what it needs; null for other credentials and deleted keys. */
function createEdit({ held, smallest }: PrincipalReport): object | null {
  const { services, scopes, resource } = smallest;
  if (held?.scopes === undefined) return null;
  return { services, scopes, ...(resource !== undefined && { resource }) };
}

/** Describes the rights of a credential that are not needed. */
function describeLost({ unused, broader }: PrincipalReport): string {
  return [...unused, ...broader.map(({ what, held }) => `${what} ${describeRights(held)}`)].join(', ');
}

/** Describes rights of any kind. */
function describeRights(rights: unknown): string {
  if (Array.isArray(rights)) return rights.map(describeRights).join(', ') || 'nothing';
  if (typeof rights !== 'object') return String(rights ?? 'nothing');
  if (rights === null) return 'nothing';
  if ('role' in rights) {
    const { role, scopeType, scopeId } = rights as ScopedRole;
    return `${role} in ${scopeType} ${scopeId}`;
  }
  if ('type' in rights) return describeBinding(rights as KeyResource);
  return Object.entries(rights)
    .map(([name, value]) => `${name} ${describeRights(value)}`)
    .join('; ');
}

/** The smallest rights for one kind of NGC key. */
interface Alternative {
  readonly kind: 'service' | 'personal';
  readonly rights: LeastRights;
  /** The used operations that no key of this kind may call. */
  readonly beyond: readonly string[];
}

/** Lists the kinds of NGC keys with the smallest rights, the kind that was used first; empty for other credentials. */
function listAlternatives({ principal, smallest, beyond }: PrincipalReport): readonly Alternative[] {
  const { scopes, resource, roles, services } = smallest;
  if (beyond === undefined || services === undefined || scopes === undefined || roles === undefined) return [];
  const service = { services, scopes, ...(resource !== undefined && { resource }) };
  const all = [
    { kind: 'service', rights: service, beyond: beyond.scopes },
    { kind: 'personal', rights: { services, roles }, beyond: beyond.roles },
  ] as const;
  const hasRoles = principal.kind === 'personal-key' || principal.kind === 'organization-user';
  return hasRoles ? [...all].reverse() : all;
}

/** Returns the address of the form for a new key with these rights. */
function createFormAddress({ principal }: PrincipalReport, kind: Alternative['kind'], rights: LeastRights): string {
  const { services, scopes, resource, roles } = rights;
  return addressOfView('identities', {
    make: kind,
    name: `${principal.name.slice(0, 200)}-least`,
    services: services?.join(','),
    scopes: scopes?.join(','),
    roles: roles?.join(','),
    ...(resource !== undefined && { resource: JSON.stringify(resource) }),
  });
}
