import type { TrafficReport, Violation } from './check.ts';

/** Formats a report as JUnit XML: a test case for each violation, or a single one that passes. */
export function toJUnit({ checked, violations }: TrafficReport): string {
  const cases = violations.length > 0 ? violations.map(failure) : [`    <testcase ${PASSED}/>`];
  const counts = `tests="${cases.length}" failures="${violations.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="Recorded traffic" ${counts}>`,
    `    <properties><property name="requests" value="${checked}"/></properties>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const PASSED = 'classname="traffic" name="All requests and responses conform to the documents"';

function failure({ place, method, path, service, operation, part, what }: Violation): string {
  const name = `${method} ${path} ${place}`;
  return [
    `    <testcase classname="${escaped([service, operation].filter((one) => one !== null).join('.') || 'traffic')}" name="${escaped(name)}">`,
    `      <failure message="${escaped(`${part === 'answer' ? 'response' : part}: ${what}`)}"/>`,
    '    </testcase>',
  ].join('\n');
}

/** Escapes XML, and replaces control characters and unpaired surrogates, which XML can't represent. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/\p{Cc}|\p{Cs}/gu, '?');
}
