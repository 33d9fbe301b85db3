import { join } from 'node:path'

/** The till's SQLite file inside its data folder. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'till.sqlite')

/** Held by the one process that owns the folder. */
export const lockFile = (dataDir: string): string => join(dataDir, 'till.lock')

/** Holds the token that a local browser must show, readable by this user alone. */
export const tokenFile = (dataDir: string): string => join(dataDir, 'ui-token')

/** Holds the token of the customer display, which opens nothing else. */
export const displayTokenFile = (dataDir: string): string => join(dataDir, 'display-token')

/** Downloaded forecast models. */
export const modelsDir = (dataDir: string): string => join(dataDir, 'models')

/** What a trainee sells from; made when training begins and removed when it ends. */
export const trainingFile = (dataDir: string): string => join(dataDir, 'training.sqlite')

/** Z reports and addenda as PDF. */
export const zReportsDir = (dataDir: string): string => join(dataDir, 'z-reports')
