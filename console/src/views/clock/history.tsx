import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Facts } from '../../parts/facts.tsx';
import { LongText } from '../../parts/long.tsx';
import { When } from '../../parts/when.tsx';
import { describeBinding, type NgcKey, type Policy } from '../../state/keys.ts';

interface KeyVersion {
  readonly owner: NgcKey;
  readonly policy: Policy;
}

/** The policy versions of one or two keys, newest first, and the differences between two keys. */
export function History({ keys }: { readonly keys: readonly NgcKey[] }) {
  const versions = keys.flatMap((key) =>
    key.history.toReversed().map((policy): KeyVersion => ({ owner: key, policy })),
  );
  const names = keys.map(({ name }) => name).join(' and ');
  return (
    <>
      {keys
        .filter(({ history }) => history.length === 0)
        .map(({ id, name }) => (
          <p key={id} class="quiet">
            <LongText text={name} /> is a personal key: it has the rights of its user’s roles, and edits take effect
            immediately.
          </p>
        ))}
      {versions.length > 0 && (
        <section aria-label={`Versions of ${names}`}>
          <h2>
            Versions of <LongText text={names} />
          </h2>
          <DataTable
            label="Versions"
            rows={versions}
            keyOf={({ owner, policy }) => `${owner.id} ${policy.version}`}
            columns={keys.length > 1 ? [KEY_COLUMN, ...COLUMNS] : COLUMNS}
          />
        </section>
      )}
      <Differences keys={keys} />
    </>
  );
}

const KEY_COLUMN: Column<KeyVersion> = {
  title: 'Key',
  cell: ({ owner }) => <LongText text={owner.name} />,
  sortKeyOf: ({ owner }) => owner.name,
};

const COLUMNS: readonly Column<KeyVersion>[] = [
  { title: 'Version', cell: ({ policy }) => policy.version, sortKeyOf: ({ policy }) => policy.version },
  { title: 'State', cell: (version) => describeState(version), sortKeyOf: describeState, class: 'state' },
  {
    title: 'Edited',
    cell: ({ policy }) => <When at={policy.recordedAt} />,
    sortKeyOf: ({ policy }) => Date.parse(policy.recordedAt),
  },
  {
    title: 'In effect from',
    cell: ({ policy }) => <When at={policy.effectiveAt} />,
    sortKeyOf: ({ policy }) => Date.parse(policy.effectiveAt),
  },
  { title: 'Scopes', cell: ({ policy }) => <LongText text={policy.scopes.join(', ') || 'none'} /> },
  {
    title: 'Bound to',
    cell: ({ owner, policy }) => <LongText text={describeBinding(policy.resource, owner.unbound)} />,
  },
];

/** Returns whether a version is in effect, pending or replaced. */
function describeState({ owner, policy: { version } }: KeyVersion): string {
  if (version === owner.policy?.version) return 'in effect';
  return owner.pending.some((edit) => edit.version === version) ? 'pending' : 'replaced';
}

/** The scopes that two keys share, and those that only one of them has. Empty unless both have policies. */
function Differences({ keys: [first, second] }: { readonly keys: readonly NgcKey[] }) {
  if (first?.policy == null || second?.policy == null) return null;
  const firstScopes = first.policy.scopes;
  const secondScopes = second.policy.scopes;
  const differences = [
    ['Both', firstScopes.filter((scope) => secondScopes.includes(scope))],
    [`Only ${first.name}`, firstScopes.filter((scope) => !secondScopes.includes(scope))],
    [`Only ${second.name}`, secondScopes.filter((scope) => !firstScopes.includes(scope))],
  ] as const;
  return (
    <section aria-label="Scopes now">
      <h2>Scopes in effect now</h2>
      <Facts
        facts={differences.map(([text, scopes]) => [<LongText key={text} text={text} />, scopes.join(', ') || 'none'])}
      />
    </section>
  );
}
