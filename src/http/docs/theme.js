// @ts-check
/** Adds to Swagger UI the choice of who sends the requests, and what an operation needs to its closed row. */
(() => {
  /**
   * @typedef {{ readonly id: string, readonly name: string, readonly credential: () => Promise<string | undefined> }} Identity
   */
  /** An open console in another tab answers within milliseconds; usually none is open. */
  const CONSOLE_ANSWERS_MS = 200;

  const [, below = '', service = ''] = /^(.*)\/docs\/([^/]+)\//.exec(location.pathname) ?? [];
  /** Absent if the document needs no credential. @type {HTMLFormElement | null} */
  const form = document.querySelector('header form');
  const reading = form === null ? [] : readIdentities();

  /** @param {ImmutableMap} operation */
  const isDeprecated = (operation) => operation.getIn(['operation', 'deprecated']) === true;

  // The page of the plugin passes on this preset.
  window.SwaggerUIStandalonePreset = {
    wrapComponents: {
      OperationSummaryPath:
        (Original, { React, specSelectors }) =>
        (properties) => {
          const { operationProps } = properties;
          const [path, method] = [operationProps.get('path'), operationProps.get('method')];
          const description = String(specSelectors.specJson().getIn(['paths', path, method, 'description']));
          const [, needs = ''] = /^\*\*Needs:\*\* (.*)/.exec(description) ?? [];
          const text = `Needs ${needs.charAt(0).toLowerCase()}${needs.slice(1)}`.replace(
            /`([^`]+)`(?: \([^)]*\))?/g,
            '$1',
          );
          return React.createElement(
            React.Fragment,
            null,
            React.createElement(Original, properties),
            needs && React.createElement('span', { className: 'needs' }, text),
          );
        },
    },
  };

  const createUi = window.SwaggerUIBundle;
  // Keep its `presets` and `plugins`.
  window.SwaggerUIBundle = Object.assign((/** @type {SwaggerUiOptions} */ options) => {
    const ui = createUi({
      ...options,
      // Deprecated operations go last; the rest keep the document's order.
      operationsSorter: (one, other) => Number(isDeprecated(one)) - Number(isDeprecated(other)),
      onComplete: () => form && void offer(ui, form),
    });
    return ui;
  }, createUi);

  /** @param {SwaggerUi} ui @param {HTMLFormElement} form */
  async function offer(ui, form) {
    const scheme = form.dataset['scheme'] ?? '';
    const choice = /** @type {HTMLSelectElement} */ (form.querySelector('select'));
    const field = /** @type {HTMLInputElement} */ (form.querySelector('input'));
    const status = /** @type {HTMLElement} */ (form.querySelector('[role=status]'));
    let identities = await reading;
    const show = () => {
      const chosen = choice.selectedOptions[0]?.value;
      choice.replaceChildren(
        ...identities.map(({ id, name }) => new Option(name, id)),
        new Option('another key or token', ''),
      );
      if (chosen !== undefined) choice.value = chosen;
      if (choice.selectedIndex < 0) choice.selectedIndex = 0;
    };
    const use = (/** @type {string} */ credential) => {
      if (credential !== '') ui.preauthorizeApiKey(scheme, credential);
      else if (ui.authSelectors.authorized().has(scheme)) ui.authActions.logout([scheme]);
      status.textContent = credential && 'authorized';
    };
    const authorize = async () => {
      const chosen = choice.value;
      const identity = identities.find(({ id }) => id === chosen);
      status.textContent = identity === undefined ? '' : 'getting a credential';
      const credential = await identity?.credential();
      // The selection changed in the meantime.
      if (choice.value !== chosen) return;
      field.hidden = credential !== undefined;
      field.value = '';
      use(credential ?? '');
      if (identity !== undefined && credential === undefined) status.textContent = 'shown only when created; paste it';
    };
    choice.addEventListener('change', () => void authorize());
    field.addEventListener('input', () => use(field.value.trim()));
    form.addEventListener('submit', (event) => event.preventDefault());
    // A key may have been created elsewhere in the meantime.
    addEventListener('focus', async () => {
      identities = await readIdentities();
      show();
    });
    show();
    await authorize();
  }

  /** Lists the world's identities that can call the service; none without the admin token. @returns {Promise<Identity[]>} */
  async function readIdentities() {
    const cast = await answerOf('/_mock/cast');
    if (cast === null) return [];
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
        credential: async () => (await textInConsole(id)) ?? texts.get(id),
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
    return made?.token;
  }

  /** Returns null if the request was refused. @param {string} path @returns {Promise<any>} */
  async function answerOf(path, /** @type {RequestInit} */ request = {}) {
    const answer = await fetch(below + path, { ...request, headers: { ...request.headers, 'x-mock-console': '1' } });
    return answer.ok ? answer.json() : null;
  }
})();
