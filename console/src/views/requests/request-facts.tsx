import { addressOfView, choices } from '../../address.ts';
import type { Decision, RecordedRequest } from '../../control-api/types.ts';
import { formatMilliseconds } from '../../duration.ts';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { Id } from '../../parts/id.tsx';
import { titleOfService } from '../../parts/service.ts';
import { When } from '../../parts/when.tsx';
import { nameOrId } from '../../state/identities.ts';
import type { ValueFilter } from '../../state/request-filters.ts';
import { IssuedToken } from './issued-token.tsx';

/** The facts of a request. Those that the list can be filtered by are links. */
export function RequestFacts({
  request,
  decision,
}: {
  readonly request: RecordedRequest;
  readonly decision: Decision | null;
}) {
  const { id, at, durationMs, service, operation, principal, reason, status, traceparent, tokenExpiresAt } = request;
  const link = (name: string, filter: ValueFilter, value: string | null, label = value): Fact => [
    name,
    value === null ? (
      '-'
    ) : (
      <a
        href={addressOfView('requests', { ...choices.value, [filter]: value })}
        title={`Show only requests with this ${name.toLowerCase()}`}
      >
        {label}
      </a>
    ),
  ];
  const trace = traceparent?.split('-')[1];
  return (
    <Facts
      label="Facts"
      facts={[
        link('Service', 'service', service, titleOfService(service ?? '')),
        link('Operation', 'operation', operation),
        link('Caller', 'principal', principal && nameOrId(principal), principal?.name),
        link('Status', 'status', status === null ? null : String(status)),
        link('Reason', 'reason', reason),
        ['Caller’s id', principal !== null && <Id key="caller" id={principal.id} name="caller’s id" />],
        [
          'Time',
          <>
            <When at={at} isRelative />, {formatMilliseconds(durationMs)}
          </>,
        ],
        ['Its token', tokenExpiresAt !== undefined && <IssuedToken key="token" expiresAt={tokenExpiresAt} />],
        ['Request id', <Id key="id" id={id} name="request id" />],
        ['Trace', trace !== undefined && <Id key="trace" id={trace} name="trace" />],
        ['Belongs to world', decision?.ofWorld],
      ]}
    />
  );
}
