/** One tone of a sound: hertz, start and length in milliseconds. */
export interface Tone {
  hz: number
  startMs: number
  lengthMs: number
}

/** The till's two sounds, told apart by pitch and by count. A sound is never the only sign. */
export const SOUNDS = {
  /** A line was added. */
  good: [{ hz: 1760, startMs: 0, lengthMs: 60 }],
  /** A code was refused. */
  bad: [
    { hz: 220, startMs: 0, lengthMs: 120 },
    { hz: 196, startMs: 170, lengthMs: 120 },
  ],
} as const satisfies Record<string, readonly Tone[]>

export type Sound = keyof typeof SOUNDS

const VOLUME = 0.25
/** Rise and fall of a tone, so that it does not click. */
const RAMP_MS = 4

/** Plays sounds on one audio context, made at the first sound. A machine without audio stays silent. */
export function createPlayer(makeContext: () => AudioContext): (sound: Sound) => void {
  let context: AudioContext | null = null
  return (sound) => {
    try {
      context ??= makeContext()
    } catch {
      return
    }
    void context.resume()
    for (const tone of SOUNDS[sound]) playTone(context, sound, tone)
  }
}

function playTone(context: AudioContext, sound: Sound, tone: Tone): void {
  const start = context.currentTime + tone.startMs / 1000
  const end = start + tone.lengthMs / 1000
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.type = sound === 'good' ? 'sine' : 'square'
  oscillator.frequency.value = tone.hz
  gain.gain.setValueAtTime(0, start)
  gain.gain.linearRampToValueAtTime(VOLUME, start + RAMP_MS / 1000)
  gain.gain.setValueAtTime(VOLUME, end - RAMP_MS / 1000)
  gain.gain.linearRampToValueAtTime(0, end)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(end)
}
