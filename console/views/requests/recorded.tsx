import { choose } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { RecordedMessage, RecordedRequest } from '../../control-api/types.ts';
import { Status } from '../../parts/chips.tsx';
import { Copy } from '../../parts/copy.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { DecisionPicture } from './refusal.tsx';

/** Longer bodies are shown up to here; the rest can be copied. */
const LONGEST_SHOWN = 20_000;

/** One request with its answer, and the decision about it. */
export function Recorded({ id }: { readonly id: string }) {
  const loaded = useLoaded(() => ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(id)}`), [id]);
  return (
    <Panel label="Request" onClose={() => choose({ request: undefined })}>
      <WhenLoaded of={loaded}>{(request) => <Parts request={request} />}</WhenLoaded>
    </Panel>
  );
}

function Parts({ request: whole }: { readonly request: RecordedRequest }) {
  const { method, path, query, status, wouldBe, decision, explanation, hints, fault, request, response } = whole;
  return (
    <>
      <h2>
        <Status status={status} wouldBe={wouldBe} /> {method} <span class="long">{path}</span>
      </h2>
      <p class="quiet">
        {whole.durationMs.toFixed(1)} ms
        {whole.traceparent !== undefined && (
          <>
            , trace <code class="long">{whole.traceparent.split('-')[1]}</code>
          </>
        )}
      </p>
      {Object.keys(query).length > 0 && (
        <section aria-label="Query">
          <h3>Query</h3>
          <Fields fields={query} />
        </section>
      )}
      {/* The explanation of an answer that a fault gave names the fault. */}
      {fault !== null && explanation?.includes(fault) !== true && <p class="fault">Affected by fault {fault}.</p>}
      {explanation !== null && (
        <p class={fault === null ? 'verdict deny' : 'fault'}>
          {fault === null && <strong>Refused </strong>}
          <Sentence text={explanation} />
        </p>
      )}
      {/* What stands in for a hint is the first fix of the decision, which shows it. */}
      {hints.map(
        ({ code, text }) =>
          code !== 'fix' && (
            <p key={code} class="hint">
              <Sentence text={text} />
            </p>
          ),
      )}
      {decision !== null && <DecisionPicture id={decision} />}
      {status !== null && status >= 400 && <Told body={response.body} />}
      <Message title="Request" message={request} />
      <Message title="Answer" message={response} />
    </>
  );
}

/** A refusal in the words of the vendor, as the client got it. */
function Told({ body }: { readonly body: unknown }) {
  const text = textOf(body);
  if (text === '') return null;
  return (
    <section class="told" aria-label="The vendor's words">
      <h3>The vendor’s words</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre tabIndex={0}>{text.slice(0, LONGEST_SHOWN)}</pre>
    </section>
  );
}

function textOf(body: unknown): string {
  if (body === null) return '';
  return typeof body === 'string' ? body : JSON.stringify(body, null, 2);
}

/** Names with their values; of one that came more than once, all of them. */
function Fields({ fields }: { readonly fields: RecordedMessage['headers'] }) {
  return (
    <dl class="facts">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="long">{[value].flat().join(', ')}</dd>
        </div>
      ))}
    </dl>
  );
}

function Message({ title, message }: { readonly title: string; readonly message: RecordedMessage }) {
  const { headers, body, size, truncated } = message;
  const text = textOf(body);
  return (
    <details>
      <summary>
        {title}
        {size !== null && <span class="quiet"> {size} bytes</span>}
      </summary>
      <Fields fields={headers} />
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
