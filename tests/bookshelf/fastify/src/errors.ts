export class DuplicateReview extends Error {
  constructor() {
    super('You have reviewed this book already.');
  }
}
