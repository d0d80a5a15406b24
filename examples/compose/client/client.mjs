// What a service of yours would do: get a token, call Run:ai, Air and Cloud Functions. Exits 0 when all of them answer.
const { RUNAI_BASE_URL: runai, AIR_API_URL: air, NVCF_BASE_URL: nvcf } = process.env;

/** Credentials of the cast: public test credentials. */
const cast = await json(await fetch(`${runai}/_mock/cast`));
const { clientId, clientSecret } = cast.runai.users[0].accessKey;
const keyOf = (service, test) =>
  cast.ngc.keys.find((key) => key.org === cast.ngc.org && key.services.includes(service) && test(key)).key;

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
const simulations = await json(
  await fetch(`${air}/api/v3/simulations/`, bearer(keyOf('air', ({ type }) => type === 'personal'))),
);
const { functions } = await json(
  await fetch(`${nvcf}/v2/nvcf/functions`, bearer(keyOf('nvcf', ({ roles }) => roles !== undefined))),
);

console.log(
  `issuer ${issuer}: ${accessKeys.length} access keys, ${simulations.count} simulations, ${functions.length} functions`,
);

async function json(response) {
  if (response.ok) return response.json();
  throw new Error(
    `${response.url} answered ${response.status}: ${await response.text()} ${response.headers.get('x-mock-decision') ?? ''}`,
  );
}
