import { Prisma } from '@prisma/client';
import { Router } from 'express';
import type { Request } from 'express-jwt';
import { prisma } from '../database.js';
import { DuplicateReview, HttpError } from '../errors.js';
import { requireUser } from '../middleware/auth.js';
import { validateBody } from '../middleware/validate.js';
import { reviewSchema } from '../schemas.js';

const router = Router({ mergeParams: true });

async function requireBook(id: number) {
  const book = await prisma.book.findUnique({ where: { id } });
  if (!book) {
    throw new HttpError(404, 'The book does not exist.');
  }
  return book;
}

/** A page of a book's reviews. */
router.get('/', async (req, res) => {
  const book = await requireBook(Number(req.params.book_id));
  const limit = Math.min(Number(req.query.limit) || 20, 100);
  const offset = Number(req.query.offset) || 0;
  const reviews = await prisma.review.findMany({
    where: { bookId: book.id },
    orderBy: { id: 'asc' },
    take: limit,
    skip: offset,
  });
  res.json(reviews);
});

router.post('/', requireUser, validateBody(reviewSchema), async (req: Request, res) => {
  const book = await requireBook(Number(req.params.book_id));
  const { rating, text } = req.body;
  try {
    const review = await prisma.review.create({
      data: { rating, text, bookId: book.id, userId: Number(req.auth?.sub) },
    });
    res.status(201).json(review);
  } catch (err) {
    if (err instanceof Prisma.PrismaClientKnownRequestError && err.code === 'P2002') {
      throw new DuplicateReview();
    }
    throw err;
  }
});

export default router;
