import type { Logger } from 'pino'
import type { z } from 'zod'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import {
  COMMANDS,
  type Command,
  type CommandInput,
  type CommandOutput,
  requestFrameSchema,
  type TillFrame,
} from '../../bridge/contract.ts'
import { diskRefusal, isFatal } from '../store-faults.ts'

type Answer<C extends Command> = CommandOutput[C] | Refusal

/** What carries each command out. */
export type Handlers = {
  [C in Command]: (input: CommandInput<C>) => Answer<C> | Promise<Answer<C>>
}

/** Answers one frame of the UI, or null when it is no request of this contract at all. Never throws. */
export type Dispatch = (frame: string) => Promise<TillFrame | null>

interface Tools {
  log: Logger
  /** The store can no longer be trusted: what was just asked may or may not be on the disk. The process must end. */
  onFatal(error: unknown): void
}

/** Checks input at the edge, calls the handler, and turns every outcome into a frame. */
export function createDispatch(handlers: Handlers, { log, onFatal }: Tools): Dispatch {
  const carryOut = async (command: Command, input: unknown): Promise<unknown> => {
    const parsed = COMMANDS[command].safeParse(input)
    if (!parsed.success) return unreadable(command, parsed.error)
    try {
      return await (handlers[command] as (input: unknown) => unknown)(parsed.data)
    } catch (error) {
      const refusal = diskRefusal(error)
      if (refusal) return refusal
      log.error({ err: error, command }, 'a command failed')
      if (isFatal(error)) onFatal(error)
      return refuse('unexpected')
    }
  }

  return async (frame) => {
    const request = readRequest(frame)
    if (!request) return null
    if ('refused' in request) return { id: request.id, refusal: request.refused }
    const answer = await carryOut(request.command, request.input)
    return isRefusal(answer) ? { id: request.id, refusal: answer } : { id: request.id, value: answer }
  }
}

type Request = { id: number; command: Command; input: unknown } | { id: number; refused: Refusal }

function readRequest(frame: string): Request | null {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    return null
  }
  const request = requestFrameSchema.safeParse(value)
  if (request.success) return { ...request.data, input: request.data.input }
  const id = requestFrameSchema.shape.id.safeParse((value as { id?: unknown } | null)?.id)
  if (!id.success) return null
  const issue = request.error.issues[0]
  return {
    id: id.data,
    refused: refuse('field-not-readable', {
      field: issue?.path.join('.') || 'frame',
      reason: issue?.message ?? '',
    }),
  }
}

/** An input that its schema does not take, in the words that fit the field. */
function unreadable(command: Command, error: z.ZodError): Refusal {
  const issue = error.issues[0]
  const field = issue?.path.join('.') || command
  if (issue?.code === 'too_big' && ['given', 'float', 'amount'].includes(field))
    return refuse('amount-too-large')
  if ((issue?.code === 'too_big' || issue?.code === 'too_small') && field === 'quantity') {
    return refuse('quantity-out-of-range')
  }
  return refuse('field-not-readable', { field, reason: issue?.message ?? '' })
}
