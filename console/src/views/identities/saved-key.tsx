import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { Decision, Key, RecordedRequest } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { Status } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { toEnv, toIdentityCurl } from '../../state/client-setup.ts';
import { findFirstCall } from '../../state/first-call.ts';
import { serviceOfKey } from '../../state/rulesets.ts';
import { sendCall } from '../../state/send-again.ts';
import { toFormText } from './draft.ts';

/** The control API's response to creating or editing a key. Only a new key has its text, as `key`. */
export type KeyResponse = Pick<Key, 'id' | 'name' | 'services' | 'warnings'> & {
  readonly pending: readonly { readonly version: number; readonly effectiveAt: string }[];
  readonly key?: string;
};

/** The result of saving a key, with its text if it is new. */
export function SavedKey({ keyResponse, isNew }: { readonly keyResponse: KeyResponse; readonly isNew: boolean }) {
  const { id, name, key, warnings = [], pending } = keyResponse;
  const services = keyResponse.services.map(serviceOfKey);
  const credentials = key === undefined ? [] : [{ kind: 'key', text: key } as const];
  const curl = toIdentityCurl({ services, credentials });
  const env = toEnv({ services, credentials });
  const heading = useRef<HTMLHeadingElement>(null);
  // The form had the focus, and has been removed.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div role="status">
      <h2 ref={heading} tabIndex={-1}>
        {isNew ? `${name} was created` : `${name} was edited`}
      </h2>
      {warnings.map((text) => (
        <p key={text} class="hint">
          <Sentence text={toFormText(text)} />
        </p>
      ))}
      {pending.map(({ version, effectiveAt }) => (
        <p key={version}>
          Version {version} takes effect at <When at={effectiveAt} isRelative />.{' '}
          <a href={addressOfView('clock')}>See when</a>
        </p>
      ))}
      {key !== undefined && <Facts facts={[['Secret (shown once)', <Secret key="secret" text={key} name="key" />]]} />}
      {key !== undefined && services.length > 0 && <FirstRequest id={id} name={name} text={key} services={services} />}
      <div class="bar">
        {curl !== null && <CopyButton text={curl} label="Copy as curl" />}
        {env !== null && <CopyButton text={env} label="Copy as env" />}
        <a class="button" href={addressOfView('identities', { who: id })}>
          Open it
        </a>
      </div>
    </div>
  );
}

/** A request with the explanation of its decision; undefined if it has none. */
interface ExplainedRequest extends RecordedRequest {
  readonly decisionText: string | undefined;
}

/** Sends a first request with a new key, and shows the result. */
function FirstRequest(props: {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly services: readonly string[];
}) {
  const { id, name, text, services } = props;
  const act = useAct();
  const [firstRequest, setFirstRequest] = useState<ExplainedRequest | null>(null);
  const send = () =>
    act.run(async () => {
      const call = await findFirstCall(id, services);
      if (call === undefined) {
        throw new Error('The documents of this key’s services describe no list that a key can read.');
      }
      const { id: requestId } = await sendCall(call, { kind: 'key', name, text });
      const recorded = await ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(requestId)}`);
      const { decision } = recorded;
      const recordedDecision = decision === null ? null : await ask<Decision>('GET', `/_mock/decisions/${decision}`);
      setFirstRequest({ ...recorded, decisionText: recordedDecision?.explanation });
    });
  return (
    <>
      <div class="bar">
        <button type="button" class="main" disabled={act.isBusy} onClick={send}>
          Send a request
        </button>
        <Feedback act={act} />
      </div>
      {firstRequest !== null && (
        <section aria-label="First request">
          <Status status={firstRequest.status} />{' '}
          <a class="path" href={addressOfView('requests', { request: firstRequest.id })}>
            {firstRequest.method} {firstRequest.path}
          </a>
          {firstRequest.decisionText !== undefined && (
            <p>
              <Sentence text={firstRequest.decisionText} />
            </p>
          )}
        </section>
      )}
    </>
  );
}
