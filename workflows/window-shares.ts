/**
 * Deals a show's window of variants to its pages. Older pages come first, so that the model is not swapped needlessly; what a
 * page cannot use goes to the next. A slot is dealt again only when the page that held it has said that it let go of it,
 * so there are never more variants in flight than the window has, whatever is paused, resumed or made smaller meanwhile.
 */

/** A page as its show sees it. */
export interface PageShare {
  /** Slots in the latest orders. */
  readonly granted: number;
  /** Of the latest orders. */
  readonly revision: number;
  /** What the page has said last; absent if it has said nothing yet. */
  readonly report?: { readonly revision: number; readonly slots: number; readonly wants: number };
}

/** The slots that a page may be using: those it was granted, unless it has said that it holds fewer of just these. */
export function slotsHeld({ granted, revision, report }: PageShare): number {
  if (report === undefined) return granted;
  return report.revision === revision ? report.slots : Math.max(granted, report.slots);
}

/**
 * Whether a page should tell its show of the slots that it holds and could use: at each halving, so that messages are few and half
 * of the window at least stays in use; and when it could use more again. @param share the page as its show sees it
 */
export function isNews(slots: number, wants: number, share: PageShare): boolean {
  const held = slotsHeld(share);
  const letsGo = slots < held && slots <= held / 2;
  const wantsMore = share.report !== undefined && wants > share.report.wants && slots < wants;
  return letsGo || wantsMore;
}

export interface Dealt {
  /** In the order of the pages. */
  readonly grants: readonly number[];
  /** For the next page. */
  readonly free: number;
}

/**
 * Grants by which pages should go, from now on or as they do already; a page whose grant is what it holds need not be told:
 * it has let go of the rest by itself. With what pages still hold beyond them, they do not exceed `window` unless it has just been
 * made smaller.
 */
export function dealWindow(window: number, pages: readonly PageShare[]): Dealt {
  let left = window;
  const kept = pages.map((page) => {
    const slots = Math.min(slotsHeld(page), left);
    left -= slots;
    return slots;
  });
  let free = Math.max(0, window - pages.reduce((sum, page) => sum + slotsHeld(page), 0));
  const grants = pages.map(({ report }, index) => {
    const slots = kept[index] ?? 0;
    const more = Math.min(free, Math.max(0, (report?.wants ?? window) - slots));
    free -= more;
    return slots + more;
  });
  return { grants, free };
}
