/**
 * Opens the page anew when a script or a style of it was lost on the way: a browser gives up what it is loading
 * whenever the machine's network changes, also from this machine itself, and would show an empty page for ever.
 * It stands in the document, since it may not be lost itself, and so imports and exports nothing.
 * @module
 */

const openAgain = ({ target }: Event): void => {
  const isStyle = target instanceof HTMLLinkElement && target.rel === 'stylesheet';
  if (!isStyle && !(target instanceof HTMLScriptElement)) return;
  window.removeEventListener('error', openAgain, true);
  const shown = document.querySelector('.opening');
  if (shown !== null) shown.textContent = 'A part of the playground did not arrive. Opening it again…';
  setTimeout(() => location.reload(), 1_000);
};
window.addEventListener('error', openAgain, true);
