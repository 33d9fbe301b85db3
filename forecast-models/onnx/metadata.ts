import { z } from 'zod'
import { FEATURE_VERSION, type FeatureSpec, featureSpec } from '../features.ts'
import { ModelProto } from './proto.ts'

/** What a model file says of itself, in its `metadata_props` (all values are texts there). */
const metadataSchema = z.object({
  feature_version: z.coerce.number().int().positive(),
  feature_names: z.string().transform((names) => names.split(',')),
  frequency: z.enum(['D', 'M']),
  calendar: z.enum(['fr', 'none']),
  horizon: z.coerce.number().int().positive(),
  trained_at: z.iso.datetime(),
  training_series: z.coerce.number().int().nonnegative(),
  training_rows: z.coerce.number().int().positive(),
  training_last_date: z.iso.date(),
  note: z.string(),
})
export type ModelMetadata = z.infer<typeof metadataSchema>

/** A model file that cannot be used here: not ONNX, not one of ours, or made for other features. */
export class UnusableModelError extends Error {
  override readonly name = 'UnusableModelError'
}

/**
 * Reads a model file's metadata and the features it wants.
 * Throws an UnusableModelError when the bytes are no model of ours, or its features are not those of this build.
 */
export function readModelMetadata(bytes: Uint8Array): { metadata: ModelMetadata; spec: FeatureSpec } {
  const parsed = metadataSchema.safeParse(Object.fromEntries(metadataProps(bytes)))
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
    throw new UnusableModelError(
      `The model file lacks valid metadata (${fields}); train and download it again.`,
    )
  }
  const metadata = parsed.data
  const spec = featureSpec(metadata.frequency, metadata.calendar, metadata.horizon)
  const same = metadata.feature_version === FEATURE_VERSION && sameNames(metadata.feature_names, spec.names)
  if (!same) {
    throw new UnusableModelError(
      `The model wants feature version ${metadata.feature_version}, this build computes ${FEATURE_VERSION}; ` +
        'train a model with this version, or update this build.',
    )
  }
  return { metadata, spec }
}

function metadataProps(bytes: Uint8Array): [string, string][] {
  try {
    const model = ModelProto.decode(bytes) as unknown as { metadata_props: { key: string; value: string }[] }
    return model.metadata_props.map(({ key, value }) => [key, value])
  } catch (cause) {
    throw new UnusableModelError('The file is not an ONNX model; train and download it again.', { cause })
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i])
}
