import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { addressOfView, choices, choose } from '../../address.ts';
import { ask, nullIfNotFound } from '../../control-api/client.ts';
import type { Decision, RecordedMessage, RecordedRequest } from '../../control-api/types.ts';
import { Id } from '../../parts/id.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Path } from '../../parts/path.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { type Repair, repairs, unopenedResend } from '../../state/repairs.ts';
import type { ValueFilter } from '../../state/request-filters.ts';
import { Resend } from './again.tsx';
import { Body, findErrorMessage } from './body.tsx';
import { DiffList, Fixes } from './fixes.tsx';
import { IssuedToken } from './issued-token.tsx';
import { RequiredAndHeld } from './refusal.tsx';
import { Steps } from './steps.tsx';

interface RequestDetails {
  readonly request: RecordedRequest;
  readonly decision: Decision | null;
}

async function readDetails(id: string): Promise<RequestDetails> {
  const request = await ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(id)}`);
  const { decision } = request;
  if (decision === null) return { request, decision };
  // A decision may be dropped before its request.
  return {
    request,
    decision: await ask<Decision>('GET', `/_mock/decisions/${encodeURIComponent(decision)}`).catch(nullIfNotFound),
  };
}

/**
 * A request with its response and its decision.
 *
 * @param props.isEntered whether the user moved here with the keyboard
 */
export function RequestPanel({ id, isEntered }: { readonly id: string; readonly isEntered: boolean }) {
  const loaded = useLoaded(() => readDetails(id), [id]);
  return (
    <Panel label="Request" onClose={() => choose({ request: undefined })}>
      <WhenLoaded loaded={loaded}>{(recorded) => <Details {...recorded} isEntered={isEntered} />}</WhenLoaded>
    </Panel>
  );
}

function Details({ request: recorded, decision, isEntered }: RequestDetails & { readonly isEntered: boolean }) {
  const { method, path, query, status, wouldBe, hints, fault, explanation, request, response } = recorded;
  const heading = useRef<HTMLHeadingElement>(null);
  const isRefused = decision?.effect === 'deny';
  const repair = repairs.value.get(recorded.id);
  const isRepaired = repair?.after === recorded.id;
  useLayoutEffect(() => {
    const wasJustOpened = unopenedResend.id === recorded.id;
    if (wasJustOpened) unopenedResend.id = null;
    if (wasJustOpened || (isEntered && !isRefused)) heading.current?.focus();
  }, [isEntered]);
  // A hint with the code `fix` repeats the first fix, which is shown below.
  const [hint, ...otherHints] = hints.filter(({ code }) => code !== 'fix');
  return (
    <>
      <h2 ref={heading} tabIndex={-1}>
        {isRepaired && (
          <>
            <s>
              <Status status={repair.before.status} />
            </s>{' '}
            <span aria-hidden="true">→</span>{' '}
          </>
        )}
        <Status status={status} wouldBe={wouldBe} /> {method} <Path path={path} />
      </h2>
      <Steps request={recorded} before={isRepaired ? repair.before : undefined} />
      {isRepaired && <RepairResult repair={repair} isRefused={isRefused} />}
      {/* Skip this if the explanation already names the fault. */}
      {fault !== null && explanation?.includes(fault) !== true && <p class="fault">Affected by fault {fault}.</p>}
      <section aria-label="Decision">
        <Verdict request={recorded} decision={decision} hint={hint?.text} />
        {otherHints.map(({ code, text }) => (
          <p key={code} class="hint">
            <Sentence text={text} />
          </p>
        ))}
        {hasVendorMessage(recorded) && <VendorMessage service={recorded.service} body={response.body} />}
        {isRefused && <Fixes key={decision.id} request={recorded} decision={decision} isEntered={isEntered} />}
        <Resend request={recorded} decision={decision} />
        {decision !== null && <RequiredAndHeld decision={decision} />}
      </section>
      <Facts request={recorded} decision={decision} />
      {Object.keys(query).length > 0 && <Fields title="Query" fields={query} />}
      <Message title="Request" message={request} />
      <Message title="Response" message={response} />
    </>
  );
}

/** The change before this request, and whether it was enough. */
function RepairResult({ repair, isRefused }: { readonly repair: Repair; readonly isRefused: boolean }) {
  const { remedy, before, status } = repair;
  const isFixed = status !== null && status < 400;
  return (
    <section class={isFixed ? 'result allow' : 'result'} aria-label="Result">
      <p>
        <strong>
          {isFixed
            ? 'Fixed and sent again.'
            : isRefused
              ? 'Sent again, but still refused.'
              : 'Sent again and allowed now, but the response is an error.'}
        </strong>{' '}
        {remedy.lines.length === 0 && (
          <>
            Done: <Sentence text={remedy.text} />.{' '}
          </>
        )}
        <a href={addressOfView('requests', { ...choices.value, request: before.id })}>The refused request</a>
      </p>
      <DiffList lines={remedy.lines} />
    </section>
  );
}

/** The reason for the response in one sentence. A hint comes first, because it says what to do. */
function Verdict({ request, decision, hint }: RequestDetails & { readonly hint: string | undefined }) {
  const { fault, explanation } = request;
  const text = hint ?? decision?.explanation ?? explanation;
  if (text === null) return null;
  const isAllowed = decision?.effect === 'allow' && hint === undefined;
  const isFaultOnly = decision === null && fault !== null;
  const verdict = decision?.enforced === false ? 'Would be refused' : isAllowed ? 'Allowed' : 'Refused';
  return (
    <>
      <p class={isFaultOnly ? 'fault' : `verdict ${isAllowed ? 'allow' : 'deny'}`}>
        {!isFaultOnly && <strong>{verdict} </strong>}
        <Sentence text={text} />
      </p>
      {decision?.detail !== undefined && !text.includes(decision.detail) && (
        <p>
          <Sentence text={decision.detail} />
        </p>
      )}
    </>
  );
}

/** Returns whether the response says more than that access was refused. */
function hasVendorMessage({ status, decision }: RecordedRequest): boolean {
  return status !== null && status >= 400 && (decision === null || [400, 404, 405].includes(status));
}

/** The vendor's error message, as the client received it. */
function VendorMessage({ service, body }: { readonly service: string | null; readonly body: unknown }) {
  const text = findErrorMessage(body);
  if (text === null) return null;
  return (
    <section aria-label="The vendor’s words">
      <blockquote>
        <span class="quiet">{service === null ? 'Answered' : `${titleOfService(service)} answered`}: </span>
        {text}
      </blockquote>
    </section>
  );
}

/** The facts of a request. Each value is a link that filters the list by it. */
function Facts({ request, decision }: RequestDetails) {
  const { id, at, durationMs, service, operation, principal, reason, status, traceparent, tokenExpiresAt } = request;
  const facts: readonly (readonly [name: string, filter: ValueFilter, value: string | null, shown?: string])[] = [
    ['Service', 'service', service, titleOfService(service ?? '')],
    ['Operation', 'operation', operation],
    ['Caller', 'principal', principal?.name ?? null],
    ['Status', 'status', status === null ? null : String(status)],
    ['Reason', 'reason', reason],
  ];
  const trace = traceparent?.split('-')[1];
  return (
    <dl class="facts of-request" aria-label="Facts">
      {facts.map(([name, filter, value, shown]) => (
        <Fact key={name} name={name}>
          {value === null ? (
            '-'
          ) : (
            <a
              href={addressOfView('requests', { ...choices.value, [filter]: value })}
              title={`Show only requests with this ${name.toLowerCase()}`}
            >
              {shown ?? value}
            </a>
          )}
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

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Names with their values. Repeated names list all their values. */
function Fields({ title, fields }: { readonly title: string; readonly fields: RecordedMessage['headers'] }) {
  return (
    <table class="fields" aria-label={title}>
      <caption>{title}</caption>
      <tbody>
        {Object.entries(fields).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="long">{[value].flat().join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Message({ title, message }: { readonly title: string; readonly message: RecordedMessage }) {
  const { headers, body, size, truncated } = message;
  return (
    <details>
      <summary>
        {title}
        {size !== null && <span class="quiet"> {size} bytes</span>}
      </summary>
      <Body body={body} isTruncated={truncated} />
      <Fields title="Headers" fields={headers} />
    </details>
  );
}
