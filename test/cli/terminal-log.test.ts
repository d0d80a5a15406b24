import { describe, expect, it } from 'vitest';
import { createTerminalLog, type Terminal } from '../../src/cli/terminal-log.ts';
import { createLineLog, type RequestLine } from '../../src/diagnostics/log.ts';

const CLOCK = { now: () => Date.UTC(2026, 0, 15, 12) };
const KEY = `nvapi-${'a'.repeat(64)}`;

const ANSWERED: RequestLine = {
  world: 'default',
  method: 'GET',
  path: '/toys',
  status: 200,
  caller: 'robot',
  reason: null,
  wouldBeRefused: false,
  fault: null,
  advice: null,
};
const REFUSED: Partial<RequestLine> = { status: 403, reason: 'missing_scope', advice: 'add the scope `play`' };

/** A terminal with its log, and the texts that were written to it, with `␛` for an escape. */
function terminal(given: Partial<Pick<Terminal, 'columns' | 'hasColors' | 'canMoveCursor'>> = {}) {
  const texts: string[] = [];
  const write = (text: string) => void texts.push(text.replaceAll('\x1b', '␛'));
  const screen = {
    columns: 80,
    hasColors: false,
    canMoveCursor: true,
    ...given,
    write,
    get writtenBytes() {
      return texts.join('').length;
    },
  };
  const log = createTerminalLog(createLineLog('info', false, CLOCK, write), screen);
  const answer = (line: Partial<RequestLine> = {}) =>
    log.debug('200 GET /toys', { request: () => ({ ...ANSWERED, ...line }) });
  const refuse = (line: Partial<RequestLine> = {}) =>
    log.info('403 GET /toys', { request: () => ({ ...ANSWERED, ...REFUSED, ...line }) });
  return { screen, log, texts, answer, refuse };
}

/** The rows of one request. */
function rowsOf(line: Partial<RequestLine>, columns = 80): string[] {
  const { texts, answer } = terminal({ columns });
  answer(line);
  return texts.join('').split('\n').slice(0, -1);
}

