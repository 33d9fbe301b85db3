/** Where the till serves the bridge to a local browser. */
export const BRIDGE_PATH = '/bridge'

/** The WebSocket subprotocol of this contract; the till answers with it. */
export const BRIDGE_PROTOCOL = 'pharmasaas-till.v1'

const TOKEN_PREFIX = 'token.'

/**
 * What a browser offers as subprotocols: `new WebSocket(url, bridgeProtocols(token))`. The token travels here and not in
 * the address, which ends up in histories and logs. The UI gets it from its own address, `…/#token=…`.
 */
export const bridgeProtocols = (token: string, protocol: string = BRIDGE_PROTOCOL): string[] => [
  protocol,
  `${TOKEN_PREFIX}${token}`,
]

/** The token among offered subprotocols, or null. */
export function tokenAmong(protocols: readonly string[]): string | null {
  const offered = protocols.find((protocol) => protocol.startsWith(TOKEN_PREFIX))
  return offered === undefined ? null : offered.slice(TOKEN_PREFIX.length)
}
