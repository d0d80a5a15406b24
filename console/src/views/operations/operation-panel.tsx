import { useState } from 'preact/hooks';
import { addressOfView, goLater } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import { ActButton, Feedback, useAct } from '../../parts/act.tsx';
import { describeCertainty } from '../../parts/certainty.ts';
import { Facts } from '../../parts/facts.tsx';
import { handleValue } from '../../parts/form.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { StatusMark } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { createCall } from '../../state/call.ts';
import { findObstacle, type Sender, senderOf } from '../../state/caller.ts';
import { countChanges } from '../../state/changes.ts';
import { findDocumentPage } from '../../state/documents.ts';
import { type ListedOperation, readCallers } from '../../state/operations.ts';
import { sendCall } from '../../state/send-again.ts';

/** What an operation needs, why, and who may call it. @param props.listed undefined: the server has no such operation */
export function OperationPanel(props: { readonly name: string; readonly listed: ListedOperation | undefined }) {
  const { name, listed } = props;
  const page = readValue(useLoaded(async () => listed && findDocumentPage(listed.service, listed.id), []));
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
  const tryAs = (method: string, sender: Sender) => async () => {
    const goOn = goLater('service', 'operation');
    const { id: sent } = await sendCall(createCall(method, target), sender);
    goOn(addressOfView('requests', { request: sent }));
  };
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
              {callers.map(({ identity, isAllowed, why }) => (
                <li key={identity.id} class={isAllowed ? 'met' : 'missing'}>
                  <span>
                    <StatusMark status={isAllowed ? 'met' : 'missing'} />{' '}
                    <a href={addressOfView('identities', { who: identity.id })}>{identity.name}</a>{' '}
                    <small class="quiet">{why}</small>
                  </span>
                  {request !== null && findObstacle(senderOf(identity)) === null && (
                    <ActButton act={act} action={tryAs(request.method, senderOf(identity))} class="small">
                      Try as<span class="unseen"> {identity.name}</span>
                    </ActButton>
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
