import { useLayoutEffect, useRef } from 'preact/hooks';
import { choose } from '../../address.ts';
import { ask, nullIfNotFound } from '../../control-api/client.ts';
import type { Decision, RecordedRequest } from '../../control-api/types.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Path } from '../../parts/path.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { Status } from '../../parts/status.tsx';
import { type Identity, readIdentities } from '../../state/identities.ts';
import { repairs, unopenedResend } from '../../state/repairs.ts';
import { type Ruleset, readRuleset } from '../../state/rulesets.ts';
import { findErrorMessage } from './body.tsx';
import { Fixes } from './fixes.tsx';
import { Fields, Message } from './message.tsx';
import { RepairResult } from './repair-result.tsx';
import { type DecidedRequest, RequestFacts } from './request-facts.tsx';
import { RequiredAndHeld } from './required-and-held.tsx';
import { Resend } from './resend.tsx';
import { readStages, type Stages, Steps } from './steps.tsx';

/** A recorded request with what explains it. */
interface RequestDetails extends DecidedRequest {
  readonly stages: Stages;
  /** The ruleset with the rule of the decision; null if no rule was evaluated. */
  readonly ruleset: Ruleset | null;
}

/** Reads a request, its decision, and what explains them. @throws like the control API */
async function readDetails(id: string): Promise<RequestDetails> {
  const request = await ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(id)}`);
  const [decision, stages] = await Promise.all([readDecision(request), readStages(request)]);
  const hasRule = decision !== null && decision.rule !== null;
  return { request, decision, stages, ruleset: hasRule ? await readRuleset(decision.service) : null };
}

/** Reads the decision on a request; null if it has none, or if it was dropped before its request. */
async function readDecision({ decision: id }: RecordedRequest): Promise<Decision | null> {
  if (id === null) return null;
  return await ask<Decision>('GET', `/_mock/decisions/${encodeURIComponent(id)}`).catch(nullIfNotFound);
}

/**
 * A request with its response and its decision. Everything is read before it appears, so that nothing in it moves later.
 * Only the fixes are read afterwards, because they may need a decision for every identity.
 *
 * @param props.isEntered whether the user opened it with the keyboard, which moves the focus here
 */
export function RequestPanel({ id, isEntered }: { readonly id: string; readonly isEntered: boolean }) {
  const loaded = useLoaded(() => readDetails(id), [id]);
  // Waits for the current ones: those of a query may be outdated.
  const identities = useLoaded(readIdentities, [readIdentities.version()]);
  return (
    <Panel label="Request" onClose={() => choose({ request: undefined })}>
      <WhenLoaded loaded={loaded}>
        {(details) => (
          <WhenLoaded loaded={identities}>
            {(all) => <Details {...details} identities={all} isEntered={isEntered} />}
          </WhenLoaded>
        )}
      </WhenLoaded>
    </Panel>
  );
}

interface DetailsProps extends RequestDetails {
  readonly identities: readonly Identity[];
  readonly isEntered: boolean;
}

function Details(props: DetailsProps) {
  const { request: recorded, decision, identities, stages, ruleset, isEntered } = props;
  const { method, path, query, status, statusWithoutFault, hints, fault, explanation, request, response } = recorded;
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
        {isRepaired && <PreviousStatus status={repair.before.status} />}
        <Status status={status} statusWithoutFault={statusWithoutFault} /> {method} <Path path={path} />
      </h2>
      <Steps request={recorded} stages={stages} before={isRepaired ? repair.before : undefined} />
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
        {hasVendorMessage(status, isRefused) && <VendorMessage service={recorded.service} body={response.body} />}
        {isRefused && <Fixes key={decision.id} request={recorded} decision={decision} isEntered={isEntered} />}
        <Resend request={recorded} decision={decision} identities={identities} />
        {decision !== null && <RequiredAndHeld decision={decision} ruleset={ruleset} identities={identities} />}
      </section>
      <RequestFacts request={recorded} decision={decision} />
      {Object.keys(query).length > 0 && <Fields title="Query" fields={query} />}
      <Message title="Request" message={request} />
      <Message title="Response" message={response} />
    </>
  );
}

/** The struck-out status of the refused request, before the new status. */
function PreviousStatus({ status }: Pick<RecordedRequest, 'status'>) {
  return (
    <>
      <s>
        <Status status={status} />
      </s>{' '}
      <span aria-hidden="true">→</span>{' '}
    </>
  );
}

/** The reason for the response in one sentence. A hint comes first, because it says what to do. */
function Verdict({ request, decision, hint }: DecidedRequest & { readonly hint: string | undefined }) {
  const { fault, explanation } = request;
  const text = hint ?? decision?.explanation ?? explanation;
  if (text === null) return null;
  const isAllowed = decision?.effect === 'allow' && hint === undefined;
  const isFaultOnly = decision === null && fault !== null;
  return (
    <>
      <p class={isFaultOnly ? 'fault' : `verdict ${isAllowed ? 'allow' : 'deny'}`}>
        {!isFaultOnly && <strong>{isAllowed ? 'Allowed' : 'Refused'} </strong>}
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

/** The statuses of refusals whose message says more than that access was refused. */
const STATUSES_WITH_DETAILS: readonly number[] = [400, 404, 405];

/** Returns whether the response says more than that access was refused. */
function hasVendorMessage(status: number | null, isRefused: boolean): boolean {
  return status !== null && status >= 400 && (!isRefused || STATUSES_WITH_DETAILS.includes(status));
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