describe('a row has', () => {
  it('method, path, status, caller and reason, and below them the advice', () => {
    const { texts, answer, refuse } = terminal();
    answer();
    refuse({ method: 'OPTIONS' });

    expect(texts).toEqual([
      'GET     /toys                            200 robot\n',
      'OPTIONS /toys                            403 robot missing_scope\n        add the scope `play`\n',
    ]);
  });

  it.each<[what: string, line: Partial<RequestLine>, end: string]>([
    ['no caller', { caller: null }, '200 -'],
    ['no status that the client can read', { status: null, fault: 'f-1' }, '-   robot [fault f-1]'],
    ['a world other than the default one', { world: 'team-a' }, '200 robot [world team-a]'],
    ['a refusal that is not enforced', { reason: 'missing_scope', wouldBeRefused: true }, '[would be refused]'],
    ['all of that', { ...REFUSED, fault: 'f-1', world: 'x' }, '403 robot missing_scope [fault f-1] [world x]'],
  ])('%s', (_what, line, end) => {
    const [row = ''] = rowsOf(line);

    expect(row.slice(-end.length - 1)).toBe(` ${end}`);
  });

  it('colors, if the terminal has them', () => {
    const { texts, answer, refuse } = terminal({ hasColors: true });
    answer();
    refuse();
    answer({ status: 500 });

    expect(texts.map((text) => text.split('\n')[0]?.slice(41))).toEqual([
      '␛[32m200␛[0m robot',
      '␛[33m403␛[0m robot ␛[33mmissing_scope␛[0m',
      '␛[31m500␛[0m robot',
    ]);
  });

  it('no control character of a request, and no credential', () => {
    const rows = rowsOf({ path: `/a\x1b[2J/${KEY}`, caller: 'rob\not', advice: `not ${KEY}\r` });

    expect(rows).toEqual([
      expect.stringMatching(/^GET {5}\/a\\x1b\[2J\/nvapi-\.\.\. .* 200 rob\\x0aot$/),
      expect.any(String),
    ]);
    expect(rows[1]?.trim()).toBe('not nvapi-...\\x0d');
  });
});

describe('a row fits into the window', () => {
  /** At most: some signs take only one column. */
  const columnsOf = (row: string) => [...row].reduce((sum, sign) => sum + (sign <= '~' ? 1 : 2), 0);
  const LONG = `/toys/${'x'.repeat(200)}`;

  it('by a shortened path', () => {
    const [row = ''] = rowsOf({ path: LONG, reason: 'missing_scope' });

    expect(row).toBe(`GET     /toys/${'x'.repeat(39)}… 403 robot missing_scope`.replace('403', '200'));
  });

  it.each([
    ['a long caller', { caller: 'c'.repeat(200) }],
    ['wide signs', { path: `/${'球'.repeat(60)}`, caller: '球'.repeat(60) }],
    ['everything long', { path: LONG, caller: 'c'.repeat(70), reason: 'r'.repeat(30), world: 'w'.repeat(32) }],
  ])('with %s', (_what, line) => {
    for (const columns of [40, 41, 80, 120]) {
      const { texts, answer } = terminal({ columns });
      for (let count = 1; count <= 10; count += 1) answer(line);
      const row = (texts.at(-1) ?? '').replace(/^\r.*␛\[J/, '').trimEnd();

      expect(columnsOf(row)).toBeLessThan(columns);
      expect(row).toMatch(/ ×10$/);
    }
  });

  it('by breaking the advice, between words if possible', () => {
    const advice = `add ${'球 '.repeat(20)}to ${'x'.repeat(50)}`;
    const [, ...rows] = rowsOf({ advice }, 41);

    expect(rows.map((row) => columnsOf(row) < 41)).toEqual(rows.map(() => true));
    expect(rows.join('').replaceAll(' ', '')).toBe(advice.replaceAll(' ', ''));
    expect(rows[0]).toBe(`        add${' 球'.repeat(9)}`);
  });

  it('by 80 columns if its width is unknown', () => {
    expect(rowsOf({ path: LONG }, 0)).toEqual(rowsOf({ path: LONG }, 80));
  });
});

describe('equal requests in sequence', () => {
  it('share a row, which counts them, with the newest advice', () => {
    const { texts, refuse } = terminal();
    refuse();
    refuse();
    refuse({ advice: `add ${'the scope '.repeat(10)}` });
    refuse();

    expect(texts.slice(1)).toEqual([
      expect.stringMatching(/^\r␛\[2A␛\[JGET .* missing_scope ×2\n.*play`\n$/),
      expect.stringMatching(/^\r␛\[2A␛\[JGET .* missing_scope ×3\n {8}add.*\n {8}.*\n$/),
      expect.stringMatching(/^\r␛\[3A␛\[JGET .* missing_scope ×4\n.*play`\n$/),
    ]);
  });

  it.each<[what: string, other: Partial<RequestLine>]>([
    ['method', { method: 'PUT' }],
    ['path', { path: '/toys/1' }],
    ['status', { status: 201 }],
    ['caller', { caller: null }],
    ['reason', { reason: 'missing_scope' }],
    ['world', { world: 'team-a' }],
    ['fault', { fault: 'f-1' }],
  ])('do not if they differ by their %s', (_what, other) => {
    const { texts, answer } = terminal();
    answer();
    answer(other);
    answer();

    expect(texts.join('')).not.toMatch(/×|␛/);
  });

  it.each<[what: string, change: (changed: ReturnType<typeof terminal>) => void]>([
    ['a warning', ({ log }) => log.warn('Careful.')],
    ['an error', ({ log }) => log.error('Oh.')],
    ['a line about a request that is not the vendor’s', ({ log }) => log.info('400 POST /_mock/faults')],
    ['other output of the process', ({ screen }) => screen.write('ready\n')],
    ['another width of the window', ({ screen }) => Object.assign(screen, { columns: 60 })],
  ])('do not after %s', (_what, change) => {
    const changed = terminal();
    changed.answer();
    change(changed);
    changed.answer();
    const [row, later] = [changed.texts[0], changed.texts.at(-1)];

    expect(later?.replace(/ +/g, ' ')).toBe(row?.replace(/ +/g, ' '));
  });

  it.each([
    ['cannot move its cursor', { canMoveCursor: false }],
    ['is too narrow', { columns: 39 }],
    ['does not report its width', { columns: 0 }],
  ])('have rows of their own if the terminal %s', (_what, given) => {
    const { texts, answer } = terminal(given);
    answer();
    answer();

    expect(texts[1]).toBe(texts[0]);
  });
});

describe('besides requests, a terminal shows', () => {
  it('what has another line in the log, as the log has it', () => {
    const { log, texts } = terminal();
    log.error('e');
    log.warn('w');
    log.info('400 POST /_mock/faults');

    expect(texts.map((text) => text.slice(25))).toEqual(['error e\n', 'warn  w\n', 'info  400 POST /_mock/faults\n']);
  });

  it('neither answers of the control API nor what the line of a request has', () => {
    const { log, texts } = terminal();
    log.debug('200 GET /_mock/cast');
    log.info('the fault f-1 is injected', { request: () => null });

    expect(texts).toEqual([]);
  });
});
