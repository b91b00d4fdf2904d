import { Router } from 'express';
import { prisma } from '../database.js';
import { HttpError } from '../errors.js';
import { requireUser } from '../middleware/auth.js';
import { validateBody } from '../middleware/validate.js';
import { bookSchema } from '../schemas.js';

const router = Router();

/** A page of books. */
router.get('/', async (req, res) => {
  const limit = Math.min(Number(req.query.limit) || 20, 100);
  const offset = Number(req.query.offset) || 0;
  const books = await prisma.book.findMany({ take: limit, skip: offset, orderBy: { id: 'asc' } });
  res.json(books);
});

router.post('/', requireUser, validateBody(bookSchema), async (req, res) => {
  const { title, authorId } = req.body;
  const book = await prisma.book.create({ data: { title, authorId } });
  res.status(201).json(book);
});

router
  .route('/:book_id')
  .get(async (req, res) => {
    const book = await prisma.book.findUnique({ where: { id: Number(req.params.book_id) } });
    if (!book) {
      return res.status(404).json({ error: 'The book does not exist.' });
    }
    res.json(book);
  })
  .put(requireUser, validateBody(bookSchema), async (req, res) => {
    const id = Number(req.params.book_id);
    const found = await prisma.book.findUnique({ where: { id } });
    if (!found) {
      throw new HttpError(404, 'The book does not exist.');
    }
    const { title, authorId } = req.body;
    const book = await prisma.book.update({ where: { id }, data: { title, authorId } });
    res.json(book);
  })
  .delete(requireUser, async (req, res) => {
    const { count } = await prisma.book.deleteMany({ where: { id: Number(req.params.book_id) } });
    if (count === 0) {
      throw new HttpError(404, 'The book does not exist.');
    }
    res.status(204).end();
  });

export default router;
