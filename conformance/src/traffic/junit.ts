import type { CheckedRequest, SkippedRequest, TrafficReport, Violation } from './check.ts';

/** Formats a report as JUnit XML: a test case for each request, checked or skipped. */
export function toJUnit({ checked, skippedRequests, conforming, violations }: TrafficReport): string {
  const failed = new Map<string, { readonly request: CheckedRequest; readonly sentences: string[] }>();
  for (const violation of violations) {
    const failure = failed.get(violation.place) ?? { request: violation, sentences: [] };
    failure.sentences.push(describeViolation(violation));
    failed.set(violation.place, failure);
  }
  const cases = [
    ...[...failed.values()].map(({ request, sentences }) => formatCase(request, formatFailure(sentences))),
    ...conforming.map((request) => formatCase(request, '')),
    ...skippedRequests.map(formatSkipped),
  ];
  const counts = `tests="${cases.length}" failures="${failed.size}" skipped="${skippedRequests.length}"`;
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

function formatCase({ place, method, path, service, operation }: CheckedRequest, content: string): string {
  const className = [service, operation].filter((part) => part !== null).join('.') || 'traffic';
  return formatTestCase(className, `${method} ${path} ${place}`, content);
}

function describeViolation({ part, what }: Violation): string {
  return `${part === 'answer' ? 'response' : part}: ${what}`;
}

function formatFailure(sentences: readonly string[]): string {
  return `<failure message="${escapeXml(sentences.join('; '))}"/>`;
}

function formatSkipped({ place, method, url, what }: SkippedRequest): string {
  return formatTestCase('traffic', `${method} ${url} ${place}`, `<skipped message="${escapeXml(what)}"/>`);
}

function formatTestCase(className: string, name: string, content: string): string {
  const start = `    <testcase classname="${escapeXml(className)}" name="${escapeXml(name)}"`;
  return content === '' ? `${start}/>` : `${start}>\n      ${content}\n    </testcase>`;
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
