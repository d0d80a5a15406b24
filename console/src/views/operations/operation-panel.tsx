import { useState } from 'preact/hooks';
import { addressOfView, goLater } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { describeCertainty } from '../../parts/certainty.ts';
import { Facts } from '../../parts/facts.tsx';
import { handleValue } from '../../parts/handlers.ts';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { StatusMark } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { findObstacle, senderOf } from '../../state/caller.ts';
import { countChanges } from '../../state/changes.ts';
import { findDocumentPage } from '../../state/documents.ts';
import { type CallerOfOperation, type ListedOperation, readCallers } from '../../state/operations.ts';
import { sendCall } from '../../state/send-again.ts';

/** What an operation needs, why, and who may call it. @param props.listed undefined: the server has no such operation */
export function OperationPanel({
  name,
  listed,
}: {
  readonly name: string;
  readonly listed: ListedOperation | undefined;
}) {
  const page = readValue(
    useLoaded(async () => listed && findDocumentPage(listed.service, listed.id), []),
    undefined,
  );
  if (listed === undefined) return <p class="fault">No API of this server has the operation {name}.</p>;
  const { id, title, needs, evidence, request } = listed;
  return (
    <>
      <h2>{id}</h2>
      <p>
        {title}. Needs: <Sentence text={needs} />
      </p>
      <div class="bar">
        <a class="button" href={addressOfView('requests', { operation: id })}>
          Its requests
        </a>
        <a class="button" href={addressOfView('faults', { make: 'yes', service: listed.service, operation: id })}>
          Make it fail
        </a>
        {request !== null && page !== undefined && (
          <a class="button" href={addressOf(page)}>
            In the API documents
          </a>
        )}
      </div>
      <Callers listed={listed} />
      <h3>Sources</h3>
      <Facts
        facts={evidence.map(({ about, certainty, source }) => [
          about,
          <>
            {describeCertainty(certainty)}
            <br />
            <span class="quiet">{source}</span>
          </>,
        ])}
      />
    </>
  );
}

/** Who of the world may call an operation, and a button that tries it as each of them. */
function Callers({ listed }: { readonly listed: ListedOperation }) {
  const { service, id, request } = listed;
  const loaded = useLoaded(() => readCallers(service, id), [countChanges('keys', 'clock', 'cast')]);
  const act = useAct();
  const [target, setTarget] = useState(request?.path ?? '');
  const tryAs = ({ identity }: CallerOfOperation) =>
    act.run(async () => {
      const goOn = goLater('service', 'operation');
      const method = request?.method ?? 'GET';
      const hasBody = ['POST', 'PUT', 'PATCH'].includes(method);
      const call = {
        method,
        target,
        headers: hasBody ? { 'content-type': 'application/json' } : {},
        body: hasBody ? '{}' : null,
        problem: null,
      };
      const { id: sent } = await sendCall(call, senderOf(identity));
      goOn(addressOfView('requests', { request: sent }));
    });
  return (
    <section aria-label="Who may call it">
      <h3>Who may call it</h3>
      {request !== null && (
        <label class="target">
          <span class="method">{request.method}</span>
          <span class="unseen">Path</span>
          <input required maxLength={4096} spellcheck={false} value={target} onInput={handleValue(setTarget)} />
        </label>
      )}
      <Feedback act={act} />
      <WhenLoaded loaded={loaded}>
        {({ callers, more }) => (
          <>
            <ul class="callers">
              {callers.map((caller) => (
                <li key={caller.identity.id} class={caller.isAllowed ? 'met' : 'missing'}>
                  <span>
                    <StatusMark status={caller.isAllowed ? 'met' : 'missing'} />{' '}
                    <a href={addressOfView('identities', { who: caller.identity.id })}>{caller.identity.name}</a>{' '}
                    <small class="quiet">{caller.why}</small>
                  </span>
                  {request !== null && findObstacle(senderOf(caller.identity)) === null && (
                    <button type="button" class="small" disabled={act.isBusy} onClick={() => tryAs(caller)}>
                      Try as<span class="unseen"> {caller.identity.name}</span>
                    </button>
                  )}
                </li>
              ))}
            </ul>
            {callers.length === 0 && <p class="quiet">No identity of this world belongs to this API.</p>}
            {more > 0 && <p class="quiet">{more} more identities belong to this API.</p>}
          </>
        )}
      </WhenLoaded>
    </section>
  );
}
