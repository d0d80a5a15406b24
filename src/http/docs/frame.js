// @ts-check
/** Shows in the header what the console's header shows: which world it is, and its clock. */
(() => {
  const below = document.documentElement.dataset['below'] ?? '';
  const where = /** @type {HTMLElement} */ (document.getElementById('where'));
  const clock = /** @type {HTMLElement} */ (document.getElementById('clock'));

  // On a telephone, the navigation is wider than the screen.
  document.querySelector('.rail [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

  /** @param {string} path @returns {Promise<any>} null if it is for those who have the admin token */
  async function read(path) {
    const answer = await fetch(`${below}/_mock/${path}`).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  async function offerWorlds() {
    /** @type {readonly { readonly id: string, readonly url: string, readonly hostUrl: string | null }[]} */
    const worlds = (await read('worlds?limit=1000'))?.worlds ?? [];
    if (worlds.length < 2) return;
    const current =
      below === ''
        ? (worlds.find(({ hostUrl }) => hostUrl !== null && new URL(hostUrl).host === location.host) ?? worlds[0])
        : worlds.find(({ url }) => new URL(url).pathname === below);
    const choice = /** @type {HTMLSelectElement} */ (where.querySelector('select'));
    choice.append(...worlds.map((world) => new Option(world.id, world.url, false, world === current)));
    choice.addEventListener('change', () => {
      location.href = new URL(choice.value).pathname + location.pathname.slice(below.length) + location.hash;
    });
    where.hidden = false;
  }

  /** What the clock said last, and when that was by the machine. */
  let said = { now: 0, frozen: false, heardAt: 0 };

  async function readClock() {
    const state = await read('clock');
    if (state === null) return;
    said = { now: Date.parse(state.now), frozen: state.frozen, heardAt: performance.now() };
    clock.hidden = false;
    showClock();
  }

  function showClock() {
    const now = new Date(said.now + (said.frozen ? 0 : performance.now() - said.heardAt));
    const offset = isLocal() ? now.getTimezoneOffset() * 60_000 : 0;
    const [day, time = ''] = new Date(now.getTime() - offset).toISOString().split('T');
    const [shown, more] = /** @type {[HTMLTimeElement, HTMLElement]} */ ([...clock.children]);
    shown.dateTime = now.toISOString();
    shown.textContent = `${day} ${time.slice(0, 8)}`;
    more.textContent = `${isLocal() ? 'local' : 'UTC'}${said.frozen ? ' frozen' : ''}`;
  }

  /** Which zone was chosen in the console. */
  function isLocal() {
    // A browser that keeps nothing throws.
    try {
      return localStorage.getItem('nv-auth-mock.zone') === 'local';
    } catch {
      return false;
    }
  }

  void offerWorlds();
  void readClock();
  setInterval(() => clock.hidden || showClock(), 1000);
  // Somebody may have moved it meanwhile.
  addEventListener('focus', () => void readClock());
})();
