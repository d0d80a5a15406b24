import { useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { Drill, Fault, StartedDrill } from '../../control-api/types.ts';
import { formatDuration } from '../../duration.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { shortDuration } from '../../parts/time.ts';
import { When } from '../../parts/when.tsx';
import { reportChange } from '../../state/changes.ts';
import { worldTime } from '../../state/clock.ts';
import { drillTitle, endDrill } from '../../state/drills.ts';
import { formatChoice, type Identity } from '../../state/identities.ts';
import { keepText } from '../../state/keys.ts';
import { type DrillState, isInForce } from './drill.ts';

/** The details of a drill, and a form that starts it. */
export function OneDrill({ drill, fault, people }: DrillState & { readonly people: readonly Identity[] }) {
  const { name, service, what, rightClient, about, lasts } = drill;
  const [order, setOrder] = useState({ principal: '', for: '' });
  const [started, setStarted] = useState<StartedDrill | null>(null);
  const act = useAct();
  const isRunning = isInForce(drill);
  const findName = (id: string) => people.find((one) => one.id === id)?.name ?? id;

  const start = () =>
    act.run(async () => {
      setStarted(null);
      const filled = Object.entries(order).filter(([, text]) => text !== '');
      const startedDrill = await ask<StartedDrill>('POST', `/_mock/drills/${name}`, Object.fromEntries(filled));
      if (startedDrill.key !== undefined && startedDrill.principal !== null)
        keepText(startedDrill.principal.id, startedDrill.key);
      setStarted(startedDrill);
      reportChange('drills', 'faults', 'clock', 'keys');
    });
  const end = () =>
    act.run(async () => {
      await endDrill(drill, fault?.match.principal);
      setStarted(null);
    });
  const affected = order.principal === '' ? defaultTarget(drill) : findName(order.principal);
  const plan = describePlan(drill, affected, order.for);

  return (
    <>
      <h2>{drillTitle(drill.name)}</h2>
      <p class="quiet">
        {serviceTitle(service)} · <code>{name}</code> <CopyButton text={name} of="the id" />
      </p>
      <p>
        <Sentence text={what} />
      </p>
      <h3>A correct client</h3>
      <p>
        <Sentence text={rightClient} />
      </p>
      {isRunning && (
        <DrillProgress drill={drill} fault={fault} whom={findName(fault?.match.principal ?? '') || 'all callers'} />
      )}
      <form
        class="order"
        onSubmit={(event) => {
          event.preventDefault();
          if (lasts !== null) void start();
        }}
      >
        {about !== 'all' && (
          <TargetChoice
            people={people.filter(({ services, key }) =>
              service === 'ngc' ? key !== undefined : services.includes(service),
            )}
            none={defaultTarget(drill)}
            choose={(principal) => setOrder({ ...order, principal })}
          />
        )}
        {lasts !== null && (
          <label>
            For how long
            <input
              placeholder={shortDuration(lasts)}
              autocomplete="off"
              size={8}
              onInput={(event) => setOrder({ ...order, for: event.currentTarget.value.trim() })}
            />
          </label>
        )}
        {!isRunning && <p class="quiet">{plan}</p>}
        {lasts === null ? (
          <Confirm
            title={`Start drill ${drillTitle(drill.name)}?`}
            confirmLabel="Start drill"
            warning={`${what.replaceAll('`', '')} ${plan}`}
            isBusy={act.isBusy}
            onConfirm={start}
            class="main"
          >
            Start drill
          </Confirm>
        ) : (
          <button type="submit" class={isRunning ? undefined : 'main'} disabled={act.isBusy}>
            {isRunning ? 'Restart drill' : 'Start drill'}
          </button>
        )}
        {isRunning && (
          <button type="button" class="main" disabled={act.isBusy} onClick={end}>
            End drill
          </button>
        )}
      </form>
      <Feedback act={act} />
      <div role="status">{started !== null && <StartResult started={started} />}</div>
    </>
  );
}

/** The default target of a drill. */
function defaultTarget({ about, service }: Drill): string {
  if (about !== 'one') return 'all callers';
  return service === 'runai' ? 'the administrator' : 'the caller of the newest allowed request';
}

/** Describes the effect of starting a drill. @param duration the duration in the form */
function describePlan({ lasts }: Drill, whom: string, duration: string): string {
  if (lasts === null) return `This happens immediately, affects ${whom}, and cannot be undone.`;
  return `Affects ${whom} for ${duration === '' ? shortDuration(lasts) : duration} on this world’s clock, or until you end it. Only these requests fail; no stored data changes.`;
}

/** The progress of a running drill. */
function DrillProgress(props: { readonly drill: Drill; readonly fault: Fault | undefined; readonly whom: string }) {
  const { drill, fault, whom } = props;
  const time = worldTime.value;
  const { endsAt, about } = drill;
  if (endsAt === null) return null;
  const end = Date.parse(endsAt);
  const now = time === null ? end : Date.parse(time.now);
  const startedAt = fault === undefined ? now : Date.parse(fault.createdAt);
  return (
    <div class="progress">
      <progress
        max={Math.max(1, end - startedAt)}
        value={Math.max(0, now - startedAt)}
        aria-label={`Progress of ${drillTitle(drill.name)}`}
      />
      <p>
        <strong class="hint">
          Runs until <When at={endsAt} />
        </strong>
        {time !== null && `, ${formatDuration(end - now)} left`}
        {time?.frozen === true && ' (the clock is frozen)'}
        {about !== 'all' && `, affects ${whom}`}
      </p>
    </div>
  );
}

/** Chooses the identity that a drill affects. */
function TargetChoice(props: {
  readonly people: readonly Identity[];
  /** Label of the default. */
  readonly none: string;
  readonly choose: (id: string) => void;
}) {
  const { people, none, choose } = props;
  const kinds = [...new Set(people.map(({ kind }) => kind))];
  return (
    <label>
      Affects
      <select onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{none}</option>
        {kinds.map((one) => (
          <optgroup key={one} label={`${one}s`}>
            {people
              .filter(({ kind }) => kind === one)
              .map((one) => (
                <option key={one.id} value={one.id}>
                  {formatChoice(one)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

/** The result of starting a drill. */
function StartResult({
  started: { did, principal, startedAt, credentials, key, faults },
}: {
  readonly started: StartedDrill;
}) {
  return (
    <div class="did">
      <p>
        <When at={startedAt} /> <Sentence text={did} />
        {principal !== null && ` It affects ${principal.name}.`}
      </p>
      {faults.length > 0 && (
        <p>
          <a href={addressOfView('faults')}>Its faults</a>
        </p>
      )}
      {key !== undefined && (
        <p>
          The new text of the key: <Secret text={key} name="key" />
        </p>
      )}
      {credentials !== undefined && (
        <p>
          The new secret of <code>{credentials.clientId}</code>:{' '}
          <Secret text={credentials.clientSecret} name={`the secret of ${credentials.clientId}`} />
        </p>
      )}
    </div>
  );
}
