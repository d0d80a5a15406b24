const hooks = require('hooks');
const { paths } = require(process.env.DOCUMENT);
hooks.beforeEach(({ origin, request }, done) => {
  request.headers.Authorization = `Bearer ${process.env.TOKEN}`;
  // By default, Dredd only sends JSON.
  const { content = {} } = paths[origin.resourceName]?.[request.method.toLowerCase()]?.requestBody ?? {};
  for (const [type, { example }] of Object.entries(content)) {
    if (type.endsWith('form-urlencoded')) request.body = `${new URLSearchParams(example)}`;
    else if (typeof example === 'string') request.body = example;
  }
  fetch(`${process.env.MOCK_URL}/_mock/reset`, { method: 'POST' }).then(() => done(), done);
});
// Dredd compares media types including parameters.
hooks.beforeEachValidation(({ real: { headers } }) => {
  headers['content-type'] = headers['content-type']?.split(';')[0];
});
