import { describe, expect, it } from 'vitest';
import { cueSheetRemarks, parseCueSheet, readCues } from '../../domain/cue-sheet.js';
import { InvalidInputError } from '../../domain/problems.js';

const problemsIn = (sheet: unknown): string[] => {
  try {
    readCues(sheet);
  } catch (error) {
    if (error instanceof InvalidInputError)
      return error.problems.map(({ where, message }) => `${where}: ${message}`);
    throw error;
  }
  return [];
};

describe('a cue sheet in the exhibition’s format', () => {
  it('gives every image-producing cue the id of the contract, by position in the whole array', () => {
    const cues = readCues([
      { time: '00:00:01', action: 'route', to: 'stage' },
      {
        time: '00:00:05',
        action: 'transcript',
        transcript: 'the sea',
        generate: true,
        words: [{ w: 'the' }],
      },
      {
        time: '00:01:02.500',
        action: 'prompt',
        prompt: 'a boat',
        program: 'P3B',
        guidance: 40,
        inferenceStep: 12,
      },
      { time: '01:02:03', action: 'move-slider', program: 'P2', value: 70 },
      { time: '01:02:04', action: 'move-slider', program: 'P2B', value: 0 },
    ]);
    expect(cues).toEqual([
      {
        index: 1,
        time: '00:00:05',
        action: 'transcript',
        cueId: 'transcript_1_00_00_05',
        program: 'P0',
        prompt: 'the sea',
      },
      {
        index: 2,
        time: '00:01:02.500',
        action: 'prompt',
        cueId: 'prompt_2_00_01_02_500',
        program: 'P3B',
        prompt: 'a boat',
        strength: 0.4,
        steps: 12,
      },
      {
        index: 3,
        time: '01:02:03',
        action: 'move-slider',
        cueId: 'slider_3_01_02_03_val70',
        program: 'P2',
        strength: 0.7,
      },
      {
        index: 4,
        time: '01:02:04',
        action: 'move-slider',
        cueId: 'slider_4_01_02_04_val0',
        program: 'P2B',
        strength: 0,
      },
    ]);
  });

  it('takes the override instead of the prompt, unless it is blank', () => {
    const cue = { time: '00:00:01', action: 'prompt', prompt: 'shown', program: 'P4' };
    const prompts = readCues([
      { ...cue, override: 'sent' },
      { ...cue, override: '' },
      { ...cue, override: null },
    ]).map((c) => c.prompt);
    expect(prompts).toEqual(['sent', 'shown', 'shown']);
  });

  it('ignores cues that produce no image', () => {
    const time = '00:00:01';
    const cues = readCues([
      { time, action: 'transcript', transcript: 'x' },
      { time, action: 'transcript', transcript: 'x', generate: false },
      { time, action: 'prompt', prompt: '', program: 'P4' },
      { time, action: 'prompt', prompt: 'x', program: 'P4', commit: false },
      { time, action: 'move-slider', program: 'P3', value: 10 },
      { time, action: 'fade', guidance: 'whatever' },
    ]);
    expect(cues).toEqual([]);
  });

  it('is refused with all problems at once, each with the cue’s index, the field and what was expected', () => {
    const problems = problemsIn([
      { action: 'prompt', prompt: 'x' },
      { time: '12:00', action: 'transcript', generate: true, transcript: 'x' },
      { time: '00:00:01', action: 'prompt', prompt: 'x', program: 'P2', guidance: -3 },
      { time: '00:00:01', action: 'move-slider', program: 'P2', value: Number.POSITIVE_INFINITY },
      { time: '00:00:01', action: 'prompt', prompt: 'x' },
      { time: '00:00:01', action: 'prompt', prompt: 'x', program: 'P4', inferenceStep: 0.5 },
      { time: '00:00:01', action: 'transcript', generate: true },
      7,
    ]);
    expect(problems).toHaveLength(8);
    expect(problems[0]).toBe('cue 0, time: expected a time "HH:MM:SS"');
    expect(problems[1]).toBe('cue 1, time: expected a time "HH:MM:SS", got "12:00"');
    expect(problems[2]).toBe('cue 2, guidance: expected a number from 0 to 100, got -3');
    expect(problems[3]).toMatch(/^cue 3, value: expected a number from 0 to 100/);
    expect(problems[4]).toBe('cue 4, program: expected the name of a program');
    expect(problems[5]).toMatch(/^cue 5, inferenceStep: expected a positive whole number/);
    expect(problems[6]).toBe('cue 6, transcript: expected the words to generate from');
    expect(problems[7]).toMatch(/^cue 7/);
  });

  it('ignores cues that make no image, also with an unreadable time', () => {
    const time = '01:02:03:04';
    const cues = [
      { action: 'note' },
      { action: 'light', time },
      { action: 'transcript', time, transcript: 'spoken only' },
      { action: 'transcript', time: 12, generate: false },
      { action: 'prompt', time, prompt: ' ', guidance: 'whatever' },
      { action: 'prompt', prompt: 'typed, not sent', commit: false },
      { action: 'move-slider', time, program: 'P3', value: 'up' },
      { action: 'move-slider', time },
    ];
    expect(readCues(cues)).toEqual([]);
  });

  it('refuses cues that would make an image if their time could be read, and cues that may or may not make one', () => {
    const time = '01:02:03:04';
    expect(
      problemsIn([
        { action: 'transcript', time, transcript: 'x', generate: true },
        { action: 'transcript', time: '00:00:01', transcript: 'x', generate: 'yes' },
        { action: 'prompt', time: '00:00:01', prompt: 7, program: 'P4' },
        { action: 'move-slider', time: '00:00:01', program: 2, value: 7 },
      ]),
    ).toEqual([
      'cue 0, time: expected a time "HH:MM:SS", got "01:02:03:04"',
      'cue 1, generate: expected true or false',
      'cue 2, prompt: expected a text',
      'cue 3, program: expected a text',
    ]);
  });

  it('refuses entries that are not cues, and words that no tokenizer accepts', () => {
    const prompt = { time: '00:00:01', action: 'prompt', program: 'P4' };
    expect(problemsIn([null, { ...prompt, prompt: 'x'.repeat(3_200_000) }])).toEqual([
      'cue 0: expected an object with an action',
      'cue 1, prompt: expected at most 20000 characters, got 3200000',
    ]);
  });

  it('does not count invisible characters as words', () => {
    const cue = { time: '00:00:01', action: 'prompt', program: 'P4' };
    expect(readCues([{ ...cue, prompt: '\u200b \u2060' }])).toEqual([]);
  });

  it('remarks on actions that look like misspelled ones', () => {
    const sheet = [
      { action: 'Transcript' },
      { action: 'prompt' },
      { action: ' move-slider' },
      { action: 'fade' },
    ];
    expect(cueSheetRemarks(JSON.stringify(sheet))).toEqual([
      'cue 0 makes no image: its action is "Transcript", and "transcript" is what would.',
      'cue 2 makes no image: its action is " move-slider", and "move-slider" is what would.',
    ]);
  });

  it('keeps brackets, quotes and backslashes in texts', () => {
    const prompt = `${'[{'.repeat(50)} "a \\" house" \\`;
    const cue = { time: '00:00:01', action: 'prompt', prompt, program: 'P4' };
    expect(parseCueSheet(JSON.stringify([cue]))).toMatchObject([{ prompt }]);
    expect(() => parseCueSheet('['.repeat(21))).toThrow('nested more than 20 deep');
  });

  it('reads a sheet that was cut off in a text, or consists of quotes, in linear time', () => {
    const cut = JSON.stringify([{ action: 'prompt', prompt: 'a very long sentence '.repeat(900) }]).slice(
      0,
      -5,
    );
    expect(() => parseCueSheet(cut)).toThrow('is not valid JSON');
    expect(() => parseCueSheet(`["${'\\"'.repeat(2_000_000)}`)).toThrow('is not valid JSON');
  });

  it('is refused with a message if it is not JSON, or not an array', () => {
    expect(() => parseCueSheet('[{')).toThrow(/cue sheet: sheet: is not valid JSON/);
    expect(() => parseCueSheet('{}')).toThrow('cue sheet: sheet: expected a JSON array of cues');
  });
});
