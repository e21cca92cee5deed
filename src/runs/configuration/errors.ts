// What is wrong with what was asked for, as opposed to what went wrong while it was done.

/** A key, value, preset or id that cannot be what was meant; the message says what was expected. */
export class ConfigurationError extends RangeError {
  override readonly name: string = "ConfigurationError";
}
