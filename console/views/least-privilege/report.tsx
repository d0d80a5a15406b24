import { addressOfView } from '../../address.ts';
import type { KeyResource, LeastRights, PrincipalReport, ScopedRole } from '../../control-api/types.ts';
import { Copy } from '../../parts/copy.tsx';
import { Table } from '../../parts/table.tsx';
import { boundTo } from '../../state/keys.ts';

/** One credential: what it was used for, what it holds, and what would be enough. */
export function Report({ report }: { readonly report: PrincipalReport }) {
  const { principal, held, used, smallest, unused, broader, beyond, seed } = report;
  const isTight = unused.length === 0 && broader.length === 0;
  const form = formOf(report);
  return (
    <section class="report" aria-label={principal.name}>
      <h2>
        {principal.name} <small class="quiet">{principal.kind}</small>
      </h2>
      <div class="sides">
        <section>
          <h3>It holds</h3>
          {held === null ? <p class="quiet">It is gone.</p> : <RightsOf rights={held} unused={unused} />}
        </section>
        <section>
          <h3>Required</h3>
          <RightsOf rights={smallest} unused={[]} />
          {isTight && held !== null && <p class="verdict allow">It holds no more than that.</p>}
        </section>
      </div>
      {broader.map(({ what, held: wide, enough }) => (
        <p key={what} class="hint">
          Its {what} could be narrower: {inWords(enough)} instead of {inWords(wide)}.
        </p>
      ))}
      {beyond.length > 0 && (
        <p class="fault">
          No rights of this kind of credential allow {beyond.join(', ')}: another credential has to do that.
        </p>
      )}
      <div class="bar">
        {form !== null && (
          <a class="button" href={form}>
            Make a key with just these rights
          </a>
        )}
        <Copy text={JSON.stringify(seed, null, 2)} label="Copy as a seed" />
        <Copy text={JSON.stringify(report, null, 2)} label="Copy the report" />
      </div>
      <details>
        <summary>What it was used for: {used.length}</summary>
        <Table
          label={`What ${principal.name} was used for`}
          head={['Operation', 'Object', 'Rests on', 'First request']}
        >
          {used.map(({ service, operation, target, grants, example: { method, path } }) => (
            <tr key={`${service} ${operation} ${target}`}>
              <td>
                {operation} <span class="quiet">{service}</span>
              </td>
              <td>{target ?? ''}</td>
              <td>{grants.join(', ') || 'nothing'}</td>
              <td>
                <code class="long">
                  {method} {path}
                </code>
              </td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

function RightsOf({ rights, unused }: { readonly rights: LeastRights; readonly unused: readonly string[] }) {
  const { services = [], scopes, resource, roles, rules, custom } = rights;
  const named = [...(scopes ?? []), ...(rules === undefined ? (roles ?? []) : [])];
  return (
    <>
      {services.length > 0 && <p class="quiet">{services.join(', ')}</p>}
      <ul class="rights">
        {named.map((name) => (
          <li key={name} class={unused.includes(name) ? 'spare' : ''}>
            <code>{name}</code>
            {unused.includes(name) && ' is not used'}
          </li>
        ))}
        {rules?.map(({ role, scopeType, scopeId, group }) => (
          <li key={`${role} ${scopeType} ${scopeId} ${group}`} class={unused.includes(role) ? 'spare' : ''}>
            <code>{role}</code> in {scopeType} {scopeId}
            {group !== undefined && `, by the group ${group}`}
            {unused.includes(role) && ' is not used'}
          </li>
        ))}
      </ul>
      {named.length === 0 && rules === undefined && <p class="quiet">nothing</p>}
      {resource !== undefined && <p>bound to {boundTo(resource)}</p>}
      {custom !== undefined && (
        <p class="quiet">
          or a role of its own with{' '}
          {custom.permissionSets.map(({ name }) => name).join(', ') || custom.permissions.join(', ')}
        </p>
      )}
    </>
  );
}

/** Rights of any kind, as they are said. */
function inWords(rights: unknown): string {
  if (Array.isArray(rights)) return rights.map(inWords).join(', ');
  if (typeof rights !== 'object' || rights === null) return String(rights);
  if ('role' in rights) {
    const { role, scopeType, scopeId } = rights as ScopedRole;
    return `${role} in ${scopeType} ${scopeId}`;
  }
  return 'type' in rights ? boundTo(rights as KeyResource) : JSON.stringify(rights);
}

/** The form for a new key, with these rights ticked; null where no key of NGC can have them. */
function formOf({ principal, smallest }: PrincipalReport): string | null {
  const { services, scopes, resource, roles } = smallest;
  if (services === undefined) return null;
  return addressOfView('identities', {
    make: scopes === undefined ? 'personal' : 'service',
    name: `${principal.name.slice(0, 200)}-least`,
    services: services.join(','),
    scopes: scopes?.join(','),
    roles: roles?.join(','),
    ...(resource !== undefined && { resource: JSON.stringify(resource) }),
  });
}
