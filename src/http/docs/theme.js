// @ts-check
/** Adds a bar above Swagger UI that selects which identity sends the requests. */
(() => {
  /**
   * @typedef {{ readonly id: string, readonly name: string, readonly credential: () => Promise<string> }} Identity
   */
  /** An open console in another tab answers within milliseconds; usually none is open. */
  const CONSOLE_ANSWERS_MS = 200;

  const [, below = '', service = ''] = /^(.*)\/docs\/([^/]+)\//.exec(location.pathname) ?? [];
  const isDark = matchMedia('(prefers-color-scheme: dark)');
  const showScheme = () => document.documentElement.classList.toggle('dark-mode', isDark.matches);
  isDark.addEventListener('change', showScheme);
  showScheme();

  const bar = document.createElement('header');
  bar.className = 'bar';
  bar.innerHTML = `<a>nv-auth-mock</a> <a>API documents</a>
<form hidden><label for="identity">Authorize as</label> <select id="identity"></select> <span role="status"></span></form>`;
  for (const [index, path] of ['/', '/docs'].entries())
    bar.querySelectorAll('a')[index]?.setAttribute('href', below + path);
  document.body.prepend(bar);
  const form = /** @type {HTMLFormElement} */ (bar.querySelector('form'));
  const choice = /** @type {HTMLSelectElement} */ (bar.querySelector('select'));
  const status = /** @type {HTMLElement} */ (bar.querySelector('[role=status]'));

  /** @param {ImmutableMap} operation */
  const isDeprecated = (operation) => operation.getIn(['operation', 'deprecated']) === true;

  const original = window.SwaggerUIBundle;
  // Keep its `presets` and `plugins`.
  window.SwaggerUIBundle = Object.assign((/** @type {SwaggerUiOptions} */ options) => {
    const ui = original({
      ...options,
      // Deprecated operations go last; the rest keep the document's order.
      operationsSorter: (one, other) => Number(isDeprecated(one)) - Number(isDeprecated(other)),
      onComplete: () => void offer(ui),
    });
    return ui;
  }, original);

  /** @param {SwaggerUi} ui */
  async function offer(ui) {
    const [scheme] = Object.keys(ui.specSelectors.specJson().toJS().security?.[0] ?? {});
    // The document needs no credential, or the control API needs the admin token.
    let identities = scheme === undefined ? null : await readIdentities();
    if (scheme === undefined || identities === null || identities.length === 0) return;
    const show = (/** @type {readonly Identity[]} */ all) => {
      const chosen = choice.value;
      choice.replaceChildren(...all.map(({ id, name }) => new Option(name, id)));
      if (all.some(({ id }) => id === chosen)) choice.value = chosen;
    };
    const authorize = async () => {
      const chosen = choice.value;
      status.textContent = 'getting a credential';
      const result = await identities
        ?.find(({ id }) => id === chosen)
        ?.credential()
        .then(
          (credential) => ({ credential, text: 'authorized' }),
          ({ message }) => ({ credential: null, text: message }),
        );
      // The selection changed in the meantime.
      if (result === undefined || choice.value !== chosen) return;
      if (result.credential === null) ui.authActions.logout([scheme]);
      else ui.preauthorizeApiKey(scheme, result.credential);
      status.textContent = result.text;
    };
    choice.addEventListener('change', () => void authorize());
    // A key may have been created elsewhere in the meantime.
    addEventListener('focus', async () => {
      identities = (await readIdentities()) ?? identities;
      show(identities ?? []);
    });
    show(identities);
    form.hidden = false;
    await authorize();
  }

  /**
   * Lists the world's identities that can call the service; null without the admin token.
   *
   * @returns {Promise<Identity[] | null>}
   */
  async function readIdentities() {
    const cast = await answerOf('/_mock/cast');
    if (cast === null) return null;
    return service === 'runai' ? people(cast.runai ?? {}) : keys(cast.ngc ?? {});
  }

  /** Lists the keys of the service; the key service itself accepts any key. @param {any} ngc */
  async function keys(ngc) {
    const texts = new Map((ngc.keys ?? []).map((/** @type {any} */ { id, key }) => [id, key]));
    const [all, ruleset] = await Promise.all([
      answerOf('/_mock/keys?limit=1000'),
      answerOf(`/_mock/tables/${service}`),
    ]);
    // A key issued for one service may be accepted by others.
    const nameFor = (/** @type {string} */ type) => ruleset?.keyServices?.[`${type}-key`] ?? service;
    return (all?.keys ?? [])
      .filter((/** @type {any} */ { type, services }) => service === 'ngc' || services.includes(nameFor(type)))
      .map((/** @type {any} */ { id, name, org, status }) => ({
        id,
        name: `${name} (${status === 'active' ? org : `${org}, ${status}`})`,
        credential: async () => {
          const text = (await textInConsole(id)) ?? texts.get(id);
          if (text !== undefined) return text;
          throw new Error('the key was shown only when it was created; paste it under Authorize');
        },
      }));
  }

  /**
   * Asks an open console of this world for a key it created. The key exists only in the memory of that page.
   *
   * @param {string} id
   * @returns {Promise<string | undefined>}
   */
  function textInConsole(id) {
    const channel = new BroadcastChannel(`nv-auth-mock keys ${below}`);
    return new Promise((resolve) => {
      const end = (/** @type {string | undefined} */ text) => {
        clearTimeout(timer);
        channel.close();
        resolve(text);
      };
      const timer = setTimeout(end, CONSOLE_ANSWERS_MS, undefined);
      channel.onmessage = ({ data }) => {
        if (data.id === id) end(data.text);
      };
      channel.postMessage({ asked: id });
    });
  }

  /** @param {any} runai @returns {Identity[]} */
  function people({ users = [], serviceAccounts = [], applications = [] }) {
    return [...users, ...serviceAccounts, ...applications].map(({ id, email, name }) => ({
      id,
      name: email ?? name,
      credential: () => tokenOf(id),
    }));
  }

  /** @param {string} id */
  async function tokenOf(id) {
    const body = JSON.stringify({ for: id });
    const made = await answerOf('/_mock/tokens', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    if (made === null) throw new Error('no token');
    return made.token;
  }

  /** Returns null if the request was refused. @param {string} path @returns {Promise<any>} */
  async function answerOf(path, /** @type {RequestInit} */ request = {}) {
    const answer = await fetch(below + path, { ...request, headers: { ...request.headers, 'x-mock-console': '1' } });
    return answer.ok ? answer.json() : null;
  }
})();
