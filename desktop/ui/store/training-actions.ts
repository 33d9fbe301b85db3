import type { Tools } from './tools.ts'

/** Into training and out of it. */
export function trainingActions({ get, set, call, failed, once }: Tools) {
  const switchTraining = () =>
    once('training', async () => {
      const command = get().till?.training ? 'training.end' : 'training.start'
      if (!failed(await call(command, {}))) set({ panel: 'rest', report: null, guide: true })
    })

  const switchGuide = () => {
    if (get().till?.training) set({ guide: !get().guide, panel: 'rest' })
  }

  return { switchTraining, switchGuide }
}
