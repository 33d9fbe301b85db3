import type { Ensemble } from '../training/boost.ts'
import type { Tree } from '../training/tree.ts'
import { ATTRIBUTE } from './proto.ts'

/** A NodeProto as protobufjs takes it. */
export interface Node {
  name: string
  op_type: string
  domain?: string
  input: string[]
  output: string[]
  attribute?: Attribute[]
}

interface Attribute {
  name: string
  type: number
  i?: number
  s?: Uint8Array
  floats?: number[]
  ints?: number[]
  strings?: Uint8Array[]
}

const bytes = (text: string) => new TextEncoder().encode(text)
const BRANCH = bytes('BRANCH_LEQ')
const LEAF = bytes('LEAF')

/**
 * An ensemble's raw score as a TreeEnsembleRegressor of ai.onnx.ml 3: left when value <= threshold, leaf values
 * summed and added to the base. Trees that are a single leaf go into the base, since nothing is left to branch.
 */
export function ensembleNode(name: string, input: string, output: string, ensemble: Ensemble): Node {
  const branching = ensemble.trees.filter((tree) => tree.feature.length > 1)
  let base = ensemble.base
  for (const tree of ensemble.trees) if (tree.feature.length === 1) base += tree.value[0] as number
  const table = new NodeTable()
  for (const tree of branching.length > 0 ? branching : [NO_EFFECT]) table.add(tree)
  return {
    name,
    op_type: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    input: [input],
    output: [output],
    attribute: [
      { name: 'n_targets', type: ATTRIBUTE.INT, i: 1 },
      { name: 'aggregate_function', type: ATTRIBUTE.STRING, s: bytes('SUM') },
      { name: 'post_transform', type: ATTRIBUTE.STRING, s: bytes('NONE') },
      { name: 'base_values', type: ATTRIBUTE.FLOATS, floats: [Math.fround(base)] },
      ...table.attributes(),
    ],
  }
}

/** A tree for an ensemble that has none: the operator does not accept an empty one. */
const NO_EFFECT: Tree = {
  feature: Int32Array.of(0, -1, -1),
  threshold: new Float32Array(3),
  left: Int32Array.of(1, 0, 0),
  right: Int32Array.of(2, 0, 0),
  value: new Float32Array(3),
}

/** The operator's parallel lists: one entry a node, and one a leaf. */
class NodeTable {
  private readonly ints: Record<string, number[]> = {
    nodes_treeids: [],
    nodes_nodeids: [],
    nodes_featureids: [],
    nodes_truenodeids: [],
    nodes_falsenodeids: [],
    nodes_missing_value_tracks_true: [],
    target_treeids: [],
    target_nodeids: [],
    target_ids: [],
  }
  private readonly modes: Uint8Array[] = []
  private readonly thresholds: number[] = []
  private readonly weights: number[] = []
  private trees = 0

  add(tree: Tree): void {
    for (let node = 0; node < tree.feature.length; node++) {
      const feature = tree.feature[node] as number
      const leaf = feature < 0
      this.push('nodes_treeids', this.trees)
      this.push('nodes_nodeids', node)
      this.push('nodes_featureids', leaf ? 0 : feature)
      this.push('nodes_truenodeids', leaf ? 0 : (tree.left[node] as number))
      this.push('nodes_falsenodeids', leaf ? 0 : (tree.right[node] as number))
      this.push('nodes_missing_value_tracks_true', 0)
      this.modes.push(leaf ? LEAF : BRANCH)
      this.thresholds.push(leaf ? 0 : (tree.threshold[node] as number))
      if (!leaf) continue
      this.push('target_treeids', this.trees)
      this.push('target_nodeids', node)
      this.push('target_ids', 0)
      this.weights.push(tree.value[node] as number)
    }
    this.trees++
  }

  attributes(): Attribute[] {
    return [
      ...Object.entries(this.ints).map(([name, ints]) => ({ name, type: ATTRIBUTE.INTS, ints })),
      { name: 'nodes_modes', type: ATTRIBUTE.STRINGS, strings: this.modes },
      { name: 'nodes_values', type: ATTRIBUTE.FLOATS, floats: this.thresholds },
      { name: 'target_weights', type: ATTRIBUTE.FLOATS, floats: this.weights },
    ]
  }

  private push(name: string, value: number): void {
    this.ints[name]?.push(value)
  }
}
