import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Long } from '../../parts/long.tsx';
import { When } from '../../parts/when.tsx';
import { describeBinding, type Policy, type ShownKey } from '../../state/keys.ts';

interface Version {
  readonly of: ShownKey;
  readonly policy: Policy;
}

/** All policy versions of one or two keys, newest first. */
export function History({ keys }: { readonly keys: readonly ShownKey[] }) {
  const versions = keys.flatMap((key) => key.history.toReversed().map((policy): Version => ({ of: key, policy })));
  const names = keys.map(({ name }) => name).join(' and ');
  return (
    <>
      {keys
        .filter(({ history }) => history.length === 0)
        .map(({ id, name }) => (
          <p key={id} class="quiet">
            <Long text={name} /> is a personal key: it has the rights of its user’s roles, and edits take effect
            immediately.
          </p>
        ))}
      {versions.length > 0 && (
        <section aria-label={`Versions of ${names}`}>
          <h2>
            Versions of <Long text={names} />
          </h2>
          <DataTable
            label="Versions"
            rows={versions}
            keyOf={({ of, policy }) => `${of.id} ${policy.version}`}
            columns={keys.length > 1 ? [KEY, ...COLUMNS] : COLUMNS}
          />
        </section>
      )}
      <Differences keys={keys} />
    </>
  );
}

const KEY: Column<Version> = { title: 'Key', cell: ({ of }) => <Long text={of.name} />, by: ({ of }) => of.name };

const COLUMNS: readonly Column<Version>[] = [
  { title: 'Version', cell: ({ policy }) => policy.version, by: ({ policy }) => policy.version },
  { title: 'State', cell: (version) => describeState(version), by: describeState, class: 'state' },
  {
    title: 'Edited',
    cell: ({ policy }) => <When at={policy.recordedAt} />,
    by: ({ policy }) => Date.parse(policy.recordedAt),
  },
  {
    title: 'In effect from',
    cell: ({ policy }) => <When at={policy.effectiveAt} />,
    by: ({ policy }) => Date.parse(policy.effectiveAt),
  },
  { title: 'Scopes', cell: ({ policy }) => <Long text={policy.scopes.join(', ') || 'none'} /> },
  { title: 'Bound to', cell: ({ of, policy }) => <Long text={describeBinding(policy.resource, of.unbound)} /> },
];

function describeState({ of, policy: { version } }: Version): string {
  if (version === of.policy?.version) return 'in effect';
  return of.pending.some((one) => one.version === version) ? 'pending' : 'replaced';
}

/** The scopes that two keys share, and those that only one has. */
function Differences({ keys: [one, other] }: { readonly keys: readonly ShownKey[] }) {
  if (one?.policy == null || other?.policy == null) return null;
  const subtractScopes = (key: Policy, without: Policy) =>
    key.scopes.filter((scope) => !without.scopes.includes(scope));
  const both = one.policy.scopes.filter((scope) => other.policy?.scopes.includes(scope));
  const facts = [
    ['Both', both],
    [`Only ${one.name}`, subtractScopes(one.policy, other.policy)],
    [`Only ${other.name}`, subtractScopes(other.policy, one.policy)],
  ] as const;
  return (
    <section aria-label="Scopes now">
      <h2>Scopes in effect now</h2>
      <dl class="facts">
        {facts.map(([text, scopes]) => (
          <div key={text}>
            <dt>
              <Long text={text} />
            </dt>
            <dd>{scopes.join(', ') || 'none'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
