// Like your own service: gets a token, and calls Run:ai, Air and Cloud Functions. Exits with 0 if all of them respond.
const { RUNAI_BASE_URL: runai, AIR_API_URL: air, NVCF_BASE_URL: nvcf, ...given } = process.env;

/** Credentials from the environment, or from the cast at the base URL. All are public test credentials. */
const { clientId, clientSecret, airKey, nvcfKey } =
  given.RUNAI_CLIENT_ID === undefined
    ? await credentialsOfCast()
    : {
        clientId: given.RUNAI_CLIENT_ID,
        clientSecret: given.RUNAI_CLIENT_SECRET,
        airKey: given.NGC_API_KEY,
        nvcfKey: given.NGC_API_KEY,
      };

const { accessToken } = await json(
  await fetch(`${runai}/api/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret }),
  }),
);
const { iss } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString());
const { issuer } = await json(await fetch(`${iss}/.well-known/openid-configuration`));
if (issuer !== iss) throw new Error(`the token says ${iss}, discovery says ${issuer}`);

const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });
const { accessKeys } = await json(await fetch(`${runai}/api/v1/access-keys`, bearer(accessToken)));
const simulations = await json(await fetch(`${air}/api/v3/simulations/`, bearer(airKey)));
const { functions } = await json(await fetch(`${nvcf}/v2/nvcf/functions`, bearer(nvcfKey)));

console.log(
  `issuer ${issuer}: ${accessKeys.length} access keys, ${simulations.count} simulations, ${functions.length} functions`,
);

async function credentialsOfCast() {
  const { runai: tenant, ngc } = await json(await fetch(`${runai}/_mock/cast`));
  const keyOf = (service, test) =>
    ngc.keys.find((key) => key.org === ngc.org && key.services.includes(service) && test(key)).key;
  return {
    ...tenant.users[0].accessKey,
    airKey: keyOf('air', ({ type }) => type === 'personal'),
    nvcfKey: keyOf('nvcf', ({ roles }) => roles !== undefined),
  };
}

async function json(response) {
  if (response.ok) return response.json();
  throw new Error(
    `${response.url} answered ${response.status}: ${await response.text()} ${response.headers.get('x-mock-decision') ?? ''}`,
  );
}
