import { Table } from '../../parts/table.tsx';
import { timeText } from '../../parts/time.ts';
import { boundTo, type ShownKey } from '../../state/keys.ts';

/** Every version of the policy of a key, the newest first. */
export function History({ policyKey: key }: { readonly policyKey: ShownKey }) {
  const { name, history, policy, pending } = key;
  if (history.length === 0) {
    return (
      <p class="quiet">
        {name} is a personal key: it can do what the roles of its user say, and edits take effect at once.
      </p>
    );
  }
  return (
    <section aria-label={`Versions of ${name}`}>
      <h2>Versions of {name}</h2>
      <Table label="Versions" head={['Version', 'Edited', 'In effect from', 'Scopes', 'Bound to']}>
        {history.toReversed().map(({ version, recordedAt, effectiveAt, scopes, resource }) => (
          <tr key={version}>
            <td>
              {version}
              {version === policy?.version && <strong> in effect</strong>}
              {pending.some((one) => one.version === version) && <em> pending</em>}
            </td>
            <td>
              <time dateTime={recordedAt}>{timeText(recordedAt, effectiveAt)}</time>
            </td>
            <td>
              <time dateTime={effectiveAt}>{timeText(effectiveAt)}</time>
            </td>
            <td>{scopes.join(', ') || 'none'}</td>
            <td>{boundTo(resource, key.unbound)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
