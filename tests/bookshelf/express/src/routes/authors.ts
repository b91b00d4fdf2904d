import { Router } from 'express';
import { prisma } from '../database.js';

const router = Router();

/** All authors. */
router.get('/', async (_req, res) => {
  const authors = await prisma.author.findMany();
  res.json(authors);
});

export default router;
