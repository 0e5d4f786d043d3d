/** @module Closes what is open when a person clicks beside it or presses Escape. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Put the reference on the element outside which a click dismisses. */
export function useDismiss<T extends HTMLElement>(isOpen: boolean, dismiss: () => void): RefObject<T | null> {
  const box = useRef<T>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) dismiss();
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      dismiss();
    };
    document.addEventListener('pointerdown', onPointer);
    document.addEventListener('keydown', onKey, true);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      document.removeEventListener('keydown', onKey, true);
    };
  }, [isOpen]);
  return box;
}
