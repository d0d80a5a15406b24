import type { TrafficReport, Violation } from './check.ts';

/** Formats a report as JUnit XML: a test case for each violation, or a single one that passes. */
export function toJUnit({ checked, violations }: TrafficReport): string {
  const cases = violations.length > 0 ? violations.map(formatFailure) : [`    <testcase ${PASSED}/>`];
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

function formatFailure({ place, method, path, service, operation, part, what }: Violation): string {
  const name = `${method} ${path} ${place}`;
  return [
    `    <testcase classname="${escapeXml([service, operation].filter((part) => part !== null).join('.') || 'traffic')}" name="${escapeXml(name)}">`,
    `      <failure message="${escapeXml(`${part === 'answer' ? 'response' : part}: ${what}`)}"/>`,
    '    </testcase>',
  ].join('\n');
}

/** Escapes XML, and replaces control characters and unpaired surrogates, which XML can't represent. */
function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/\p{Cc}|\p{Cs}/gu, '?');
}
