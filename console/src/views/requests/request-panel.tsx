import { Fragment } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { choose } from '../../address.ts';
import { ask, type Decision, nullIfNotFound, type RecordedRequest } from '../../control-api/client.ts';
import { describeError, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { Status } from '../../parts/status.tsx';
import { countChanges } from '../../state/changes.ts';
import { type Identity, readIdentities } from '../../state/identities.ts';
import { findNearest } from '../../state/remedies.ts';
import { repairs, unopenedResend } from '../../state/repairs.ts';
import { listHints } from '../../state/request-filters.ts';
import { isUnknownPath } from '../../state/requests.ts';
import { readRuleset } from '../../state/rulesets.ts';
import { Fixes, RepairResult } from './fixes.tsx';
import { Fields, findErrorMessage, Message } from './message.tsx';
import { describeRefusal } from './refusal-text.ts';
import { RequestFacts } from './request-facts.tsx';
import { RequiredAndHeld } from './required-and-held.tsx';
import { Resend } from './resend.tsx';
import { readStages, Steps } from './steps.tsx';

/** Reads a request, its decision, and what explains them. @throws like the control API */
async function readDetails(id: string) {
  const request = await ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(id)}`);
  const address = `/_mock/decisions/${encodeURIComponent(request.decision ?? '')}`;
  // A decision may be dropped before its request.
  const [decision, stages] = await Promise.all([
    request.decision === null ? null : ask<Decision>('GET', address).catch(nullIfNotFound),
    readStages(request),
  ]);
  const ruleset = decision === null || decision.rule === null ? null : await readRuleset(decision.service);
  return { request, decision, stages, ruleset };
}

/**
 * A request with its response and its decision. Everything is read before it appears, so that nothing in it moves later.
 * Only the fixes are read afterwards, because they may need a decision for every identity.
 *
 * @param props.isEntered whether the user opened it with the keyboard, which moves the focus here
 */
export function RequestPanel({ id, isEntered }: { readonly id: string; readonly isEntered: boolean }) {
  // A reset or a restart removes requests. This error is a value, because a failed read would leave the previous one.
  const readOrExplain = () => readDetails(id).catch((error: unknown) => nullIfNotFound(error) ?? describeError(error));
  const loaded = useLoaded(readOrExplain, [id, countChanges('cast')]);
  // Waits for the current ones: those of a query may be outdated.
  const identities = useLoaded(readIdentities, [readIdentities.version()]);
  return (
    <Panel label="Request" onClose={() => choose({ request: undefined })}>
      <WhenLoaded loaded={loaded}>
        {(details) => (
          <WhenLoaded loaded={typeof details === 'string' ? { error: details } : identities}>
            {(all) => typeof details !== 'string' && <Details {...details} identities={all} isEntered={isEntered} />}
          </WhenLoaded>
        )}
      </WhenLoaded>
    </Panel>
  );
}

function Details(
  props: Awaited<ReturnType<typeof readDetails>> & {
    readonly identities: readonly Identity[];
    readonly isEntered: boolean;
  },
) {
  const { request: recorded, decision, identities, stages, ruleset, isEntered } = props;
  const { method, path, query, status, statusWithoutFault, fault, explanation } = recorded;
  const { service, request, response } = recorded;
  const heading = useRef<HTMLHeadingElement>(null);
  const isRefused = decision?.effect === 'deny';
  const repair = repairs.value.get(recorded.id);
  const isRepaired = repair?.after === recorded.id;
  useLayoutEffect(() => {
    const wasJustOpened = unopenedResend.id === recorded.id;
    if (wasJustOpened) unopenedResend.id = null;
    if (wasJustOpened || (isEntered && !isRefused)) heading.current?.focus();
  }, [isEntered]);
  const [hint, ...otherHints] = listHints(recorded);
  const isOnlyFault = decision === null && fault !== null;
  const isAllowed = decision?.effect === 'allow' && hint === undefined;
  const vendorText = hasVendorMessage(recorded, isRefused) ? findErrorMessage(response.body) : null;
  const verdict = hint?.text ?? (isRefused ? describeRefusal(decision) : (decision?.explanation ?? explanation));
  return (
    <>
      <h2 ref={heading} tabIndex={-1}>
        {isRepaired && (
          <>
            <s>
              <Status status={repair.before.status} isUnknownPath={isUnknownPath(repair.before)} />
            </s>{' '}
            <span aria-hidden="true">→</span>{' '}
          </>
        )}
        <Status status={status} statusWithoutFault={statusWithoutFault} isUnknownPath={isUnknownPath(recorded)} />{' '}
        {method} <Path path={path} />
      </h2>
      <Steps request={recorded} stages={stages} before={isRepaired ? repair.before : undefined} />
      {isRepaired && <RepairResult repair={repair} isRefused={isRefused} />}
      {/* Skip this if the explanation already names the fault. */}
      {fault !== null && explanation?.includes(fault) !== true && <p class="fault">Affected by fault {fault}.</p>}
      <section aria-label="Decision">
        {verdict !== null && (
          <p class={isOnlyFault ? 'fault' : `verdict ${isAllowed ? 'allow' : 'deny'}`}>
            {!isOnlyFault && <strong>{isAllowed ? 'Allowed: ' : 'Refused: '}</strong>}
            <Sentence text={verdict} />
          </p>
        )}
        {decision?.detail !== undefined && verdict?.includes(decision.detail) === false && (
          <p>
            <Sentence text={decision.detail} />
          </p>
        )}
        {otherHints.map(({ code, text }) => (
          <p key={code} class="hint">
            <Sentence text={text} />
          </p>
        ))}
        {vendorText !== null && (
          <section aria-label="The vendor’s words">
            <blockquote>
              <span class="quiet">{service === null ? 'Answered' : `${titleOfService(service)} answered`}: </span>
              {vendorText}
            </blockquote>
          </section>
        )}
        {(isRefused || findNearest(recorded) !== null) && (
          <Fixes key={decision?.id ?? recorded.id} request={recorded} decision={decision} isEntered={isEntered} />
        )}
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

/** The statuses of refusals whose message says more than that access was refused. */
const STATUSES_WITH_DETAILS: readonly number[] = [400, 404, 405];

/** Returns whether the response says more than that access was refused, and more than the hint of an unknown path. */
function hasVendorMessage(request: RecordedRequest, isRefused: boolean): boolean {
  const { status } = request;
  if (status === null || status < 400 || isUnknownPath(request)) return false;
  return !isRefused || STATUSES_WITH_DETAILS.includes(status);
}

/** A segment of this length, such as an id, fits into a panel. */
const MAX_SEGMENT_LENGTH = 40;

/** A path that breaks only before slashes, unless a segment is too long. */
function Path({ path }: { readonly path: string }) {
  return (
    <code class="long">
      {path.split(/(?=\/)/).map((segment, index) => (
        <Fragment key={index}>
          <wbr />
          <span class={segment.length <= MAX_SEGMENT_LENGTH ? 'segment' : undefined}>{segment}</span>
        </Fragment>
      ))}
    </code>
  );
}
