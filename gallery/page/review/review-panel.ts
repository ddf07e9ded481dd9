/**
 * The panel beside the picture on the stage: its decision, why it is stale, and a note.
 */
import type { VariantReview } from '../../review/review-entry.js';
import { el, setAttribute } from '../base/dom.js';
import { REVIEW_SIGNS, verdictIn } from '../show/reviews.js';
import type { VariantRef } from '../show/route.js';

export interface ReviewHandlers {
  approve(): void;
  reject(): void;
  undo(): void;
  note(ref: VariantRef, note: string): void;
}

export class ReviewPanel {
  readonly element: HTMLElement;
  private readonly verdict = el('p', { class: 'verdict' });
  private readonly stale = el('p', { class: 'stale' });
  private readonly approve: HTMLButtonElement;
  private readonly reject: HTMLButtonElement;
  private readonly text: HTMLTextAreaElement;
  /** The variant that the note belongs to. */
  private at: VariantRef | undefined;
  private written = '';

  constructor(private readonly handlers: ReviewHandlers) {
    const button = (label: string, act: () => void) => el('button', { type: 'button', onclick: act }, label);
    this.approve = button(`${REVIEW_SIGNS.approved} Approve`, () => handlers.approve());
    this.reject = button(`${REVIEW_SIGNS.rejected} Reject`, () => handlers.reject());
    this.text = el('textarea', { rows: 2, maxlength: 2000, 'aria-label': 'Note', placeholder: 'Note' });
    this.text.addEventListener('change', () => this.keepNote());
    this.text.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' || (event.key === 'Enter' && event.ctrlKey)) this.text.blur();
    });
    this.element = el(
      'section',
      { class: 'review', 'aria-label': 'Decision' },
      this.verdict,
      this.stale,
      el(
        'div',
        { class: 'actions' },
        this.approve,
        this.reject,
        button('Undo', () => handlers.undo()),
      ),
      this.text,
    );
  }

  show(at: VariantRef, stored: boolean, review: VariantReview | undefined): void {
    const isOther = at.cueId !== this.at?.cueId || at.variantId !== this.at.variantId;
    if (isOther) this.text.blur();
    this.at = at;
    const verdict = verdictIn(review);
    this.verdict.className = `verdict ${verdict ?? 'undecided'}`;
    this.verdict.textContent = wordsOf(verdict, review);
    this.stale.textContent =
      review?.stale === undefined ? '' : `${REVIEW_SIGNS.stale} stale: ${review.stale.join(', ')}`;
    setAttribute(this.stale, 'hidden', review?.stale === undefined);
    setAttribute(this.approve, 'aria-pressed', String(verdict === 'approved'));
    setAttribute(this.approve, 'disabled', !stored);
    setAttribute(this.reject, 'aria-pressed', String(verdict === 'rejected'));
    this.showNote(review?.note ?? '', isOther);
  }

  /** A note that is being written is not replaced. */
  private showNote(note: string, isOther: boolean): void {
    if (!isOther && this.text.value !== this.written) return;
    this.text.value = note;
    this.written = note;
  }

  private keepNote(): void {
    const { at, text } = this;
    if (at === undefined || text.value === this.written) return;
    this.written = text.value;
    this.handlers.note(at, text.value.trim());
  }
}

function wordsOf(verdict: VariantReview['verdict'], review: VariantReview | undefined): string {
  if (verdict !== undefined) return `${REVIEW_SIGNS[verdict]} ${verdict}`;
  return review?.replaced === true ? 'undecided: another picture was approved' : 'undecided';
}
