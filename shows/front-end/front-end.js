/**
 * A front-end of one's own, as a beginning: it shows the picture, the prompt, the transcript and the fades of a show. Beside it
 * lie `perform/` and `replay/` of this package, and in `show/` what the bucket has: `manifest.json`, `cues/`, and the cue sheet as
 * `cues.json`. Any web server does.
 */
import { Performance } from './perform/index.js';

const BASE = new URLSearchParams(location.search).get('show') ?? 'show/';
const read = (file) => fetch(BASE + file).then((answer) => answer.json());
const element = (name) => document.querySelector(name);
const addressOf = ({ cueId, variant }, file) => `cues/${cueId}/${variant.variant}/${file}`;

const showPicture = ({ image, moment }) => {
  element('img').src = BASE + addressOf(image, moment.file);
};
const showBlack = ({ black, durationMs }) => {
  element('#black').style.transition = `opacity ${durationMs}ms`;
  element('#black').style.opacity = black ? 1 : 0;
};

/** What happens, in order. */
function onEvent(event) {
  if (event.kind === 'picture') showPicture(event);
  if (event.kind === 'image' && event.image.variant === undefined) element('img').removeAttribute('src');
  if (event.kind === 'keystroke') element('#prompt').textContent = event.prompt;
  if (event.kind === 'word') element('#transcript').textContent = event.transcript;
  if (event.kind === 'fade') showBlack(event);
  if (event.kind === 'scene' || event.kind === 'start' || event.kind === 'end') onStage(performance.stage);
}

/** Everything at once. */
function onStage({ picture, prompt, transcript, fade }) {
  if (picture === undefined) element('img').removeAttribute('src');
  else showPicture(picture);
  element('#prompt').textContent = prompt;
  element('#transcript').textContent = transcript;
  showBlack({ ...fade, durationMs: 0 });
}

const [manifest, sheet] = await Promise.all([read('manifest.json'), read('cues.json')]);
const readTiming = (image) => read(addressOf(image, 'timing.json'));
const loop = { pauseMs: 60_000 };
const performance = new Performance({ sheet, manifest, readTiming, loop, onEvent, onStage });
performance.play();
