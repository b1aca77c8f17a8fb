/**
 * What the core refuses; `code` is stable and the same as on the server, the message is for people.
 * Twin of ledger/core/errors.py.
 */

export class LedgerFormatError extends Error {
  constructor(code, detail, field = null) {
    super(field ? `${field}: ${detail}` : detail);
    this.name = "LedgerFormatError";
    this.code = code;
    this.field = field;
  }
}

/** The browser lacks what a check needs: nothing is known to be wrong. */
export class UnsupportedError extends Error {
  constructor(detail) {
    super(detail);
    this.name = "UnsupportedError";
    this.code = "unsupported";
  }
}
