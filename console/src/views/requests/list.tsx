import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { choices, choose } from '../../address.ts';
import { formatMilliseconds } from '../../duration.ts';
import { Sentence } from '../../parts/sentence.tsx';
import { Status } from '../../parts/status.tsx';
import { TimeOfDay } from '../../parts/when.tsx';
import { listedRows, listHints, type Row } from '../../state/request-filters.ts';
import { formatAddress, isRefusal, isUnknownPath } from '../../state/requests.ts';
import { isCoarse, isNarrow } from '../../window.ts';

/** Returns the height of a row, as in the style sheet. */
function getRowHeightPixels(): number {
  if (isNarrow.value) return 62;
  return isCoarse.value ? 44 : 34;
}

/** The rows rendered above and below the visible ones, so that scrolling shows no gap. */
const OVERSCAN_ROWS = 10;

const HEADINGS = ['Status', 'Method', 'Operation', 'Caller', 'Reason', 'Time', 'Duration'];

/**
 * The requests, newest first. Only visible rows are rendered, so thousands take no longer than twenty.
 *
 * @param props.onEnter called when the user presses Enter on the selected request
 */
export function RequestList({ onEnter }: { readonly onEnter: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const { top, height } = useViewport(box);
  const rowHeight = getRowHeightPixels();
  const rows = listedRows.value;
  const selected = choices.value['request'];
  const selectedIndex = selected === undefined ? -1 : rows.findIndex(({ ids }) => ids.includes(selected));

  const step = (offset: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, selectedIndex < 0 ? 0 : selectedIndex + offset));
    const row = rows[next];
    if (row === undefined) return;
    choose({ request: row.request.id }, false);
    if (box.current !== null) scrollToRow(box.current, next, rowHeight);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && selectedIndex >= 0) onEnter();
    const offset = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, j: 1, k: -1 }[event.key];
    if (offset === undefined) return;
    event.preventDefault();
    step(offset);
  };

  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + OVERSCAN_ROWS);
  return (
    <>
      {/* Screen readers get the meaning of each part from the row. */}
      <div class="row headings" aria-hidden="true">
        {HEADINGS.map((title) => (
          <span key={title} class={title === 'Status' ? undefined : title.toLowerCase()}>
            {title}
          </span>
        ))}
      </div>
      <div
        ref={box}
        class="requests"
        role="listbox"
        aria-label="Requests, newest first"
        aria-activedescendant={selectedIndex < 0 ? undefined : `row-${rows[selectedIndex]?.request.id}`}
        tabIndex={0}
        data-entry
        onKeyDown={onKeyDown}
      >
        <div style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, last).map((row, index) => (
            <RequestRow
              // The oldest id stays the same while equal requests arrive.
              key={row.ids.at(-1)}
              row={row}
              index={first + index}
              count={rows.length}
              isSelected={first + index === selectedIndex}
            />
          ))}
        </div>
      </div>
    </>
  );
}

/** Scrolls as little as needed to show a row. @param rowHeight in pixels */
function scrollToRow(box: HTMLElement, index: number, rowHeight: number): void {
  const top = index * rowHeight;
  const bottom = top + rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}

/** The height of the list before it is measured, in pixels. */
const INITIAL_HEIGHT = 600;

/** Returns the scroll position and the height of the list, in pixels. */
function useViewport(box: RefObject<HTMLDivElement | null>): { readonly top: number; readonly height: number } {
  const [viewport, setViewport] = useState({ top: 0, height: INITIAL_HEIGHT });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const updateViewport = () => setViewport({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(updateViewport);
    observer.observe(element);
    element.addEventListener('scroll', updateViewport, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', updateViewport);
    };
  }, []);
  return viewport;
}

function RequestRow(props: {
  readonly row: Row;
  readonly index: number;
  readonly count: number;
  readonly isSelected: boolean;
}) {
  const { row, index, count, isSelected } = props;
  const { request, ids } = row;
  const { id, at, method, status, principal, operation, durationMs } = request;
  const address = formatAddress(request);
  const hints = listHints(request);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, as a listbox does
    <div
      id={`row-${id}`}
      class="row"
      role="option"
      aria-selected={isSelected}
      aria-posinset={index + 1}
      aria-setsize={count}
      tabIndex={-1}
      style={{ height: `${getRowHeightPixels()}px`, transform: `translateY(${index * getRowHeightPixels()}px)` }}
      onClick={() => choose({ request: id })}
    >
      <Status status={status} isUnknownPath={isUnknownPath(request)} />
      <span class="method">{method}</span>
      <span class={isUnknownPath(request) ? 'operation fault' : 'operation'} title={address}>
        {ids.length > 1 && <b class="times">{ids.length.toLocaleString('en')} × </b>}
        {operation !== null && <strong>{operation} </strong>}
        <span class="path">{address}</span>
      </span>
      <span class="caller">{principal?.name ?? '-'}</span>
      <span class="reason">
        {hints.length > 0 && (
          <span class="hint" title={hints.map(({ text }) => text).join('\n')}>
            <span aria-hidden="true">⚑ </span>
            <span class="unseen">has a hint </span>
          </span>
        )}
        <Reason request={request} />
      </span>
      <TimeOfDay at={at} />
      <span class="duration">{formatMilliseconds(durationMs)}</span>
    </div>
  );
}

/** The shortest available reason of a refusal; nothing for what succeeded. */
function Reason({ request }: Pick<Row, 'request'>) {
  const { statusWithoutFault, reason, explanation, fault } = request;
  if (!isRefusal(request) && fault === null) return null;
  // The path itself is shown, in red.
  if (isUnknownPath(request)) return <>unknown path</>;
  return (
    <span title={explanation ?? reason ?? undefined}>
      {statusWithoutFault !== undefined && `without the fault ${statusWithoutFault}: `}
      <Sentence text={reason ?? explanation ?? (fault === null ? '' : 'fault')} />
    </span>
  );
}
