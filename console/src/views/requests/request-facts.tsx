import type { ComponentChildren } from 'preact';
import { addressOfView, choices } from '../../address.ts';
import type { Decision, RecordedRequest } from '../../control-api/types.ts';
import { Id } from '../../parts/id.tsx';
import { titleOfService } from '../../parts/service.ts';
import { When } from '../../parts/when.tsx';
import type { ValueFilter } from '../../state/request-filters.ts';
import { IssuedToken } from './issued-token.tsx';

/** A request with its decision; null if it has none, or if it was dropped. */
export interface DecidedRequest {
  readonly request: RecordedRequest;
  readonly decision: Decision | null;
}

/** A fact for which the list has a filter. */
interface FilterFact {
  readonly name: string;
  readonly filter: ValueFilter;
  readonly value: string | null;
  /** Shown instead of the value. */
  readonly label?: string;
}

/** The facts of a request. Those with a filter are links that filter the list. */
export function RequestFacts({ request, decision }: DecidedRequest) {
  const { id, at, durationMs, service, operation, principal, reason, status, traceparent, tokenExpiresAt } = request;
  const facts: readonly FilterFact[] = [
    { name: 'Service', filter: 'service', value: service, label: titleOfService(service ?? '') },
    { name: 'Operation', filter: 'operation', value: operation },
    { name: 'Caller', filter: 'principal', value: principal?.name ?? null },
    { name: 'Status', filter: 'status', value: status === null ? null : String(status) },
    { name: 'Reason', filter: 'reason', value: reason },
  ];
  const trace = traceparent?.split('-')[1];
  return (
    <dl class="facts of-request" aria-label="Facts">
      {facts.map((fact) => (
        <Fact key={fact.name} name={fact.name}>
          <FilterLink {...fact} />
        </Fact>
      ))}
      {principal !== null && (
        <Fact name="Caller’s id">
          <Id id={principal.id} name="caller’s id" />
        </Fact>
      )}
      <Fact name="Time">
        <When at={at} isRelative />, {durationMs.toFixed(1)} ms
      </Fact>
      {tokenExpiresAt !== undefined && (
        <Fact name="Its token">
          <IssuedToken expiresAt={tokenExpiresAt} />
        </Fact>
      )}
      <Fact name="Request id">
        <Id id={id} name="request id" />
      </Fact>
      {trace !== undefined && (
        <Fact name="Trace">
          <Id id={trace} name="trace" />
        </Fact>
      )}
      {decision?.ofWorld !== undefined && <Fact name="Belongs to world">{decision.ofWorld}</Fact>}
    </dl>
  );
}

/** A link that filters the list by a value, or a dash for no value. */
function FilterLink({ name, filter, value, label }: FilterFact) {
  if (value === null) return <>-</>;
  return (
    <a
      href={addressOfView('requests', { ...choices.value, [filter]: value })}
      title={`Show only requests with this ${name.toLowerCase()}`}
    >
      {label ?? value}
    </a>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
