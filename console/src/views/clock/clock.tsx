import { choices } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { ClockReading, Propagation } from '../../control-api/types.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges } from '../../state/changes.ts';
import { readIdentities } from '../../state/identities.ts';
import { requests } from '../../state/requests.ts';
import { collectNames } from '../../timeline/event-text.ts';
import { ClockPanel } from './clock-panel.tsx';
import { Events } from './events.tsx';
import { History } from './history.tsx';
import { PropagationPanel } from './propagation-panel.tsx';
import { Timeline } from './timeline.tsx';
import './clock.css';

/** Shows when key edits take effect and other upcoming events, and moves the clock. */
export function ClockView() {
  const loaded = useLoaded(async () => {
    const [clock, identities, propagation] = await Promise.all([
      ask<ClockReading>('GET', '/_mock/clock'),
      readIdentities(),
      ask<Propagation>('GET', '/_mock/propagation'),
    ]);
    const names = collectNames(identities, requests.peek());
    return { clock, keys: identities.flatMap(({ key }) => key ?? []), names, propagation };
  }, [countChanges('clock', 'keys')]);
  const chosenIds = [choices.value['key'], choices.value['with']].filter((id) => id !== undefined);
  return (
    <div class="page moving">
      <ViewHeader title="Clock" />
      <WhenLoaded loaded={loaded}>
        {({ clock, keys, names, propagation }) => {
          const compared = chosenIds.flatMap((id) => keys.find((key) => key.id === id) ?? []);
          const unknownIds = chosenIds.filter((id) => !keys.some((key) => key.id === id));
          return (
            <>
              <ClockPanel clock={clock} names={names} />
              <Timeline clock={clock} keys={keys} names={names} />
              <Events clock={clock} names={names} />
              {unknownIds.map((id) => (
                <p key={id} class="fault">
                  The key {id} no longer exists in this world.
                </p>
              ))}
              {compared.length > 0 && <History keys={compared} />}
              <PropagationPanel propagation={propagation} hasPending={keys.some(({ pending }) => pending.length > 0)} />
            </>
          );
        }}
      </WhenLoaded>
    </div>
  );
}
