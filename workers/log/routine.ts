/** What the SDK says of every worker of ours: each serves one kind of task on purpose. */
const ROUTINE = /^No (workflows|activities|Nexus services) registered/;

export const isRoutine = (message: string): boolean => ROUTINE.test(message);
