// @ts-check
/** Opens the document that the page names, and lets people try it as somebody of the cast. */
(() => {
  /**
   * @typedef {{ readonly name: string, readonly credential: () => Promise<string> }} Principal
   * @typedef {{ readonly email?: string, readonly name: string, readonly clientId: string, readonly clientSecret?: string, readonly secret?: string }} Client
   */
  const reader = /** @type {HTMLElement} */ (document.getElementById('reader'));
  const who = /** @type {HTMLElement} */ (document.getElementById('who'));
  const choice = /** @type {HTMLSelectElement} */ (document.getElementById('principal'));
  const ready = /** @type {HTMLElement} */ (document.getElementById('ready'));
  const { service = '', document: url } = reader.dataset;
  const below = document.documentElement.dataset['below'] ?? '';

  /** A list that is longer, or has longer names, is no choice any more. */
  const MOST = 500;
  const MOST_NAME = 80;

  /** What an operation needs stands on its row, whether that is opened or not. */
  const withNeeds = () => ({
    wrapComponents: {
      /** @type {(Original: unknown, system: SwaggerSystem) => (props: { operationProps: ImmutableMap }) => object} */
      OperationSummaryPath:
        (Original, { React, specSelectors }) =>
        (props) => {
          const place = ['path', 'method'].map((name) => props.operationProps.get(name));
          const needs = specSelectors.specJson().getIn(['paths', ...place, 'x-needs']);
          return React.createElement(
            React.Fragment,
            null,
            React.createElement(Original, props),
            typeof needs === 'string' &&
              React.createElement('span', { className: 'needs' }, `needs ${needs.replaceAll('`', '')}`),
          );
        },
    },
  });

  /** @param {ImmutableMap} operation */
  const isDeprecated = (operation) => operation.getIn(['operation', 'deprecated']) === true;

  const ui = SwaggerUIBundle({
    domNode: reader,
    url,
    deepLinking: true,
    validatorUrl: null,
    // Its colours are for a dark ground only.
    syntaxHighlight: false,
    // Deprecated ones come last in their tag; the others stay in the order of the document.
    operationsSorter: (one, other) => Number(isDeprecated(one)) - Number(isDeprecated(other)),
    plugins: [withNeeds],
    onComplete: () => {
      // The page is a `main` around it.
      reader.querySelector('main')?.setAttribute('role', 'presentation');
      void offer();
    },
  });

  /** The name that the document gives to its credential; none if it asks for none. */
  function schemeName() {
    return Object.keys(ui.specSelectors.specJson().toJS().security?.[0] ?? {})[0];
  }

  async function offer() {
    const name = schemeName();
    if (name === undefined) return;
    const answer = await fetch(`${below}/_mock/cast`, { headers: { 'x-mock-console': '1' } });
    // With an admin token the cast is for those who have it: they authorize by hand.
    if (!answer.ok) return;
    const principals = principalsIn(await answer.json()).slice(0, MOST);
    if (principals.length === 0) return;
    choice.append(...principals.map(({ name: shown }, index) => new Option(shortened(shown), String(index))));
    choice.addEventListener('change', () => void become(name, principals));
    who.hidden = false;
    await become(name, principals);
  }

  /** @param {string} name */
  function shortened(name) {
    return name.length > MOST_NAME ? `${name.slice(0, MOST_NAME)}…` : name;
  }

  /** @param {string} name @param {readonly Principal[]} principals */
  async function become(name, principals) {
    const chosen = choice.value;
    const principal = principals[Number(chosen)];
    if (principal === undefined) return;
    ready.textContent = 'getting a credential';
    try {
      const credential = await principal.credential();
      // Somebody else was chosen in the meantime.
      if (choice.value !== chosen) return;
      ui.preauthorizeApiKey(name, credential);
      ready.textContent = 'authorized';
    } catch (thrown) {
      if (choice.value === chosen) ready.textContent = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  /** Who can call this service. @param {any} cast @returns {readonly Principal[]} */
  function principalsIn(cast) {
    return service === 'runai' ? clientsIn(cast.runai ?? {}) : keysIn(cast.ngc ?? {});
  }

  /** Keys that were made for the service; the service of the keys themselves takes any. @param {any} ngc */
  function keysIn({ keys = [] }) {
    return keys
      .filter((/** @type {any} */ { services = [] }) => service === 'ngc' || services.includes(service))
      .map((/** @type {any} */ { name, org, key }) => ({ name: `${name} (${org})`, credential: async () => key }));
  }

  /** Everybody who has a client id and a secret. @param {any} runai @returns {readonly Principal[]} */
  function clientsIn({ users = [], serviceAccounts = [], applications = [] }) {
    /** @param {string} grantType @param {(client: Client) => object} fields */
    const asking = (grantType, fields) => (/** @type {Client} */ client) => ({
      name: client.email ?? client.name,
      credential: () => tokenOf({ grantType, ...fields(client) }),
    });
    const withKeys = users.flatMap((/** @type {any} */ { email, accessKey }) =>
      accessKey === undefined ? [] : [{ ...accessKey, email }],
    );
    return [
      ...[...withKeys, ...serviceAccounts].map(
        asking('client_credentials', ({ clientId, clientSecret }) => ({ clientId, clientSecret })),
      ),
      ...applications.map(asking('app_token', ({ clientId, secret }) => ({ AppId: clientId, AppSecret: secret }))),
    ];
  }

  /** @param {object} body */
  async function tokenOf(body) {
    const answer = await fetch(`${below}/api/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`no token: ${answer.status}`);
    return (await answer.json()).accessToken;
  }
})();
