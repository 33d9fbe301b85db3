interface SystemError {
  code?: string
  message?: string
}

const FILE_TROUBLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
}

/** Why a file or folder cannot be read or written, in words; what the system said where there are none for it. */
export function wordFileTrouble(error: unknown): string {
  const { code = '', message = String(error) } = error as SystemError
  return FILE_TROUBLE[code] ?? message
}

/**
 * What is wrong with a command line that Node's `parseArgs` refused, in one sentence; null for any other error.
 * @param command as it is typed, such as `npm run audit`
 */
export function wordBadOption(error: unknown, command: string): string | null {
  const { code, message = '' } = error as SystemError
  if (!code?.startsWith('ERR_PARSE_ARGS')) return null
  const help = `see ${command} -- --help.`
  const wants = /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message)
  if (wants) {
    const [, option] = wants
    return `${option} wants a value (one that begins with "-" is written ${option}=-…): ${help}`
  }
  return `${message.split('.')[0]}: ${help}`
}
