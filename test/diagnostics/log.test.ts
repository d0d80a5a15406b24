import { describe, expect, it } from 'vitest';
import { createLineLog, LOG_LEVELS, type LogLevel, SILENT_LOG } from '../../src/diagnostics/log.ts';

const clock = { now: () => Date.UTC(2026, 0, 15, 12) };
const KEY = `nvapi-${'a'.repeat(64)}`;

/** A log, with what it wrote. */
function written(level: LogLevel, json = false) {
  const lines: string[] = [];
  return { lines, log: createLineLog(level, json, clock, (line) => void lines.push(line)) };
}

const all = ({ error, warn, info, debug }: typeof SILENT_LOG) => {
  error('e');
  warn('w');
  info('i');
  debug('d');
};

describe('a log', () => {
  it('shows signs that would move a cursor or begin a line as what they are', () => {
    const { lines, log } = written('info');
    log.info('a\u0000b\u001b[2Jc\nd');

    expect(lines).toEqual([expect.stringMatching(/ info {2}a\\x00b\\x1b\[2Jc\\x0ad\n$/)]);
  });

  it('shows signs that would turn the direction of a text as what they are', () => {
    const { lines, log } = written('info');
    log.info('a\u202eb\u2066c\u200fd\u2028e');

    expect(lines).toEqual([expect.stringMatching(/ info {2}a\\u202eb\\u2066c\\u200fd\\u2028e\n$/)]);
  });

  it.each([
    ['silent', ''],
    ['error', 'e'],
    ['warn', 'ew'],
    ['info', 'ewi'],
    ['debug', 'ewid'],
  ] as const)('at the level %s tells what is as bad or worse', (level, reported) => {
    const { lines, log } = written(level);
    all(log);

    expect(lines.map((line) => line.trim().at(-1)).join('')).toBe(reported);
    expect(log.isDebugging).toBe(level === 'debug');
    expect(LOG_LEVELS).toContain(level);
  });

  it('tells when, how bad and what, for people and as JSON', () => {
    const [text, json] = [written('info'), written('info', true)];
    text.log.info('hello');
    json.log.info('hello');

    expect(text.lines).toEqual(['2026-01-15T12:00:00.000Z info  hello\n']);
    expect(json.lines).toEqual(['{"time":"2026-01-15T12:00:00.000Z","level":"info","message":"hello"}\n']);
  });

  it('tells the decision of a line in JSON beside its message', () => {
    const { lines, log } = written('debug', true);
    log.info('refused', { decision: 'd-1' });
    log.debug('allowed', { decision: 'd-2' });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'refused', decision: 'd-1' },
      { message: 'allowed', decision: 'd-2' },
    ]);
  });

  it.each([false, true])('tells where a fault comes from, and no credential (JSON: %s)', (json) => {
    const { lines, log } = written('error', json);
    log.error(`failed with ${KEY}`, new Error(`at ${KEY}`));

    expect(lines.join('')).toMatch(/failed with nvapi-\.\.\..*log\.test\.ts/s);
    expect(lines.join('')).not.toContain(KEY);
  });

  it('may say nothing', () => {
    all(SILENT_LOG);

    expect(SILENT_LOG.isDebugging).toBe(false);
  });
});
