import { useEffect, useRef, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import type { RequestSummary } from '../../control-api/types.ts';
import { Status } from '../../parts/chips.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { TimeOfDay } from '../../parts/when.tsx';
import { addressIn, fitting } from '../../state/requests.ts';

/** The height of a row in pixels, which the style sheet gives it, too. */
const ROW = 34;

/** Rows beyond both ends of what can be seen, so that scrolling shows no gap. */
const BEYOND = 10;

/** The requests, newest first. Only rows that can be seen are made, so thousands cost as little as twenty. */
export function RequestList() {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height }, setSeen] = useState({ top: 0, height: 600 });
  const rows = fitting.value;
  const selected = chosen.value['request'];

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);

  const step = (by: number) => {
    const at = rows.findIndex(({ id }) => id === selected);
    const next = Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by));
    const row = rows[next];
    if (row === undefined) return;
    choose({ request: row.id }, false);
    const element = box.current;
    if (element === null) return;
    if (next * ROW < element.scrollTop) element.scrollTop = next * ROW;
    else if ((next + 1) * ROW > element.scrollTop + element.clientHeight) {
      element.scrollTop = (next + 1) * ROW - element.clientHeight;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, j: 1, k: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  };

  const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + BEYOND);
  return (
    <div
      ref={box}
      class="requests"
      role="listbox"
      aria-label="Requests, newest first"
      aria-activedescendant={selected === undefined ? undefined : `row-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(first, last).map((request, index) => (
          <Row
            key={request.id}
            request={request}
            place={first + index}
            count={rows.length}
            isSelected={request.id === selected}
          />
        ))}
      </div>
    </div>
  );
}

interface RowParts {
  readonly request: RequestSummary;
  readonly place: number;
  readonly count: number;
  readonly isSelected: boolean;
}

function Row({ request, place, count, isSelected }: RowParts) {
  const { id, at, method, status, wouldBe, principal, reason, explanation, operation, fault } = request;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, as a listbox does
    <div
      id={`row-${id}`}
      class="row"
      role="option"
      aria-selected={isSelected}
      aria-posinset={place + 1}
      aria-setsize={count}
      tabIndex={-1}
      style={{ transform: `translateY(${place * ROW}px)` }}
      onClick={() => choose({ request: id })}
    >
      <TimeOfDay at={at} />
      <Status status={status} />
      <span class="method">{method}</span>
      <span class="path" title={addressIn(request)}>
        {addressIn(request)}
      </span>
      <span class="who">{principal?.name ?? ''}</span>
      <span class="why" title={explanation ?? undefined}>
        {wouldBe !== undefined && `would be ${wouldBe}: `}
        {reason ??
          (fault !== null && explanation === null ? (
            'fault'
          ) : (
            <Sentence text={explanation ?? operation ?? 'no operation'} />
          ))}
      </span>
    </div>
  );
}
