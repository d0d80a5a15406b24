import { chosen } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { ClockReading, Propagation } from '../../control-api/types.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { changesOf } from '../../state/changes.ts';
import { readKeys } from '../../state/keys.ts';
import { ClockPanel } from './clock-panel.tsx';
import { Events } from './events.tsx';
import { History } from './history.tsx';
import { PropagationPanel } from './propagation-panel.tsx';
import { Timeline } from './timeline.tsx';
import './clock.css';

/** When edits of keys begin to count, what happens by itself, and the clock that can be moved there. */
export function ClockView() {
  const loaded = useLoaded(async () => {
    const [clock, keys, propagation] = await Promise.all([
      ask<ClockReading>('GET', '/_mock/clock'),
      readKeys(),
      ask<Propagation>('GET', '/_mock/propagation'),
    ]);
    return { clock, keys, propagation };
  }, [changesOf('clock', 'keys')]);
  const selected = chosen.value['key'];
  return (
    <div class="page">
      <WhenLoaded of={loaded}>
        {({ clock, keys, propagation }) => {
          const key = keys.find(({ id }) => id === selected);
          return (
            <>
              <ClockPanel clock={clock} />
              <Timeline clock={clock} keys={keys} />
              <Events clock={clock} keys={keys} />
              {selected !== undefined && key === undefined && (
                <p class="fault">There is no key {selected} in this world any more.</p>
              )}
              {key !== undefined && <History policyKey={key} />}
              <PropagationPanel propagation={propagation} hasPending={keys.some(({ pending }) => pending.length > 0)} />
            </>
          );
        }}
      </WhenLoaded>
    </div>
  );
}
