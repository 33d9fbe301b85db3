/** Where large files are kept, by key: a folder, or an S3-compatible bucket. */
export interface ObjectStore {
  /** Stores bytes under a key, whole or not at all; an object that exists is replaced. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Opens an object for reading, or null when there is none. */
  open(key: string): Promise<StoredObject | null>
}

export interface StoredObject {
  /** Bytes. */
  size: number
  body: ReadableStream<Uint8Array>
}

/** Lower-case path segments of letters, digits, `-`, `_` and `.`; none may begin with a dot. */
const KEY = /^[a-z0-9][\w.-]*(\/[a-z0-9][\w.-]*)*$/

/** @throws TypeError when a key could mean another object in some store, such as `../x` */
export function checkKey(key: string): void {
  if (key.length > 200 || !KEY.test(key))
    throw new TypeError(`not a key of an object: ${JSON.stringify(key)}`)
}
