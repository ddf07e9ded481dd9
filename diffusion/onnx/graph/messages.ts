/**
 * Editing ONNX's nested messages: reading single fields of one, and replacing those of a kind.
 */
import { bytesField, type Field, numberOf, parseMessage, serializeMessage, textOf } from './wire.js';

export type Message = readonly Field[];
export type Edit = (message: Message) => Message;

/** A field with a nested message, edited. */
export const edited = ({ number, value }: Field, edit: Edit): Field =>
  bytesField(number, serializeMessage(edit(parseMessage(value))));

/** A message in which each nested message of a kind is edited. */
export const editedWhere = (message: Message, number: number, edit: Edit): Field[] =>
  message.map((field) => (field.number === number ? edited(field, edit) : field));

export const fieldsOf = (message: Message, number: number): Field[] =>
  message.filter((field) => field.number === number);

export function numberFrom(message: Message, number: number): number | undefined {
  const field = message.find((one) => one.number === number);
  return field && numberOf(field);
}

/** Empty if there is none. */
export function textFrom(message: Message, number: number): string {
  const field = message.find((one) => one.number === number);
  return field === undefined ? '' : textOf(field);
}

export const textsFrom = (message: Message, number: number): string[] =>
  fieldsOf(message, number).map(textOf);

export const textField = (number: number, text: string): Field => bytesField(number, Buffer.from(text));

export const messageField = (number: number, message: Message): Field =>
  bytesField(number, serializeMessage(message));
