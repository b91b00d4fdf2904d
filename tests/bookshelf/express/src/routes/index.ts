import { Router } from 'express';
import authors from './authors.js';
import books from './books.js';
import reviews from './reviews.js';

const router = Router();

router.use('/authors', authors);
router.use('/books/:book_id/reviews', reviews);
router.use('/books', books);

export default router;
