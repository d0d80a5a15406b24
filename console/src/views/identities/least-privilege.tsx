import { addressOfView } from '../../address.ts';
import {
  ask,
  type KeyResource,
  type LeastPrivilege,
  type LeastRights,
  type PrincipalReport,
} from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { leastCertain } from '../../parts/certainty.ts';
import { ConfirmButton } from '../../parts/dialog.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { LongText } from '../../parts/long.tsx';
import { Name } from '../../parts/rights.tsx';
import { formatTime } from '../../parts/time.ts';
import { countChanges } from '../../state/changes.ts';
import { editKey } from '../../state/edit-key.ts';
import type { Identity } from '../../state/identities.ts';
import { describeBinding } from '../../state/keys.ts';
import { readListedOperations } from '../../state/operations.ts';
import { offerUndo } from '../../state/undo.ts';

/** Reads what an identity was used for, with the certainty of each need. @throws like the control API */
async function readReport(id: string) {
  const [{ principals }, operations] = await Promise.all([
    ask<LeastPrivilege>('GET', `/_mock/least-privilege?principal=${encodeURIComponent(id)}`),
    readListedOperations(),
  ]);
  const evidenceOf = (service: string, operation: string) =>
    operations.find((listed) => listed.service === service && listed.id === operation)?.evidence ?? [];
  return principals.map((report) => ({
    report,
    used: report.used.map((use) => ({ ...use, certainty: leastCertain(evidenceOf(use.service, use.operation)) })),
  }))[0];
}

/** What an identity was used for, and the smallest rights that allow exactly that. */
export function LeastPrivilegeOf({ identity: { id } }: { readonly identity: Identity }) {
  const loaded = useLoaded(() => readReport(id), [countChanges('requests', 'keys')]);
  return (
    <section aria-label="Least privilege">
      <h3>Least privilege</h3>
      <WhenLoaded loaded={loaded}>
        {(read) =>
          read === undefined || read.used.length === 0 ? (
            <p class="quiet">No request was allowed yet. Run your flow as this identity to see what it needs.</p>
          ) : (
            <>
              <Smallest report={read.report} />
              <details>
                <summary>Used for: {read.used.length}</summary>
                <ul class="rights">
                  {read.used.map(({ service, operation, target, grants, certainty }) => (
                    <li key={`${service} ${operation} ${target}`}>
                      <a href={addressOfView('operations', { service, operation })}>{operation}</a>{' '}
                      {target !== undefined && <LongText text={target} />}{' '}
                      <small class="quiet">
                        {grants.join(', ') || 'no right'} ({certainty})
                      </small>
                    </li>
                  ))}
                </ul>
              </details>
            </>
          )
        }
      </WhenLoaded>
    </section>
  );
}

/** What was not used, and what is enough: of an NGC key as both kinds of keys, the kind that was used first. */
function Smallest({ report }: { readonly report: PrincipalReport }) {
  const { principal, held, smallest, unused, broader, impossible } = report;
  const { scopes, resource, roles, services } = smallest;
  const act = useAct();
  const excess = [...unused, ...broader.map(({ what, held: has }) => `${what} ${describe(has)}`)];
  const reduce = () =>
    act.run(async () => {
      const { key, undo } = await editKey(principal.id, { services, scopes, ...(resource && { resource }) });
      offerUndo(undo);
      const pending = key.pending.at(-1);
      return `The key \`${key.name}\` has exactly these rights${pending === undefined ? ' now' : `, from ${formatTime(pending.effectiveAt)} on`}.`;
    });
  const kinds = impossible && [
    { kind: 'service', rights: { services, scopes, resource }, impossible: impossible.scopes },
    { kind: 'personal', rights: { services, roles }, impossible: impossible.roles },
  ];
  if (held?.roles !== undefined) kinds?.reverse();
  return (
    <>
      {excess.length === 0 && <p class="verdict allow">Everything that it holds was used.</p>}
      {unused.length > 0 && <p class="hint">Not used: {unused.join(', ')}.</p>}
      {broader.map(({ what, held: has, enough }) => (
        <p key={what} class="hint">
          The {what} could be narrower: <LongText text={`${describe(enough)} instead of ${describe(has)}.`} />
        </p>
      ))}
      {kinds === undefined && <Enough rights={smallest} />}
      {kinds?.map(({ kind, rights, impossible }, index) => (
        <div key={kind}>
          <p>
            {index === 0 ? 'Enough' : 'Or'} as a {kind} key:
          </p>
          <Enough rights={rights as LeastRights} />
          {impossible.length > 0 && (
            <p class="fault">
              No {kind} key may call {impossible.join(', ')}.
            </p>
          )}
          <div class="bar">
            <a
              class="button small"
              href={addressOfView('identities', {
                make: kind,
                name: `${principal.name.slice(0, 200)}-least`,
                services: services?.join(','),
                ...(kind === 'service'
                  ? { scopes: scopes?.join(','), resource: resource && JSON.stringify(resource) }
                  : { roles: roles?.join(',') }),
              })}
            >
              Create this {kind} key
            </a>
            {kind === 'service' && held?.scopes !== undefined && excess.length > 0 && (
              <ConfirmButton
                title={`Reduce ${principal.name}?`}
                confirmLabel="Reduce key"
                warning={`The key ${principal.name} keeps what it needs, and loses: ${excess.join(', ')}.`}
                class="small"
                isBusy={act.isBusy}
                onConfirm={reduce}
              >
                Reduce the key to this
              </ConfirmButton>
            )}
          </div>
        </div>
      ))}
      <Feedback act={act} />
    </>
  );
}

function Enough({ rights: { scopes = [], roles = [], rules, resource, custom } }: { readonly rights: LeastRights }) {
  const names = [...scopes, ...(rules === undefined ? roles : [])];
  return (
    <ul class="rights">
      {names.map((name) => (
        <li key={name}>
          <Name text={name} />
        </li>
      ))}
      {rules?.map((rule) => (
        <li key={describe(rule)}>
          {describe(rule)}
          {rule.group !== undefined && `, through the group ${rule.group}`}
        </li>
      ))}
      {names.length === 0 && rules === undefined && <li class="quiet">nothing</li>}
      {resource !== undefined && (
        <li>
          bound to <LongText text={describeBinding(resource)} />
        </li>
      )}
      {custom !== undefined && (
        <li class="quiet">
          or a custom role with{' '}
          {custom.permissionSets.map(({ name }) => name).join(', ') || custom.permissions.join(', ')}
        </li>
      )}
    </ul>
  );
}

/** Describes a right in the format of `held`: a name, a resource, a Run:ai role in its scope, or a list of them. */
function describe(right: unknown): string {
  if (Array.isArray(right)) return right.map(describe).join(', ') || 'nothing';
  if (typeof right !== 'object' || right === null) return String(right ?? 'nothing');
  const { role, scopeType, scopeId } = right as Readonly<Record<string, string>>;
  return role === undefined ? describeBinding(right as KeyResource) : `${role} in ${scopeType} ${scopeId}`;
}
