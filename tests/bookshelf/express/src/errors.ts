export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class DuplicateReview extends Error {
  constructor() {
    super('You have reviewed this book already.');
  }
}
