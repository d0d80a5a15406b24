import { choose, chosen } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { FidelityReport, Finding } from '../../control-api/types.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Long } from '../../parts/long.tsx';
import { Table } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';
import { changesOf } from '../../state/changes.ts';
import './findings.css';

/** What a person should know although no request failed for it, and how sure the answers are. */
export function Findings() {
  const loaded = useLoaded(() => askAll<Finding>('findings'), [changesOf('findings')]);
  return (
    <div class="page findings">
      <section>
        <WhenLoaded of={loaded}>{(findings) => <List findings={findings} />}</WhenLoaded>
      </section>
      <Fidelity />
    </div>
  );
}

function List({ findings }: { readonly findings: readonly Finding[] }) {
  const wanted = chosen.value['kind'] ?? '';
  const kinds = [...new Set(findings.map(({ kind }) => kind))].sort();
  // By kind, and of each kind the newest first, as they come.
  const shown = kinds
    .filter((kind) => wanted === '' || kind === wanted)
    .flatMap((kind) => findings.filter((finding) => finding.kind === kind));
  if (findings.length === 0) {
    return (
      <p>
        No findings. A finding is something worth knowing although no request failed because of it, such as a query
        parameter that was ignored because the vendor does not document it.
      </p>
    );
  }
  return (
    <>
      <div class="bar">
        <label>
          Kind{' '}
          <select value={wanted} onChange={(event) => choose({ kind: event.currentTarget.value })}>
            <option value="">any</option>
            {[...kinds, ...(wanted === '' || kinds.includes(wanted) ? [] : [wanted])].map((kind) => (
              <option key={kind} value={kind}>
                {titleOf(kind)}
              </option>
            ))}
          </select>
        </label>
        <output class="quiet">
          {shown.length} of {findings.length}
        </output>
      </div>
      {shown.length === 0 && <p>No finding is of the kind “{titleOf(wanted)}”.</p>}
      {shown.length > 0 && (
        <Table label="Findings" head={['Kind', 'Finding', 'How often', 'First seen', 'Last seen']}>
          {shown.map(({ kind, message, count, firstSeenAt, lastSeenAt }) => (
            <tr key={`${kind} ${message}`}>
              <th scope="row">{titleOf(kind)}</th>
              <td>
                <Long text={message} isSentence />
              </td>
              <td>{count}</td>
              <td>
                <When at={firstSeenAt} />
              </td>
              <td>
                <When at={lastSeenAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

/** The name of a kind, such as `undocumented_query`, as words. */
function titleOf(kind: string): string {
  return kind.replaceAll('_', ' ');
}

/** How much of each service rests on documents. */
function Fidelity() {
  const loaded = useLoaded(() => ask<FidelityReport>('GET', '/_mock/fidelity'), []);
  return (
    <section aria-label="How sure the answers are" class="fidelity">
      <h2>How sure the answers are</h2>
      <WhenLoaded of={loaded}>
        {({ fidelity, services }) => (
          <>
            <p>
              {fidelity === 'any'
                ? 'This server answers every operation, documented or not.'
                : 'This server answers only what is documented.'}
            </p>
            <Table
              label="Operations of each service"
              head={['Service', 'Version', 'Operations', 'Documented', 'Of these in question']}
            >
              {services.map(({ service, profile, operations, remaining, questioned }) => (
                <tr key={service}>
                  <th scope="row">{service}</th>
                  <td>{profile ?? ''}</td>
                  <td>{operations}</td>
                  <td>{remaining}</td>
                  <td>{questioned}</td>
                </tr>
              ))}
            </Table>
            <p class="quiet">
              With <code>--fidelity documented</code>, only the documented ones are answered; each of those in question
              rests on sources that contradict each other, and leaves a finding.
            </p>
          </>
        )}
      </WhenLoaded>
    </section>
  );
}
