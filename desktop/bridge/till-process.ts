/**
 * How Node runs the till's process: what it makes new is thrown away in small lots. Left to itself V8 lets that part grow to
 * a hundred megabytes while a replica is being filled, and gives none of it back.
 */
export const TILL_NODE_FLAGS = ['--max-semi-space-size=4'] as const
