import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, chosen } from '../../address.ts';
import { ask, askAll } from '../../control-api/client.ts';
import type { Drill, Fault, StartedDrill } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { shortOf } from '../../parts/time.ts';
import { When } from '../../parts/when.tsx';
import { changed, changesOf } from '../../state/changes.ts';
import { worldTime } from '../../state/clock.ts';
import { type Identity, readIdentities } from '../../state/identities.ts';
import './drills.css';

/** What a client has to survive, to be rehearsed. */
export function Drills() {
  const loaded = useLoaded(
    async () => {
      const [{ drills }, faults] = await Promise.all([
        ask<{ drills: readonly Drill[] }>('GET', '/_mock/drills'),
        askAll<Fault>('faults'),
      ]);
      return drills.map((drill) => ({
        drill,
        whom: faults.find((fault) => fault.drill === drill.name)?.match.principal,
      }));
    },
    // Each drill that lasts consists of faults.
    [changesOf('drills', 'faults')],
  );
  const everybody = useLoaded(readIdentities, [changesOf('keys')]);
  const people = everybody !== null && 'value' in everybody ? everybody.value : [];
  return (
    <div class="page drills">
      <p>
        A drill is what goes wrong in real life, on purpose. Start one while your client runs, and see whether it does
        what a right client does: <code>token-outage</code> is a good first one.
      </p>
      <WhenLoaded of={loaded}>
        {(all) => (
          <div class="cards">
            {all.map(({ drill, whom }) => (
              <Card key={drill.name} drill={drill} whom={whom} people={people} />
            ))}
          </div>
        )}
      </WhenLoaded>
    </div>
  );
}

interface CardParts {
  readonly drill: Drill;
  /** The id of whom it is about while it runs; undefined: everybody. */
  readonly whom: string | undefined;
  readonly people: readonly Identity[];
}

function Card({ drill, whom, people }: CardParts) {
  const { name, service, what, rightClient, about, lasts, endsAt } = drill;
  const card = useRef<HTMLElement>(null);
  const isChosen = chosen.value['drill'] === name;
  const [started, setStarted] = useState<StartedDrill | null>(null);
  const act = useAct();
  const now = worldTime.value?.now;
  const isRunning = drill.running && (endsAt === null || now === undefined || now < endsAt);

  useEffect(() => {
    if (isChosen) card.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);

  const start = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const filled = ['principal', 'for'].map((field) => [field, String(given.get(field) ?? '').trim()]);
    void act.run(async () => {
      setStarted(null);
      const order = Object.fromEntries(filled.filter(([, text]) => text !== ''));
      setStarted(await ask<StartedDrill>('POST', `/_mock/drills/${name}`, order));
      changed('drills', 'faults', 'clock');
      return undefined;
    });
  };
  const end = () =>
    act.run(async () => {
      await ask('DELETE', `/_mock/drills/${name}`);
      setStarted(null);
      changed('drills', 'faults', 'findings');
      return 'It has ended.';
    });

  return (
    <article ref={card} class={isChosen ? 'drill chosen' : 'drill'} aria-labelledby={`drill-${name}`}>
      <h2 id={`drill-${name}`}>{name}</h2>
      <p class="quiet">
        {service}
        {isRunning && endsAt !== null && (
          <>
            {' · '}
            <strong class="running">
              runs until <When at={endsAt} />
            </strong>
            {now !== undefined && `, ${between(now, endsAt)} left`}
            {about !== 'all' && `, about ${people.find(({ id }) => id === whom)?.name ?? whom ?? 'everybody'}`}
          </>
        )}
      </p>
      <p>
        <Sentence text={what} />
      </p>
      <p class="right">
        <strong>A right client:</strong> <Sentence text={rightClient} />
      </p>
      <form class="order" onSubmit={start}>
        {about !== 'all' && <Whom people={people.filter(({ services }) => services.includes(service))} about={about} />}
        {lasts !== null && (
          <label>
            For how long
            <input name="for" placeholder={shortOf(lasts)} autocomplete="off" size={8} />
          </label>
        )}
        <button type="submit" class="main" disabled={act.isBusy}>
          {isRunning ? 'Start anew' : 'Start'}
          <span class="unseen"> {name}</span>
        </button>
        {isRunning && (
          <button type="button" disabled={act.isBusy} onClick={end}>
            End<span class="unseen"> {name}</span>
          </button>
        )}
      </form>
      <Told act={act} />
      <div role="status">{started !== null && <Did started={started} />}</div>
    </article>
  );
}

/** Whom a drill is about. */
function Whom({ people, about }: { readonly people: readonly Identity[]; readonly about: Drill['about'] }) {
  const kinds = [...new Set(people.map(({ kind }) => kind))];
  return (
    <label>
      Affects
      <select name="principal">
        <option value="">{about === 'one' ? 'the administrator' : 'everybody'}</option>
        {kinds.map((one) => (
          <optgroup key={one} label={`${one}s`}>
            {people
              .filter(({ kind }) => kind === one)
              .map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

/** What happened. */
function Did({ started: { did, principal, startedAt, credentials, faults } }: { readonly started: StartedDrill }) {
  return (
    <div class="did">
      <p>
        <When at={startedAt} /> <Sentence text={did} />
        {principal !== null && ` It is about ${principal.name}.`}
      </p>
      {faults.length > 0 && (
        <p>
          <a href={addressOfView('faults')}>Its faults</a>
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

/** How long it is from one time to a later one. */
function between(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
