// What is not seen at first, in one piece: each piece has its price in the first load.
export { default as Help } from "@/keyboard/Help";
export { default as Chips } from "./Chips";
export { default as Problem } from "./Problem";
export { default as TaskEditor } from "./TaskEditor";
export { default as Undo } from "./Undo";
export { default as Unlisted } from "./Unlisted";
