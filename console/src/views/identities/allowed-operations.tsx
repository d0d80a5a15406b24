import { addressOfView } from '../../address.ts';
import { askAll } from '../../control-api/client.ts';
import type { RequestSummary } from '../../control-api/types.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { countChanges } from '../../state/changes.ts';
import { readEffects } from '../../state/effects.ts';
import type { Identity } from '../../state/identities.ts';
import { formatAddress } from '../../state/requests.ts';
import { readRuleset } from '../../state/rulesets.ts';

/** The number of operations of all rules with a label, and the number of those that are allowed. */
interface RuleLine {
  readonly label: string;
  readonly allowed: number;
  readonly total: number;
}

/** The label of operations without a rule. */
const OPEN_LABEL = 'Open to all callers';

/** Reads which operations of a service a principal may call, by rule label. @throws like the control API */
async function readLines(principal: string, service: string): Promise<readonly RuleLine[]> {
  const [{ rules, operations }, effects] = await Promise.all([
    readRuleset(service),
    readEffects({ principal }, service),
  ]);
  const labels = new Map(rules.map(({ id, label }) => [id, label]));
  const labelsByOperation = new Map(operations.map(({ id, rule }) => [id, labels.get(rule) ?? OPEN_LABEL]));
  return [...labels.values(), OPEN_LABEL]
    .filter((label, index, all) => all.indexOf(label) === index)
    .map((label) => {
      const labelled = effects.filter(({ operation }) => labelsByOperation.get(operation) === label);
      return { label, total: labelled.length, allowed: labelled.filter(({ effect }) => effect === 'allow').length };
    })
    .filter(({ total }) => total > 0);
}

/** The operations that an identity may call, counted by rule label, without concrete objects. */
export function AllowedOperations({ identity: { id, services } }: { readonly identity: Identity }) {
  return (
    <section aria-label="What they may do">
      <h3>What they may do</h3>
      {services.length === 0 && <p class="quiet">Nothing: this identity belongs to no service.</p>}
      {services.map((service) => (
        <AllowedInService key={service} principal={id} service={service} />
      ))}
    </section>
  );
}

function AllowedInService({ principal, service }: { readonly principal: string; readonly service: string }) {
  const loaded = useLoaded(() => readLines(principal, service), [countChanges('keys', 'clock')]);
  return (
    <WhenLoaded loaded={loaded}>
      {(lines) => (
        <details open={lines.length <= MAX_EXPANDED}>
          <summary>
            {titleOfService(service)}: {lines.reduce((sum, { allowed }) => sum + allowed, 0)} of{' '}
            {lines.reduce((sum, { total }) => sum + total, 0)} operations
          </summary>
          <ul class="may-do">
            {lines.map(({ label, allowed, total }) => (
              <li key={label} class={allowed === 0 ? 'quiet' : undefined}>
                <span aria-hidden="true">{allowed === 0 ? '×' : '✓'}</span> {label}{' '}
                <small>
                  {allowed} of {total}
                </small>
              </li>
            ))}
          </ul>
        </details>
      )}
    </WhenLoaded>
  );
}

/** Lists with more lines start collapsed. */
const MAX_EXPANDED = 40;

/** The number of requests to show. */
const MAX_RECENT = 5;

/** The latest requests of an identity. */
export function RecentRequests({ identity: { id, name } }: { readonly identity: Identity }) {
  const loaded = useLoaded(
    () => askAll<RequestSummary>('requests', { limit: MAX_RECENT, bodies: false, principal: id }),
    [countChanges('requests')],
  );
  return (
    <section aria-label="Recent requests">
      <h3>Recent requests</h3>
      <WhenLoaded loaded={loaded}>
        {(requests) =>
          requests.length === 0 ? (
            <p class="quiet">None yet.</p>
          ) : (
            <>
              <ul class="plain recent">
                {requests.map((request) => (
                  <li key={request.id}>
                    <When at={request.at} /> <Status status={request.status} />{' '}
                    <a class="path" href={addressOfView('requests', { request: request.id })}>
                      {request.method} {formatAddress(request)}
                    </a>
                  </li>
                ))}
              </ul>
              <a href={addressOfView('requests', { principal: name })}>All its requests</a>
            </>
          )
        }
      </WhenLoaded>
    </section>
  );
}
