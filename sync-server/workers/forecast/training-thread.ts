import { parentPort, workerData } from 'node:worker_threads'
import { type Holdout, holdout } from '../../../forecast-models/backtest/holdout.ts'
import { type DemandSeries, prepareSeries } from '../../../forecast-models/demand.ts'
import { featureSpec } from '../../../forecast-models/features.ts'
import { exportOnnx } from '../../../forecast-models/onnx/export.ts'
import { TooLittleHistoryError, trainModel, trainOptions } from '../../../forecast-models/training/train.ts'

/** What the training thread is started with. */
export interface TrainingJob {
  series: DemandSeries[]
  lastPeriod: number
  maxRows: number
  trees: number
  seed: number
  trainedAt: string
  note: string
}

/** What it answers: the model file, or why there is none. */
export type TrainingAnswer =
  | {
      bytes: Uint8Array
      featureVersion: number
      horizonDays: number
      trainedOn: { series: number; rows: number }
      holdout: Holdout | null
    }
  | { tooLittle: string }

function train({ series, lastPeriod, trainedAt, note, ...given }: TrainingJob): TrainingAnswer {
  const spec = featureSpec('D', 'fr')
  const prepared = series.map(prepareSeries)
  try {
    const model = trainModel(spec, prepared, trainOptions(spec, lastPeriod, given))
    return {
      bytes: exportOnnx(model, { trainedAt, note }),
      featureVersion: spec.version,
      horizonDays: spec.horizon,
      trainedOn: { series: model.trainedOn.series, rows: model.trainedOn.rows },
      holdout: holdout(spec, prepared, lastPeriod, given),
    }
  } catch (error) {
    if (error instanceof TooLittleHistoryError) return { tooLittle: error.message }
    throw error
  }
}

parentPort?.postMessage(train(workerData as TrainingJob))
