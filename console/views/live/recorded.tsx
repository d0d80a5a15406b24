import { choose } from '../../address.ts';
import { Status } from '../../parts/chips.tsx';
import { Copy } from '../../parts/copy.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { ask } from '../../switchboard/client.ts';
import type { RecordedMessage, RecordedRequest } from '../../switchboard/types.ts';
import { DecisionPicture } from './refusal.tsx';

/** Longer bodies are shown up to here; the rest can be copied. */
const LONGEST_SHOWN = 20_000;

/** One request with its answer, and the decision about it. */
export function Recorded({ id }: { readonly id: string }) {
  const loaded = useLoaded(() => ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(id)}`), [id]);
  return (
    <article class="second" aria-label="Request">
      <button type="button" class="close" aria-label="Close" onClick={() => choose({ request: undefined })}>
        ×
      </button>
      <WhenLoaded of={loaded}>{(request) => <Parts request={request} />}</WhenLoaded>
    </article>
  );
}

function Parts({ request: whole }: { readonly request: RecordedRequest }) {
  const { method, path, status, wouldBe, decision, hints, fault, request, response, durationMs } = whole;
  return (
    <>
      <h2>
        <Status status={status} wouldBe={wouldBe} /> {method} <span class="long">{path}</span>
      </h2>
      <p class="quiet">{durationMs.toFixed(1)} ms</p>
      {fault !== null && <p class="fault">The fault {fault} struck it.</p>}
      {hints.map(({ code, text }) => (
        <p key={code} class="hint">
          <Sentence text={text} />
        </p>
      ))}
      {decision !== null && <DecisionPicture id={decision} />}
      <Message title="Request" message={request} />
      <Message title="Answer" message={response} />
    </>
  );
}

function Message({ title, message }: { readonly title: string; readonly message: RecordedMessage }) {
  const { headers, body, size, truncated } = message;
  const text = body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  return (
    <details>
      <summary>
        {title}
        {size !== null && <span class="quiet"> {size} bytes</span>}
      </summary>
      <dl class="facts">
        {Object.entries(headers).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="long">{typeof value === 'string' ? value : value.join(', ')}</dd>
          </div>
        ))}
      </dl>
      {text !== '' && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
          <pre class="body" tabIndex={0}>
            {text.slice(0, LONGEST_SHOWN)}
          </pre>
          {text.length > LONGEST_SHOWN && <p class="quiet">{text.length - LONGEST_SHOWN} more characters</p>}
          {truncated && <p class="quiet">The journal has only the beginning of it.</p>}
          <Copy text={text} label="Copy the body" />
        </>
      )}
    </details>
  );
}
