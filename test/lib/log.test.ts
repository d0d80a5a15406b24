import { describe, expect, it } from 'vitest';
import { createLineLog, LOG_LEVELS, type LogLevel, limitWarnings, SILENT_LOG } from '../../src/lib/log.ts';

const clock = { now: () => Date.UTC(2026, 0, 15, 12) };
const KEY = `nvapi-${'a'.repeat(64)}`;

/** A log, and the lines that it wrote. */
function createLog(level: LogLevel, json = false) {
  const lines: string[] = [];
  return { lines, log: createLineLog(level, json, clock, (line) => void lines.push(line)) };
}

const logAll = ({ error, warn, info, debug }: typeof SILENT_LOG) => {
  error('e');
  warn('w');
  info('i');
  debug('d');
};

describe('a log', () => {
  it('escapes control characters', () => {
    const { lines, log } = createLog('info');
    log.info('a\u0000b\u001b[2Jc\nd');

    expect(lines).toEqual([expect.stringMatching(/ info {2}a\\x00b\\x1b\[2Jc\\x0ad\n$/)]);
  });

  it('escapes characters that change the direction of text', () => {
    const { lines, log } = createLog('info');
    log.info('a\u202eb\u2066c\u200fd\u2028e');

    expect(lines).toEqual([expect.stringMatching(/ info {2}a\\u202eb\\u2066c\\u200fd\\u2028e\n$/)]);
  });

  it.each([
    ['silent', ''],
    ['error', 'e'],
    ['warn', 'ew'],
    ['info', 'ewi'],
    ['debug', 'ewid'],
  ] as const)('at the level %s writes this level and more severe ones', (level, reported) => {
    const { lines, log } = createLog(level);
    logAll(log);

    expect(lines.map((line) => line.trim().at(-1)).join('')).toBe(reported);
    expect(log.isDebugging).toBe(level === 'debug');
    expect(LOG_LEVELS).toContain(level);
  });

  it('writes the time, the level and the message, as text and as JSON', () => {
    const [text, json] = [createLog('info'), createLog('info', true)];
    text.log.info('hello');
    json.log.info('hello');

    expect(text.lines).toEqual(['2026-01-15T12:00:00.000Z info  hello\n']);
    expect(json.lines).toEqual(['{"time":"2026-01-15T12:00:00.000Z","level":"info","message":"hello"}\n']);
  });

  it('writes the decision of a line as a JSON member', () => {
    const { lines, log } = createLog('debug', true);
    log.info('refused', { decision: 'd-1' });
    log.debug('allowed', { decision: 'd-2' });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'refused', decision: 'd-1' },
      { message: 'allowed', decision: 'd-2' },
    ]);
  });

  it.each([false, true])('writes the location of an error, without credentials (JSON: %s)', (json) => {
    const { lines, log } = createLog('error', json);
    log.error(`failed with ${KEY}`, new Error(`at ${KEY}`));

    expect(lines.join('')).toMatch(/failed with nvapi-\.\.\..*log\.test\.ts/s);
    expect(lines.join('')).not.toContain(KEY);
  });

  it('may be silent', () => {
    logAll(SILENT_LOG);

    expect(SILENT_LOG.isDebugging).toBe(false);
  });
});

it('an equal warning is written once in a while, and the latest thousand are remembered', () => {
  const { lines, log } = createLog('info');
  const { warn } = limitWarnings(log);
  for (const text of ['a', 'a', 'b', 'a']) warn(text);
  expect(lines).toHaveLength(2);

  for (let index = 0; index < 1000; index++) warn(`warning ${index}`);
  for (const text of ['warning 0', 'warning 999', 'a']) warn(text);
  expect(lines).toHaveLength(1003);
});
