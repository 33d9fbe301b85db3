import { useEffect, useState } from 'react'

/** This minute; the same text all through it, so that the clock is drawn once a minute. */
const thisMinute = () => `${new Date().toISOString().slice(0, 16)}:00.000Z`

/** The minute that it is. */
export function useMinute(): string {
  const [now, setNow] = useState(thisMinute)
  useEffect(() => {
    const timer = setInterval(() => setNow(thisMinute()), 500)
    return () => clearInterval(timer)
  }, [])
  return now
}
