// Draws the latest of many values without holding up whoever makes them: what comes too fast is passed over, the last is not.

export interface Throttled<T> {
  /** Draws the value now where the last drawing is long enough ago, else later, unless a newer one comes before. */
  offer(value: T): void;
  /** Resolves when the latest value is drawn, at once where it is already; rejects where a drawing failed. */
  flush(): Promise<void>;
}

export interface ThrottleOptions {
  /** The least number of milliseconds between the end of one drawing and the start of the next. */
  readonly interval: number;
  /** Milliseconds since an arbitrary start. */
  readonly now?: () => number;
}

/** Between two drawings lies nine times what the last one took: drawing takes a tenth of the time at most. */
const rest = 9;

/**
 * `draw` is never called while an earlier call's promise is open. What it throws is thrown by the next `offer` or `flush`,
 * for a timer has nobody to throw it to.
 */
export function throttled<T>(
  draw: (value: T) => Promise<void> | undefined,
  { interval, now = () => performance.now() }: ThrottleOptions,
): Throttled<T> {
  let latest: { readonly value: T } | undefined;
  let drawing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let failure: { readonly error: unknown } | undefined;

  const throwFailure = (): void => {
    const failed = failure;
    failure = undefined;
    if (failed !== undefined) throw failed.error;
  };

  const drawLatest = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (latest === undefined) return;
    const { value } = latest;
    latest = undefined;
    const started = now();
    const ended = (): void => {
      drawing = undefined;
      const time = now();
      notBefore = time + Math.max(interval, rest * (time - started));
    };
    const failed = (error: unknown): void => {
      failure = { error };
    };
    try {
      drawing = draw(value)?.catch(failed).then(ended).then(schedule);
    } catch (error) {
      failed(error);
    }
    if (drawing === undefined) ended();
  };

  const schedule = (): void => {
    if (latest === undefined || drawing !== undefined) return;
    const wait = notBefore - now();
    if (wait <= 0) drawLatest();
    else timer ??= setTimeout(drawLatest, wait);
  };

  return {
    offer(value) {
      throwFailure();
      latest = { value };
      schedule();
    },
    async flush() {
      while (drawing !== undefined || latest !== undefined) {
        await drawing;
        drawLatest();
      }
      throwFailure();
    },
  };
}
