// How things are with AI, in a word for the status bar and in a sentence for whoever asks.

import type { Status } from './protocol';

export interface AiWords {
  /** For the status bar, with icons. */
  short: string;
  /** One sentence, without markup. */
  long: string;
}

/** `clock` writes a time of day as the user reads it. */
export function aiWords(status: Pick<Status, 'ai' | 'aiWhy' | 'aiUntil'> | undefined, clock: (time: Date) => string): AiWords {
  const why = status?.aiWhy ?? '';
  switch (status?.ai) {
    case 'on':
      return { short: '$(sparkle) AI', long: 'AI is ready: it is asked when you say so.' };
    case 'running':
      return { short: '$(loading~spin) AI', long: 'AI is being asked.' };
    case 'no-key':
      return { short: '$(key) AI: no key', long: why };
    case 'unavailable': {
      const until = typeof status.aiUntil === 'number' ? clock(new Date(status.aiUntil * 1000)) : '';
      const when = until === '' ? '' : ` until ${until}`;
      return { short: `$(warning) AI: unavailable${when}`, long: `AI is unavailable${when}: ${why}` };
    }
    default:
      return { short: '$(circle-slash) AI: off', long: why === '' ? 'AI is off.' : why };
  }
}
