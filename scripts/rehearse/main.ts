import { BadOption, HELP, readOptions } from './options.ts'
import { rehearse } from './rehearse.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') say(HELP)
  else process.exitCode = (await rehearse(options, say)).length > 0 ? 1 : 0
} catch (error) {
  process.stderr.write(`${error instanceof BadOption ? error.message : (error as Error).stack}\n`)
  process.exitCode = 1
}
process.exit()
