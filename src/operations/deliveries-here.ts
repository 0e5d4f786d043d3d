/** The deliveries that this process has in hand, by their ID: being stored, worked on, or to be put aside. */
export interface DeliveriesHere {
  take(id: string): void;
  /** What was taken so often is let go so often. */
  letGo(id: string): void;
  has(id: string): boolean;
  /** True if it was taken once and not let go. */
  isAlone(id: string): boolean;
  ids(): ReadonlySet<string>;
  /** Whoever sent it was told that nothing will be done; so it is until all that have it let go. */
  refuse(id: string): void;
  isRefused(id: string): boolean;
}

export function createDeliveriesHere(): DeliveriesHere {
  const taken = new Map<string, number>();
  const refused = new Set<string>();
  return {
    take: (id) => void taken.set(id, (taken.get(id) ?? 0) + 1),
    letGo: (id) => {
      const left = (taken.get(id) ?? 0) - 1;
      if (left > 0) {
        taken.set(id, left);
        return;
      }
      taken.delete(id);
      refused.delete(id);
    },
    has: (id) => taken.has(id),
    isAlone: (id) => taken.get(id) === 1,
    ids: () => new Set(taken.keys()),
    refuse: (id) => void refused.add(id),
    isRefused: (id) => refused.has(id),
  };
}
