// @ts-check
/** Narrows the table of operations to those that have what somebody looks for. */
(() => {
  const filter = /** @type {HTMLElement} */ (document.getElementById('filter'));
  const wanted = /** @type {HTMLInputElement} */ (document.getElementById('wanted'));
  const found = /** @type {HTMLElement} */ (document.getElementById('found'));
  /** @type {NodeListOf<HTMLElement>} */
  const tables = document.querySelectorAll('main section');
  const sections = [...tables].map((section) => ({
    section,
    rows: [...section.querySelectorAll('tbody tr')].map((row) => ({
      row: /** @type {HTMLElement} */ (row),
      text: (row.textContent ?? '').toLowerCase(),
    })),
  }));
  const all = sections.flatMap(({ rows }) => rows).length;

  function narrow() {
    const words = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { section, rows } of sections) {
      const before = shown;
      for (const { row, text } of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown += 1;
      }
      section.hidden = shown === before;
    }
    found.textContent = `${shown} of ${all}`;
  }

  filter.hidden = false;
  wanted.addEventListener('input', narrow);
  narrow();
})();
