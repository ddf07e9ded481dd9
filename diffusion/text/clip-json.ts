/**
 * CLIP tokenizer folders often hold only `vocab.json` and `merges.txt`. This builds the `tokenizer.json`
 * that transformers would write for them (`CLIPConverter` in convert_slow_tokenizer.py), in memory.
 */

export interface SpecialToken {
  readonly id: number;
  readonly content: string;
}

/** CLIP's own limit (49152 - 256 - 2): what follows in `merges.txt` is ignored, as transformers does. */
const MAX_MERGES = 48894;

/**
 * @param vocab contents of `vocab.json`
 * @param mergesText contents of `merges.txt`: a version line, then one pair a line
 */
export function clipTokenizerJson(
  vocab: Readonly<Record<string, number>>,
  mergesText: string,
  tokens: { readonly bos: string; readonly eos: string; readonly unk: string },
  special: readonly SpecialToken[],
): object {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map(addedToken),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [tokens.eos, vocab[tokens.eos]],
      cls: [tokens.bos, vocab[tokens.bos]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: tokens.unk,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: mergePairs(mergesText),
    },
  };
}

function mergePairs(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .slice(1, MAX_MERGES + 1)
    .map((line) => line.trim().split(/\s+/u));
}

function addedToken({ id, content }: SpecialToken): object {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
