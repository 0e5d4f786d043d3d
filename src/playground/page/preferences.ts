/** @module What this browser remembers for the reader. Without storage (private windows) nothing is remembered. */

export type Theme = 'auto' | 'light' | 'dark';

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(`slipway.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`slipway.${name}`, value);
  } catch {
    return;
  }
}

export function rememberedTheme(): Theme {
  return THEMES.find((theme) => theme === remembered('theme')) ?? 'auto';
}

/** The theme after this one. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
}

/** Shows a theme; `auto` follows the system. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember('theme', theme);
}
