/** Scripts that measure what a page shows. Each returns the elements that are wrong. */

/** What fingers point at and is lower than 44 px. A link within a sentence is as high as its line (WCAG 2.5.8). */
export const SMALL = `[...document.querySelectorAll('button, a.button, select, input:not([type=checkbox], [type=radio], [type=file]), textarea, .rail a')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 1 && one.closest('pre, .unseen, .cards thead') === null)
  .filter((one) => one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 120))`;

/** Choices that begin or end beside the window. */
export const CUT = `[...document.querySelectorAll('main :is(select, input)')]
  .filter((one) => one.checkVisibility() && one.closest('.unseen') === null)
  .filter((one) => one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 120))`;

/** Fields with smaller letters make a telephone zoom in. */
export const SMALL_LETTERS = `[...document.querySelectorAll('select, input:not([type=checkbox], [type=radio]), textarea')]
  .filter((one) => one.checkVisibility() && Number.parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => one.outerHTML.slice(0, 120))`;

/** Buttons and fields whose edge, or else whose ground, is less than 3:1 from what they stand on (WCAG 1.4.11). */
export const FAINT = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channels = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return channels(colour)[3] < 255 && element.parentElement !== null ? groundOf(element.parentElement) : colour;
  };
  return [...document.querySelectorAll('main :is(button, a.button, select, textarea, input:not([type=checkbox], [type=radio])):not(:disabled)')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
    .filter((one) => getComputedStyle(one).borderTopWidth !== '0px')
    .filter((one) => {
      const below = groundOf(one.parentElement);
      return Math.max(contrast(getComputedStyle(one).borderTopColor, below), contrast(groundOf(one), below)) < 3;
    })
    .map((one) => one.outerHTML.slice(0, 120));
})()`;

/** A script that returns the rows whose controls differ in height, or are not on one line with counters and hints. */
export const UNEVEN = `[...document.querySelectorAll('header, .bar, .filters, form.order, td.acts')].flatMap((row) => {
  const controls = [...row.querySelectorAll('button, a.button, select, input:not([type=checkbox]), output, .quiet')]
    .filter((one) => one.checkVisibility() && one.querySelector('button, select, input') === null)
    .map((one) => ({ box: one.getBoundingClientRect(), isText: one.matches('output, .quiet') }))
    .filter(({ box, isText }) => !isText || (box.height > 0 && box.height < 30));
  const middle = ({ box: { top, bottom } }) => (top + bottom) / 2;
  return controls
    .filter((one, index) => {
      const next = controls[index + 1];
      if (next === undefined || next.box.left < one.box.right) return false;
      if (one.isText || next.isText) return Math.abs(middle(one) - middle(next)) > 2.5;
      return Math.abs(next.box.height - one.box.height) > 1 || Math.abs(next.box.bottom - one.box.bottom) > 1;
    })
    .map(() => row.outerHTML.slice(0, 200));
})`;
