import { useState } from 'preact/hooks';
import { addressOfView } from '../../../address.ts';
import { ask } from '../../../control-api/client.ts';
import type { Verified } from '../../../control-api/types.ts';
import { Code } from '../../../parts/code.tsx';
import { describeError, readValue, useLoaded } from '../../../parts/loaded.tsx';
import { LongText, shorten } from '../../../parts/long.tsx';
import { Sentence } from '../../../parts/sentence.tsx';
import { toSource } from '../../../parts/source.ts';
import { Status } from '../../../parts/status.tsx';
import { countChanges } from '../../../state/changes.ts';
import { journalFilter } from '../../../state/request-filters.ts';
import { formatAddress } from '../../../state/requests.ts';

/** The ways to compare the number of requests, by member of the control API. */
const COUNT_KINDS = { times: 'exactly', atLeast: 'at least', atMost: 'at most' } as const;
type CountKind = keyof typeof COUNT_KINDS;

/** A result with its question, which may be outdated. */
type VerifyResult = { readonly question: string } & ({ readonly verified: Verified } | { readonly error: string });

/** Verifies the journal. @param question the request body */
async function verify(question: string): Promise<VerifyResult> {
  try {
    return { question, verified: await ask<Verified>('POST', '/_mock/requests/verify', JSON.parse(question)) };
  } catch (error) {
    return { question, error: describeError(error) };
  }
}

/** Counts the requests that match the filters and shows the closest others, again after every change. */
export function Verify() {
  const [countKind, setCountKind] = useState<CountKind>('atLeast');
  const [expectedCount, setExpectedCount] = useState(1);
  const { status, ...texts } = journalFilter.value;
  const match = { ...texts, ...(status !== undefined && { status: /^\d+$/.test(status) ? Number(status) : status }) };
  const verification = { match, [countKind]: expectedCount };
  const question = JSON.stringify(verification);
  const result = readValue(
    useLoaded(() => verify(question), [question, countChanges('requests')]),
    null,
  );
  const isOutdated = result?.question !== question;
  return (
    <>
      <form class="order" onSubmit={(event) => event.preventDefault()}>
        <label>
          Requests that match the filters of the list
          <select value={countKind} onChange={(event) => setCountKind(event.currentTarget.value as CountKind)}>
            {Object.entries(COUNT_KINDS).map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label>
          How many
          <input
            type="number"
            min={0}
            required
            value={expectedCount}
            onInput={(event) => setExpectedCount(event.currentTarget.valueAsNumber || 0)}
          />
        </label>
      </form>
      <div role="status">{isOutdated ? <p class="quiet">Counting …</p> : <Outcome result={result} />}</div>
      <Code text={`await mock.requests.verify(${toSource(verification)});`} />
      {!isOutdated && 'verified' in result && <ClosestRequests nearest={result.verified.nearest} />}
    </>
  );
}

/** Whether as many requests match as expected, in one line. */
function Outcome({ result }: { readonly result: VerifyResult }) {
  if ('error' in result) {
    return (
      <p class="fault">
        <Sentence text={result.error} />
      </p>
    );
  }
  const { verified, count, dropped } = result.verified;
  return (
    <p class={verified ? 'verdict allow' : 'verdict deny'}>
      <strong>{verified ? 'Yes' : 'No'}</strong> {count === 1 ? '1 request matches' : `${count} requests match`}.
      {dropped > 0 && ` The journal has dropped ${dropped} older ones.`}
    </p>
  );
}

/** The requests that differ least from the expected ones, with the differences. */
function ClosestRequests({ nearest }: Pick<Verified, 'nearest'>) {
  if (nearest.length === 0) return null;
  return (
    <>
      <h3>Closest requests</h3>
      <ul class="nearest">
        {nearest.map(({ request, request: { id, method, status }, differs, hint }) => (
          <li key={id}>
            <Status status={status} />{' '}
            <a class="long" href={addressOfView('requests', { request: id })}>
              {method} {shorten(formatAddress(request))}
            </a>
            <ul>
              {differs.map((text) => (
                <li key={text}>
                  <LongText text={text} isSentence />
                </li>
              ))}
              {hint !== null && (
                <li class="hint">
                  <LongText text={hint} isSentence />
                </li>
              )}
            </ul>
          </li>
        ))}
      </ul>
    </>
  );
}
