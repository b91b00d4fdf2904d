import type { NextFunction, Request, Response } from 'express';
import { ZodError } from 'zod';
import { DuplicateReview, HttpError } from '../errors.js';

export function answerErrors(err: Error, _req: Request, res: Response, _next: NextFunction) {
  if (err instanceof ZodError) {
    return res.status(422).json({ errors: err.flatten() });
  }
  if (err instanceof DuplicateReview) {
    return res.status(409).json({ error: 'You have reviewed this book already.' });
  }
  if (err instanceof HttpError) {
    return res.status(err.status).json({ error: err.message });
  }
  console.error(err);
  return res.status(500).json({ error: 'Internal server error' });
}
