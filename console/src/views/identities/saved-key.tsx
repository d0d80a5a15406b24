import { useEffect, useRef } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { ask, type Decision, type KeyWithSecret, type RecordedRequest } from '../../control-api/client.ts';
import { Sentence } from '../../parts/sentence.tsx';
import { Status } from '../../parts/status.tsx';
import { findFirstCall } from '../../state/first-call.ts';
import { savedKey } from '../../state/keys.ts';
import { serviceOfKey } from '../../state/rulesets.ts';
import { sendCall } from '../../state/send-again.ts';
import { toFormText } from './draft.ts';

/** Sends a request with a new key. Returns null if none can be sent: the key is created anyway. */
export async function sendFirstRequest(created: KeyWithSecret): Promise<RecordedRequest | null> {
  const { id, name, services, key: text } = created;
  try {
    const call = await findFirstCall(id, services.map(serviceOfKey));
    if (call === undefined) return null;
    const sent = await sendCall(call, { kind: 'key', name, text });
    const recorded = await ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(sent.id)}`);
    const { decision } = recorded;
    const explained = decision === null ? null : await ask<Decision>('GET', `/_mock/decisions/${decision}`);
    return { ...recorded, explanation: explained?.explanation ?? recorded.explanation };
  } catch {
    return null;
  }
}

/** What the form reports about the key of this panel. */
export function SavedKey({ id }: { readonly id: string }) {
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The form had the focus, and has been removed.
    note.current?.focus();
    return () => {
      savedKey.value = null;
    };
  }, []);
  const saved = savedKey.value;
  if (saved?.id !== id) return null;
  const { name, isNew, request, warnings = [] } = saved;
  return (
    <div ref={note} role="status" tabIndex={-1}>
      <p>
        <bdi>{name}</bdi> was{' '}
        {isNew ? 'created. Copy its secret: it is shown only until you leave the page.' : 'edited.'}
      </p>
      {warnings.map((text) => (
        <p key={text} class="hint">
          <Sentence text={toFormText(text)} />
        </p>
      ))}
      {request !== null && (
        <>
          <p>
            <Status status={request.status} />{' '}
            <a class="path" href={addressOfView('requests', { request: request.id })}>
              {request.method} {request.path}
            </a>
          </p>
          {request.explanation !== null && (
            <p>
              <Sentence text={request.explanation} />
            </p>
          )}
        </>
      )}
    </div>
  );
}
