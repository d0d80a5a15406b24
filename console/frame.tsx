import { useState } from 'preact/hooks';
import { addressOfView, view } from './address.ts';
import { textOf } from './parts/loaded.tsx';
import { refreshClock, worldTime } from './state/clock.ts';
import { readJournal } from './state/requests.ts';
import { addressOf, adminToken, wantsToken } from './switchboard/client.ts';
import { connection } from './switchboard/stream.ts';
import { VIEWS } from './views/index.ts';

/** What stands around every view: the world, its clock, whether the server is there, and the way to the other views. */
export function Frame() {
  const shown = VIEWS.find(({ name }) => name === view.value) ?? VIEWS[0];
  if (shown === undefined) return null;
  const { Show, title } = shown;
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <header>
        <a class="mark" href={addressOf('/')}>
          nv-auth-mock
        </a>
        <nav aria-label="Views">
          {VIEWS.map(({ name, title: text }) => (
            <a key={name} href={addressOfView(name)} aria-current={name === shown.name ? 'page' : undefined}>
              {text}
            </a>
          ))}
          <a href={addressOf('/docs')}>Documents</a>
        </nav>
        <WorldClock />
        <Connected />
      </header>
      {wantsToken.value && <AskForToken />}
      <main id="content" tabIndex={-1} aria-label={title}>
        <h1 class="unseen">{title}</h1>
        <Show />
      </main>
    </>
  );
}

function WorldClock() {
  const time = worldTime.value;
  if (time === null) return null;
  return (
    <span class="clock" title="The clock of this world">
      <time dateTime={time.now}>{time.now.slice(0, 19).replace('T', ' ')}</time>
      {time.frozen && ' frozen'}
    </span>
  );
}

const SAID = {
  connecting: 'connecting …',
  live: 'live',
  lost: 'the server does not answer; trying again',
  away: 'not watching',
} as const;

function Connected() {
  return (
    <span class={`connection ${connection.value}`} role="status">
      {SAID[connection.value]}
    </span>
  );
}

/** Where the switchboard wants the token that its server was started with. It is kept in memory, and nowhere else. */
function AskForToken() {
  const [given, setGiven] = useState('');
  const [fault, setFault] = useState('');
  const use = async (event: Event) => {
    event.preventDefault();
    adminToken.value = given;
    setFault('');
    try {
      await Promise.all([readJournal(), refreshClock()]);
    } catch (thrown) {
      setFault(textOf(thrown));
    }
  };
  return (
    <form class="token" onSubmit={use}>
      <label>
        This server was started with --admin-token. The token:{' '}
        <input
          type="password"
          autocomplete="off"
          value={given}
          onInput={(event) => setGiven(event.currentTarget.value)}
          required
        />
      </label>{' '}
      <button type="submit">Use it</button>{' '}
      <span role="alert" class="fault">
        {fault}
      </span>
    </form>
  );
}
