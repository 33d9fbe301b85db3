import type { TaskList, TaskSpec } from 'graphile-worker'
import { type TrainingContext, trainForecastModel } from './train.ts'

/** Name of the task that trains and registers a forecast model; it takes no payload. */
export const FORECAST_TRAIN = 'forecast:train'

/** How to queue it: never two at once, and a second request while one waits is the same job. */
export const FORECAST_TRAIN_SPEC: TaskSpec = { jobKey: FORECAST_TRAIN, queueName: 'forecast', maxAttempts: 3 }

/** Every night at 02:30 UTC, by graphile-worker's crontab; a night that was missed is made up for. */
export const FORECAST_CRONTAB = `30 2 * * * ${FORECAST_TRAIN} ?fill=1d&max=3&queue=forecast&jobKey=${FORECAST_TRAIN}`

/** The tasks of this folder, for graphile-worker's task list. Shutting the worker down ends a training. */
export function forecastTasks(context: Omit<TrainingContext, 'signal'>): TaskList {
  return {
    [FORECAST_TRAIN]: async (_payload, helpers) => {
      const { abortSignal } = helpers
      const result = await trainForecastModel({ ...context, ...(abortSignal ? { signal: abortSignal } : {}) })
      if (!result.trained) context.log({ event: 'forecast-model-not-trained', reason: result.reason })
    },
  }
}
