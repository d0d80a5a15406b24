import { expect, it } from 'vitest';
import { Findings, RequestFindings, viewFinding } from '../../src/journal/finding.ts';

it('a repeated finding is kept once and counted', () => {
  const findings = new Findings('s');
  findings.report('issuer_differs', 'two names', 1000);
  findings.report('issuer_differs', 'two names', 2000);

  expect(findings.list().map(viewFinding)).toEqual([
    {
      id: 's-n1',
      kind: 'issuer_differs',
      message: 'two names',
      count: 2,
      firstSeenAt: '1970-01-01T00:00:01.000Z',
      lastSeenAt: '1970-01-01T00:00:02.000Z',
      request: null,
    },
  ]);
});

it('a finding contains the latest request that it is about', () => {
  const findings = new Findings('s');
  for (const request of ['s-r1', 's-r2']) {
    const reports = new RequestFindings(findings);
    reports.report('issuer_differs', 'two names of nvapi-secret', 1000);
    findings.linkToRequest(reports.reported, request);
  }
  findings.report('storage', 'full', 0);
  const [first] = findings.list().filter(({ kind }) => kind === 'issuer_differs');

  expect(first).toMatchObject({ count: 2, request: 's-r2', message: 'two names of nvapi-...' });
  expect(findings.find('storage', 'full')?.request).toBeNull();
});

it('a request links to its first twenty findings', () => {
  const reports = new RequestFindings(new Findings());
  for (let number = 0; number < 30; number++) reports.report('undocumented_field', `f${number}`, 0);

  expect(reports.reported).toHaveLength(20);
});

it('the newest 200 findings are kept, newest first', () => {
  const findings = new Findings();
  for (let number = 0; number < 250; number++) findings.report('undocumented_query', `q${number}`, number);
  const messages = findings.list().map(({ message }) => message);

  expect(messages).toHaveLength(200);
  expect(messages[0]).toBe('q249');
  expect(messages.at(-1)).toBe('q50');
  expect(findings.droppedCount).toBe(50);
});

it('a deleted finding is not counted as dropped, and has a new id when it is reported again', () => {
  const findings = new Findings('s');
  for (const message of ['one', 'two']) findings.report('storage', message, 0);

  expect([findings.delete('s-n1'), findings.delete('s-n1')]).toEqual([true, false]);
  findings.report('storage', 'one', 0);
  expect(findings.list().map(({ id, message }) => [id, message])).toEqual([
    ['s-n3', 'one'],
    ['s-n2', 'two'],
  ]);
  expect(findings.droppedCount).toBe(0);
});

it('findings are cleared at once', () => {
  const findings = new Findings();
  findings.report('storage', 'full', 0);
  findings.clear();

  expect(findings.list()).toEqual([]);
});

it('a deleted finding is not linked to a request', () => {
  const findings = new Findings('s');
  const reported = findings.report('storage', 'full', 1000);
  findings.clear();
  findings.linkToRequest([reported], 's-r1');

  expect(findings.list()).toEqual([]);
});
