/**
 * How Node runs the till's process: what it makes new is thrown away in small lots, and its heap grows by two fifths of what
 * lives. Left to itself V8 lets the garbage of a first replica grow to a hundred megabytes more, and gives none of it back.
 */
export const TILL_NODE_FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=40'] as const
