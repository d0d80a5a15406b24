import { addressOfView, choices } from '../../address.ts';
import type { Decision, RecordedRequest } from '../../control-api/client.ts';
import { formatMilliseconds } from '../../duration.ts';
import { ActButton, Feedback, useAct } from '../../parts/act.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { useKeepFocus } from '../../parts/focus.ts';
import { Id } from '../../parts/id.tsx';
import { titleOfService } from '../../parts/service.ts';
import { When } from '../../parts/when.tsx';
import { worldTime } from '../../state/clock.ts';
import { nameOrId } from '../../state/identities.ts';
import { moveClock } from '../../state/move-clock.ts';
import type { ValueFilter } from '../../state/request-filters.ts';

/** The facts of a request. Those that the list can be filtered by are links. */
export function RequestFacts(props: { readonly request: RecordedRequest; readonly decision: Decision | null }) {
  const { request, decision } = props;
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

/** When the issued token expires, with a button that moves the clock there. */
function IssuedToken({ expiresAt }: { readonly expiresAt: string }) {
  const act = useAct();
  const container = useKeepFocus<HTMLDivElement>();
  const time = worldTime.value;
  const hasExpired = time !== null && Date.parse(time.now) >= Date.parse(expiresAt);
  const move = async () => {
    const { cannotUndo } = await moveClock('set', { to: expiresAt });
    return cannotUndo === null ? null : `This cannot be undone: ${cannotUndo}`;
  };
  return (
    <div ref={container} tabIndex={-1}>
      {hasExpired ? 'expired at ' : 'expires at '}
      <When at={expiresAt} isRelative />{' '}
      {!hasExpired && (
        <ActButton act={act} action={move} class="small">
          Move the clock there
        </ActButton>
      )}
      <Feedback act={act} />
    </div>
  );
}
