import { describe, expect, it } from 'vitest';
import { BodyStore, MAX_BODY_LENGTH, NO_BODY, storeBody } from '../../src/journal/entry.ts';

const textsOf = (bodies: readonly { readonly bytes: Buffer | null }[]) => bodies.map(({ bytes }) => bytes?.toString());

describe('the bodies of requests that succeeded', () => {
  it('are kept until newer ones need their room', () => {
    const store = new BodyStore(10);
    const kept = ['aaaa', 'bbb', 'ccc', 'dddd', 'ee'].map((text) => store.keep(storeBody(text)));

    expect(textsOf(kept)).toEqual([undefined, undefined, 'ccc', 'dddd', 'ee']);
    expect(kept[0]).toMatchObject({ size: 4, isDropped: true, isCut: true });
    expect(kept[4]).toMatchObject({ size: 2, isDropped: false, isCut: false });
  });

  it('are in one piece, also at the end of the room', () => {
    const store = new BodyStore(10);
    const kept = ['aaaa', 'bbbb', 'cccc'].map((text) => store.keep(storeBody(text)));

    expect(textsOf(kept)).toEqual([undefined, 'bbbb', 'cccc']);
  });

  it('end with a whole character if a text is cut', () => {
    const store = new BodyStore(3 * MAX_BODY_LENGTH);
    // What an earlier body left in the room is not a part of the next one.
    store.keep(storeBody('y'.repeat(MAX_BODY_LENGTH)));
    store.keep(storeBody('y'.repeat(MAX_BODY_LENGTH)));
    store.keep(storeBody('y'.repeat(MAX_BODY_LENGTH)));
    const text = `${'x'.repeat(MAX_BODY_LENGTH - 1)}é`;

    for (const { bytes, size } of [store.keep(storeBody(text)), storeBody(text)]) {
      expect([bytes?.toString(), size]).toEqual(['x'.repeat(MAX_BODY_LENGTH - 1), MAX_BODY_LENGTH + 1]);
    }
  });

  it('are kept while their room grows', () => {
    const store = new BodyStore(8 * MAX_BODY_LENGTH);
    const texts = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(MAX_BODY_LENGTH));

    expect(textsOf(texts.map((text) => store.keep(storeBody(text))))).toEqual(texts);
  });

  it('are copies, which neither the source nor a reader changes', () => {
    const store = new BodyStore(10);
    const source = Buffer.from('abc');
    const kept = store.keep({ bytes: source, size: 3 });
    source.fill('x');
    kept.bytes?.fill('y');

    expect(textsOf([kept])).toEqual(['abc']);
  });

  it('are dropped if they are larger than the room, and leave the others', () => {
    const store = new BodyStore(10);
    const small = store.keep(storeBody('small'));
    const large = store.keep(storeBody('x'.repeat(11)));
    const whole = new BodyStore(10).keep(storeBody('x'.repeat(10)));

    expect(textsOf([small, large, whole])).toEqual(['small', undefined, 'x'.repeat(10)]);
    expect(large).toMatchObject({ size: 11, isDropped: true });
  });

  it('need no room if they are missing or empty', () => {
    const store = new BodyStore(3);
    const kept = store.keep(storeBody('abc'));

    expect([store.keep(NO_BODY), store.keep(storeBody(''))]).toEqual([NO_BODY, storeBody('')]);
    expect(textsOf([kept])).toEqual(['abc']);
  });

  it('stay cut if only their start was received', () => {
    expect(new BodyStore(10).keep({ bytes: Buffer.from('abc'), size: 5, isCut: true }).isCut).toBe(true);
  });
});
