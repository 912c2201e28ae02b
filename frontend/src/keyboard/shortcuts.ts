/** Whether single keys do something; kept on this device. */

const KEY = "todo_shortcuts";
const CHANGED = "todo-shortcuts";

export function areOn(): boolean {
  return localStorage.getItem(KEY) !== "off";
}

export function turn(on: boolean): void {
  localStorage.setItem(KEY, on ? "on" : "off");
  dispatchEvent(new Event(CHANGED));
}

export function subscribe(listener: () => void): () => void {
  addEventListener(CHANGED, listener);
  return () => {
    removeEventListener(CHANGED, listener);
  };
}
