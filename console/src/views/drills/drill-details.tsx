import { useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { Drill, Fault, StartedDrill } from '../../control-api/types.ts';
import { formatDuration } from '../../duration.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ConfirmButton } from '../../parts/confirm.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { handleSubmit, handleValue } from '../../parts/handlers.ts';
import { Secret } from '../../parts/secret.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { shortenDuration } from '../../parts/time.ts';
import { When } from '../../parts/when.tsx';
import { reportChange } from '../../state/changes.ts';
import { worldTime } from '../../state/clock.ts';
import { endDrill, formatDrillTitle } from '../../state/drills.ts';
import { formatChoice, type Identity } from '../../state/identities.ts';
import { rememberKeyText } from '../../state/keys.ts';
import { type DrillState, isInForce } from './drill.ts';

/** The details of a drill, and a form that starts it. */
export function DrillDetails(props: DrillState & { readonly identities: readonly Identity[] }) {
  const { drill, fault, identities } = props;
  const { name, service, what, rightClient } = drill;
  const [started, setStarted] = useState<StartedDrill | null>(null);
  const act = useAct();
  const findName = (id: string) => identities.find((identity) => identity.id === id)?.name ?? id;
  const start = (order: DrillOrder) =>
    act.run(async () => {
      setStarted(null);
      setStarted(await startDrill(name, order));
    });
  const end = () =>
    act.run(async () => {
      await endDrill(drill, fault?.match.principal);
      setStarted(null);
    });
  return (
    <>
      <h2>{formatDrillTitle(name)}</h2>
      <p class="quiet">
        {titleOfService(service)} · <code>{name}</code> <CopyButton text={name} subject="the id" />
      </p>
      <p>
        <Sentence text={what} />
      </p>
      <h3>A correct client</h3>
      <p>
        <Sentence text={rightClient} />
      </p>
      {isInForce(drill) && (
        <DrillProgress
          drill={drill}
          fault={fault}
          targetName={findName(fault?.match.principal ?? '') || 'all callers'}
        />
      )}
      <StartForm
        drill={drill}
        identities={identities}
        findName={findName}
        isBusy={act.isBusy}
        start={start}
        end={end}
      />
      <Feedback act={act} />
      <div role="status">{started !== null && <StartResult started={started} />}</div>
    </>
  );
}

/** The fields of the form. Empty fields take the defaults of the drill. */
interface DrillOrder {
  /** The id of the affected identity. */
  readonly principal: string;
  readonly for: string;
}

/** Starts a drill, and remembers the text of a key that it rotates. @throws like the control API */
async function startDrill(name: string, order: DrillOrder): Promise<StartedDrill> {
  const filled = Object.entries(order).filter(([, text]) => text !== '');
  const started = await ask<StartedDrill>('POST', `/_mock/drills/${name}`, Object.fromEntries(filled));
  const { key, principal } = started;
  if (key !== undefined && principal !== null) rememberKeyText(principal.id, key);
  reportChange('drills', 'faults', 'clock', 'keys');
  return started;
}

/** The form that starts, restarts or ends a drill. It asks first if the drill cannot be ended. */
function StartForm(props: {
  readonly drill: Drill;
  readonly identities: readonly Identity[];
  readonly findName: (id: string) => string;
  readonly isBusy: boolean;
  readonly start: (order: DrillOrder) => void;
  readonly end: () => void;
}) {
  const { drill, identities, findName, isBusy, start, end } = props;
  const { name, service, what, about, lasts } = drill;
  const [order, setOrder] = useState<DrillOrder>({ principal: '', for: '' });
  const isRunning = isInForce(drill);
  const target = order.principal === '' ? describeDefaultTarget(drill) : findName(order.principal);
  const plan = describePlan(drill, target, order.for);
  const candidates = identities.filter(({ services, key }) =>
    service === 'ngc' ? key !== undefined : services.includes(service),
  );
  return (
    <form
      class="order"
      onSubmit={handleSubmit(() => {
        if (lasts !== null) start(order);
      })}
    >
      {about !== 'all' && (
        <TargetChoice
          identities={candidates}
          noneLabel={describeDefaultTarget(drill)}
          choose={(principal) => setOrder({ ...order, principal })}
        />
      )}
      {lasts !== null && (
        <label>
          For how long
          <input
            placeholder={shortenDuration(lasts)}
            autocomplete="off"
            size={8}
            onInput={handleValue((value) => setOrder({ ...order, for: value.trim() }))}
          />
        </label>
      )}
      {!isRunning && <p class="quiet">{plan}</p>}
      {lasts === null ? (
        <ConfirmButton
          title={`Start drill ${formatDrillTitle(name)}?`}
          confirmLabel="Start drill"
          warning={`${what.replaceAll('`', '')} ${plan}`}
          isBusy={isBusy}
          onConfirm={() => start(order)}
          class="main"
        >
          Start drill
        </ConfirmButton>
      ) : (
        <button type="submit" class={isRunning ? undefined : 'main'} disabled={isBusy}>
          {isRunning ? 'Restart drill' : 'Start drill'}
        </button>
      )}
      {isRunning && (
        <button type="button" class="main" disabled={isBusy} onClick={end}>
          End drill
        </button>
      )}
    </form>
  );
}

/** The default target of a drill. */
function describeDefaultTarget({ about, service }: Drill): string {
  if (about !== 'one') return 'all callers';
  return service === 'runai' ? 'the administrator' : 'the caller of the newest allowed request';
}

/** Describes the effect of starting a drill. @param duration the duration in the form */
function describePlan({ lasts }: Drill, targetName: string, duration: string): string {
  if (lasts === null) return `This happens immediately, affects ${targetName}, and cannot be undone.`;
  return `Affects ${targetName} for ${duration === '' ? shortenDuration(lasts) : duration} on this world’s clock, or until you end it. Only these requests fail; no stored data changes.`;
}

/** The progress of a running drill, by the world's clock. */
function DrillProgress(props: {
  readonly drill: Drill;
  readonly fault: Fault | undefined;
  readonly targetName: string;
}) {
  const { drill, fault, targetName } = props;
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
        aria-label={`Progress of ${formatDrillTitle(drill.name)}`}
      />
      <p>
        <strong class="hint">
          Runs until <When at={endsAt} />
        </strong>
        {time !== null && `, ${formatDuration(end - now)} left`}
        {time?.frozen === true && ' (the clock is frozen)'}
        {about !== 'all' && `, affects ${targetName}`}
      </p>
    </div>
  );
}

/** Chooses the identity that a drill affects. */
function TargetChoice(props: {
  readonly identities: readonly Identity[];
  /** Label of the default. */
  readonly noneLabel: string;
  readonly choose: (id: string) => void;
}) {
  const { identities, noneLabel, choose } = props;
  const kinds = [...new Set(identities.map(({ kind }) => kind))];
  return (
    <label>
      Affects
      <select onChange={handleValue(choose)}>
        <option value="">{noneLabel}</option>
        {kinds.map((kind) => (
          <optgroup key={kind} label={`${kind}s`}>
            {identities
              .filter((identity) => identity.kind === kind)
              .map((identity) => (
                <option key={identity.id} value={identity.id}>
                  {formatChoice(identity)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

/** The result of starting a drill, with the new secrets. */
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
