import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../control-api/client.ts';
import type { OperationEffect } from '../../control-api/types.ts';
import { Name } from '../../parts/chips.tsx';
import { textOf } from '../../parts/loaded.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { type Draft, holdingOf } from './draft.ts';

type Seen = { readonly operations: readonly OperationEffect[] } | { readonly fault: string };

/** A pause between two ticks is shorter than this. */
const PAUSE_MS = 150;

/** What a key like this could do, as the control API decides it: before any object is known. */
export function Allowed({ draft }: { readonly draft: Draft }) {
  const [seen, setSeen] = useState<Seen | null>(null);
  const question = JSON.stringify({ holding: holdingOf(draft), services: draft.services });
  useEffect(() => {
    let isOver = false;
    const later = setTimeout(async () => {
      const found = await allowedBy(question).catch((fault: unknown) => ({ fault: textOf(fault) }));
      if (!isOver) setSeen(found);
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(later);
    };
  }, [question]);
  return (
    <section class="allowed" aria-label="What it allows" aria-live="polite">
      <h3>What it allows</h3>
      {seen === null ? null : 'fault' in seen ? (
        <p class="fault">
          <Sentence text={seen.fault} />
        </p>
      ) : (
        draft.services.map((service) => <Service key={service} service={service} all={seen.operations} />)
      )}
      {draft.services.length === 0 && <p class="quiet">Nothing: no service is ticked.</p>}
    </section>
  );
}

async function allowedBy(question: string): Promise<Seen> {
  const { holding, services } = JSON.parse(question) as { holding: object; services: readonly string[] };
  const answers = await Promise.all(
    services.map((service) =>
      ask<{ operations: readonly OperationEffect[] }>('POST', '/_mock/decisions/simulate', {
        holding,
        operations: '*',
        service,
      }),
    ),
  );
  return { operations: answers.flatMap(({ operations }) => operations) };
}

function Service({ service, all }: { readonly service: string; readonly all: readonly OperationEffect[] }) {
  const own = all.filter((one) => one.service === service);
  const allowed = own.filter(({ effect }) => effect === 'allow');
  return (
    <>
      <p>
        <strong>{serviceTitle(service)}</strong>: {allowed.length} of {own.length} operations
      </p>
      <ul class="plain">
        {allowed.map(({ operation }) => (
          <li key={operation}>
            <Name text={operation} />
          </li>
        ))}
      </ul>
    </>
  );
}
