/**
 * Which release of the way a till and a server speak with each other this is. It goes up when one side must learn
 * something to go on; whatever is only added needs no new one.
 */
export const SYNC_RELEASE = 1

/** The oldest till that this server understands in full. An older one goes on selling and sending, and is told. */
export const OLDEST_TILL_RELEASE = 1

/** The header in which a server says so with each answer. */
export const OLDEST_TILL_HEADER = 'x-oldest-till-release'

/** Which version of the product this is, as `package.json` has it: people ask for it, nothing is decided by it. */
export const PRODUCT_VERSION = '0.1.0'

/** The header in which a till says so. */
export const TILL_VERSION_HEADER = 'x-till-version'
