/**
 * Where the links of a Markdown page lead within its own repository or package, without their anchors: links and images in the
 * text, definitions (`[name]: path`), and HTML. What is code is none.
 */
export function localLinks(page: string): readonly string[] {
  const text = page.replaceAll(/^ *(```+|~~~+).*?^ *\1/gms, '').replaceAll(/(`+)[^`].*?\1/g, '');
  const found = [
    ...text.matchAll(/\]\(\s*<?([^)\s>]+)/g),
    ...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm),
    ...text.matchAll(/<[a-z][^>]*\s(?:href|src)=["']([^"']+)/gi),
  ];
  const targets = found.map(([, target = '']) => target);
  return targets
    .filter((target) => !/^(?:[a-z][a-z\d+.-]*:|\/\/|#)/i.test(target))
    .map((target) => decodeURI(target.replace(/[?#].*$/, '')));
}
