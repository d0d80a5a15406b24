import { describe, expect, it } from 'vitest';
import { createTerminalLog, type Terminal } from '../../src/cli/terminal-log.ts';
import { createLineLog, type RequestLine } from '../../src/lib/log.ts';

const CLOCK = { now: () => Date.UTC(2026, 0, 15, 12) };
const KEY = `nvapi-${'a'.repeat(64)}`;

const ANSWERED: RequestLine = {
  world: 'default',
  method: 'GET',
  path: '/toys',
  status: 200,
  caller: 'robot',
  reason: null,
  fault: null,
  advice: null,
  see: null,
};
const REFUSED: Partial<RequestLine> = { status: 403, reason: 'missing_scope', advice: 'add the scope `play`' };

/** Creates a terminal with a log, and records its output with `␛` for an escape. */
function createTerminal(overrides: Partial<Pick<Terminal, 'columns' | 'hasColors' | 'canMoveCursor'>> = {}) {
  const texts: string[] = [];
  const write = (text: string) => void texts.push(text.replaceAll('\x1b', '␛'));
  const screen = {
    columns: 80,
    hasColors: false,
    canMoveCursor: true,
    ...overrides,
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

/** Renders the rows of a request. */
function renderRows(line: Partial<RequestLine>, columns = 80): string[] {
  const { texts, answer } = createTerminal({ columns });
  answer(line);
  return texts.join('').split('\n').slice(0, -1);
}

describe('a row has', () => {
  it('method, path, status, caller and reason, with the advice and the address in the console below', () => {
    const { texts, answer, refuse } = createTerminal();
    answer();
    refuse({ method: 'OPTIONS', see: 'http://mock/#/1' });

    expect(texts).toEqual([
      'GET     /toys                            200 robot\n',
      'OPTIONS /toys                            403 robot missing_scope\n        add the scope `play`\n        http://mock/#/1\n',
    ]);
  });

  it.each<[title: string, line: Partial<RequestLine>, end: string]>([
    ['no caller', { caller: null }, '200 -'],
    ['no status', { status: null, fault: 'f-1' }, '-   robot [fault f-1]'],
    ['a world other than the default one', { world: 'team-a' }, '200 robot [world team-a]'],
    ['all of these', { ...REFUSED, fault: 'f-1', world: 'x' }, '403 robot missing_scope [fault f-1] [world x]'],
  ])('%s', (_what, line, end) => {
    const [row = ''] = renderRows(line);

    expect(row.slice(-end.length - 1)).toBe(` ${end}`);
  });

  it('colors, if the terminal has them', () => {
    const { texts, answer, refuse } = createTerminal({ hasColors: true });
    answer();
    refuse();
    answer({ status: 500 });

    expect(texts.map((text) => text.split('\n')[0]?.slice(41))).toEqual([
      '␛[32m200␛[0m robot',
      '␛[33m403␛[0m robot ␛[33mmissing_scope␛[0m',
      '␛[31m500␛[0m robot',
    ]);
  });

  it('escaped control characters, and no credential', () => {
    const rows = renderRows({ path: `/a\x1b[2J/${KEY}`, caller: 'rob\not', advice: `not ${KEY}\r` });

    expect(rows).toEqual([
      expect.stringMatching(/^GET {5}\/a\\x1b\[2J\/nvapi-\.\.\. .* 200 rob\\x0aot$/),
      expect.any(String),
    ]);
    expect(rows[1]?.trim()).toBe('not nvapi-...\\x0d');
  });
});

describe('a row fits into the window', () => {
  /** Counts at most the columns of a row; some characters take only one column. */
  const countColumns = (row: string) => [...row].reduce((sum, character) => sum + (character <= '~' ? 1 : 2), 0);
  const LONG = `/toys/${'x'.repeat(200)}`;

  it('by a shortened path', () => {
    const [row = ''] = renderRows({ path: LONG, reason: 'missing_scope' });

    expect(row).toBe(`GET     /toys/${'x'.repeat(39)}… 403 robot missing_scope`.replace('403', '200'));
  });

  it.each([
    ['a long caller', { caller: 'c'.repeat(200) }],
    ['wide characters', { path: `/${'球'.repeat(60)}`, caller: '球'.repeat(60) }],
    ['long values everywhere', { path: LONG, caller: 'c'.repeat(70), reason: 'r'.repeat(30), world: 'w'.repeat(32) }],
  ])('with %s', (_what, line) => {
    for (const columns of [40, 41, 80, 120]) {
      const { texts, answer } = createTerminal({ columns });
      for (let count = 1; count <= 10; count += 1) answer(line);
      const row = (texts.at(-1) ?? '').replace(/^\r.*␛\[J/, '').trimEnd();

      expect(countColumns(row)).toBeLessThan(columns);
      expect(row).toMatch(/ ×10$/);
    }
  });

  it('by breaking the advice, between words if possible', () => {
    const advice = `add ${'球 '.repeat(20)}to ${'x'.repeat(50)}`;
    const [, ...rows] = renderRows({ advice }, 41);

    expect(rows.map((row) => countColumns(row) < 41)).toEqual(rows.map(() => true));
    expect(rows.join('').replaceAll(' ', '')).toBe(advice.replaceAll(' ', ''));
    expect(rows[0]).toBe(`        add${' 球'.repeat(9)}`);
  });

  it('with 80 columns if its width is unknown', () => {
    expect(renderRows({ path: LONG }, 0)).toEqual(renderRows({ path: LONG }, 80));
  });
});

describe('equal requests in sequence', () => {
  it('share a row with the newest address, even if the terminal wraps it', () => {
    const { texts, refuse } = createTerminal();
    const see = (length: number) => `http://mock/#/${'1'.repeat(length - 14)}`;
    for (const length of [20, 72, 73, 30]) refuse({ see: see(length) });

    expect(texts.join('')).toContain(`        ${see(73)}\n`);
    expect(texts.map((text) => /␛\[(\d)A/.exec(text)?.[1])).toEqual([undefined, '3', '3', '4']);
    expect(texts.at(-1)).toMatch(new RegExp(`missing_scope ×4\n.*play\`\n {8}${see(30)}\n$`));
  });

  it('share a row with their count and the newest advice', () => {
    const { texts, refuse } = createTerminal();
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

  it.each<[title: string, difference: Partial<RequestLine>]>([
    ['method', { method: 'PUT' }],
    ['path', { path: '/toys/1' }],
    ['status', { status: 201 }],
    ['caller', { caller: null }],
    ['reason', { reason: 'missing_scope' }],
    ['world', { world: 'team-a' }],
    ['fault', { fault: 'f-1' }],
  ])('have separate rows if they differ by their %s', (_what, difference) => {
    const { texts, answer } = createTerminal();
    answer();
    answer(difference);
    answer();

    expect(texts.join('')).not.toMatch(/×|␛/);
  });

  it.each<[title: string, change: (changed: ReturnType<typeof createTerminal>) => void]>([
    ['a warning', ({ log }) => log.warn('Careful.')],
    ['an error', ({ log }) => log.error('Oh.')],
    ['a log line about the control API', ({ log }) => log.info('400 POST /_mock/faults')],
    ['other output of the process', ({ screen }) => screen.write('ready\n')],
    ['another width of the window', ({ screen }) => Object.assign(screen, { columns: 60 })],
  ])('have separate rows after %s', (_what, change) => {
    const changed = createTerminal();
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
  ])('have separate rows if the terminal %s', (_what, capabilities) => {
    const { texts, answer } = createTerminal(capabilities);
    answer();
    answer();

    expect(texts[1]).toBe(texts[0]);
  });
});

describe('besides requests, a terminal', () => {
  it('shows other lines of the log unchanged', () => {
    const { log, texts } = createTerminal();
    log.error('e');
    log.warn('w');
    log.info('400 POST /_mock/faults');

    expect(texts.map((text) => text.slice(25))).toEqual(['error e\n', 'warn  w\n', 'info  400 POST /_mock/faults\n']);
  });

  it('does not show responses of the control API, or details of a request', () => {
    const { log, texts } = createTerminal();
    log.debug('200 GET /_mock/cast');
    log.info('the fault f-1 is injected', { request: () => null });

    expect(texts).toEqual([]);
  });
});
