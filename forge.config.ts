import { FuseV1Options, FuseVersion } from '@electron/fuses'
import { MakerDeb } from '@electron-forge/maker-deb'
import { MakerSquirrel } from '@electron-forge/maker-squirrel'
import { MakerZIP } from '@electron-forge/maker-zip'
import { FusesPlugin } from '@electron-forge/plugin-fuses'
import { VitePlugin } from '@electron-forge/plugin-vite'
import { copyNativePackages } from './scripts/build/package-files.ts'

const { ELECTRON_ZIP_DIR } = process.env

/**
 * npm leaves the Debian packager out, as an optional package, when it installs under a Node older than 22: so
 * package where `npm ci` ran on Node 24. Without it there is still the zip.
 */
function hasDebianPackager(): boolean {
  try {
    return Boolean(import.meta.resolve('electron-installer-debian'))
  } catch {
    console.warn('No .deb will be made: run `npm ci` with Node 24 to have the Debian packager.')
    return false
  }
}

/** How the till becomes an app that is installed, and hardened on the way. */
export default {
  packagerConfig: {
    name: 'PharmaSaaS POS',
    executableName: 'pharmasaas-pos',
    appBundleId: 'com.pharmasaas.pos',
    // Native code is loaded by the system, which does not look into an archive.
    asar: { unpack: '**/*.{node,so,so.*,dylib,dll}' },
    // Where a network must not be used, Electron's archives lie in this folder.
    ...(ELECTRON_ZIP_DIR && { electronZipDir: ELECTRON_ZIP_DIR }),
  },
  // Every native package we use is N-API: one file for every Node and Electron, nothing to compile again.
  rebuildConfig: { onlyModules: [] },
  hooks: {
    packageAfterCopy: (_config: unknown, appDir: string, _electron: string, platform: string, arch: string) =>
      copyNativePackages(import.meta.dirname, appDir, platform, arch),
  },
  makers: [
    new MakerDeb(
      {
        options: {
          name: 'pharmasaas-pos',
          productName: 'PharmaSaaS POS',
          genericName: 'Point of sale',
          description: 'The point of sale that pharmacies run on.',
          maintainer: 'PharmaSaaS',
          section: 'misc',
          categories: ['Office'],
        },
      },
      process.platform === 'linux' && hasDebianPackager() ? ['linux'] : [],
    ),
    new MakerZIP({}, ['linux', 'darwin']),
    new MakerSquirrel({
      name: 'pharmasaas_pos',
      authors: 'PharmaSaaS',
      setupExe: 'pharmasaas-pos-setup.exe',
    }),
  ],
  plugins: [
    new VitePlugin({
      build: [
        { entry: 'desktop/shell/main.ts', config: 'scripts/build/main.config.ts', target: 'main' },
        { entry: 'desktop/shell/preload.ts', config: 'scripts/build/preload.config.ts', target: 'preload' },
        { entry: 'desktop/till/main.ts', config: 'scripts/build/till.config.ts', target: 'main' },
      ],
      renderer: [{ name: 'till', config: 'scripts/build/renderer.config.ts' }],
    }),
    new FusesPlugin({
      version: FuseVersion.V1,
      strictlyRequireAllFuses: true,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      [FuseV1Options.WasmTrapHandlers]: true,
    }),
  ],
}
