import { dateOf } from '../calendar.ts'
import { type ForecastModel, OUTPUTS, type Output } from '../training/train.ts'
import { ensembleNode, type Node } from './ensemble-node.ts'
import { FLOAT, ModelProto } from './proto.ts'

/** IR 8, opset 17 and ai.onnx.ml 3: the newest combination in which TreeEnsembleRegressor runs everywhere. */
const IR_VERSION = 8
const OPSETS = [
  { domain: '', version: 17 },
  { domain: 'ai.onnx.ml', version: 3 },
]

/**
 * Writes a model as an ONNX file. Inputs: `features` [n, number of features] and `scale` [n, 1], float32.
 * Outputs, each [n, 1], in units a period: `mean`, `q10`, `q50`, `q90` = max(0, scale × value), the value being
 * exp(score) for a log link. Quantiles are not yet sorted (see scoring.ts).
 * @param about when it was trained (ISO instant), and a note on the data it was trained on
 */
export function exportOnnx(model: ForecastModel, about: { trainedAt: string; note: string }): Uint8Array {
  const { spec, trainedOn } = model
  const metadata: Record<string, string> = {
    feature_version: String(spec.version),
    feature_names: spec.names.join(','),
    frequency: spec.frequency,
    calendar: spec.calendar,
    horizon: String(spec.horizon),
    trained_at: about.trainedAt,
    training_series: String(trainedOn.series),
    training_rows: String(trainedOn.rows),
    training_last_date: dateOf(spec.frequency, trainedOn.lastPeriod),
    note: about.note,
  }
  const proto = {
    ir_version: IR_VERSION,
    producer_name: 'pharmasaas-pos',
    producer_version: String(spec.version),
    graph: {
      name: 'demand_forecast',
      node: OUTPUTS.flatMap((output) => outputNodes(model, output)),
      initializer: [{ name: 'zero', dims: [1], data_type: FLOAT, float_data: [0] }],
      input: [valueInfo('features', spec.names.length), valueInfo('scale', 1)],
      output: OUTPUTS.map((output) => valueInfo(output, 1)),
    },
    opset_import: OPSETS,
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }
  return new Uint8Array(ModelProto.encode(ModelProto.fromObject(proto)).finish())
}

function outputNodes(model: ForecastModel, output: Output): Node[] {
  const ensemble = model.ensembles[output]
  const name = (part: string) => `${output}_${part}`
  const nodes = [ensembleNode(name('trees'), 'features', name('score'), ensemble)]
  let value = name('score')
  if (ensemble.link === 'log') {
    nodes.push({ name: name('exp'), op_type: 'Exp', input: [value], output: [name('rate')] })
    value = name('rate')
  }
  nodes.push(
    { name: name('scale'), op_type: 'Mul', input: [value, 'scale'], output: [name('units')] },
    { name: name('cut'), op_type: 'Max', input: [name('units'), 'zero'], output: [output] },
  )
  return nodes
}

function valueInfo(name: string, columns: number): object {
  const dim = [{ dim_param: 'n' }, { dim_value: columns }]
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } }
}
