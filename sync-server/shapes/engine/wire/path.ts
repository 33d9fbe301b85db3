import { getPath } from 'hono/utils/url'

/** A request's path as it is routed: percent signs decoded, doubled slashes and one at the end taken as one or none. */
export function routedPath(request: Request): string {
  return getPath(request)
    .replace(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')
}
