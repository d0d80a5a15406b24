// Creates the world with the given id, unless it exists. The header tells a load balancer which process to use.
const [id] = process.argv.slice(2);
const response = await fetch(`${process.env.MOCK_URL}/_mock/worlds`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-mock-world': id },
  body: JSON.stringify({ id }),
});
if (!response.ok && response.status !== 409) {
  throw new Error(`${response.url} failed with ${response.status}: ${await response.text()}`);
}
